import type { ClusterRecord } from '../cluster-record.ts'
import { allocatePorts as allocate, type PortWish } from '../ports.ts'
import type { ReconcileSettings, Step, StepContext } from './step.ts'

/**
 * The controller's node id. MSK's controllers are not among the broker ids; this leaves room for every broker
 * that a cluster can ever have.
 */
export const controllerNodeId = 10_001

/** Gives every listener of the cluster a port that is free now, and keeps it. */
export const allocatePorts: Step = (uuid, context) => context.portsLock.run(() => allocateFor(uuid, context))

async function allocateFor(uuid: string, context: StepContext): Promise<void> {
  const { store, runtime, effects, settings } = context
  const record = store.get(uuid)
  if (!record) return
  const reserved = new Set<number>()
  for (const other of store.list())
    if (other.uuid !== uuid) for (const port of other.ports) reserved.add(port.port)
  const wishes = portWishes(record, settings)
  const ports = await allocate(effects.network, settings.host, wishes, record.ports, reserved)
  runtime.portsChecked = true
  for (const [at, { nodeId, listener, port }] of ports.entries()) {
    const had = record.ports.find((old) => old.nodeId === nodeId && old.listener === listener)
    const wish = wishes[at]
    const wanted = had?.port ?? (wish?.asked === undefined ? wish?.base : undefined)
    if (listener === 'CLIENT' && wanted !== undefined && wanted !== port && !wish?.asked)
      runtime.movedPorts.push({ listener, wanted, port })
  }
  if (JSON.stringify(ports) !== JSON.stringify(record.ports)) store.update(uuid, { ports })
}

function portWishes(record: ClusterRecord, settings: ReconcileSettings): PortWish[] {
  const asked = settings.askedPort
  // Whoever wants any free port wants no fixed one beside it.
  const rest = asked?.port === 0 ? { asked: 0 } : {}
  const first = asked?.cluster === record.name ? { asked: asked.port } : rest
  const base = asked?.cluster === null && asked.port !== 0 ? asked.port : settings.kafkaPortBase
  return [
    ...record.nodes.map(({ nodeId }, at): PortWish => {
      return { nodeId, listener: 'CLIENT', base, ...(at === 0 ? first : rest) }
    }),
    { nodeId: controllerNodeId, listener: 'CONTROLLER', base: settings.controllerPortBase, ...rest },
  ]
}
