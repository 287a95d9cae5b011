import { runningBrokersMax } from '../cluster-spec.ts'
import { derivedId } from '../zones.ts'
import type { Step } from './step.ts'

/** Broker ids from 1, over the zones in turn, as MSK gives them. */
export const allocateNodes: Step = (uuid, { store, effects }) => {
  const record = store.get(uuid)
  if (!record || record.nodes.length > 0) return
  const zones = record.spec.brokerNodeGroup.ClientSubnets?.length ?? 1
  const count = Math.min(record.spec.numberOfBrokerNodes, runningBrokersMax)
  const nodes = Array.from({ length: count }, (_, at) => ({
    nodeId: at + 1,
    uuid: effects.random.uuid(),
    zone: at % zones,
    addedAtMs: effects.clock.now(),
    interfaceId: derivedId('eni-', `${record.arn}/${at + 1}`, 17),
  }))
  store.update(uuid, { nodes })
}
