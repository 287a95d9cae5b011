import { listenersOf } from '../cluster-plan.ts'
import type { ClusterRecord } from '../cluster-record.ts'
import { sameNode } from '../../engines/engine.ts'
import { allocatePorts as allocate, type PortWish } from '../../ports/ports.ts'
import { needRecord, type Step, type StepContext } from './step.ts'

/** Gives every listener of the cluster's nodes that do not run a port that is free now, and keeps it. */
export const allocatePorts: Step = (uuid, context) => context.portsLock.run(() => allocateFor(uuid, context))

async function allocateFor(uuid: string, context: StepContext): Promise<void> {
  const { store, runtime, effects, settings } = context
  const record = needRecord(uuid, context)
  const running = (runtime.cluster?.nodes() ?? []).filter(({ state }) => state === 'running')
  const kept = record.ports.filter((port) => running.some((node) => sameNode(node, port)))
  const reserved = new Set<number>(kept.map(({ port }) => port))
  for (const other of store.list())
    if (other.uuid !== uuid) for (const { port } of other.ports) reserved.add(port)
  const wishes = portWishes(record, context).filter(
    (wish) => !kept.some((port) => sameNode(port, wish) && port.listener === wish.listener),
  )
  const found = await allocate(effects.network, settings.host, wishes, record.ports, reserved)
  runtime.portsChecked = true
  for (const [at, { listener, port, ...node }] of found.entries()) {
    const had = record.ports.find((old) => sameNode(old, node) && old.listener === listener)
    const wish = wishes[at]
    const wanted = had?.port ?? (wish?.asked === undefined ? wish?.base : undefined)
    if (listener === 'CLIENT' && wanted !== undefined && wanted !== port && !wish?.asked)
      runtime.movedPorts.push({ listener, wanted, port })
  }
  const ports = [...kept, ...found]
  if (JSON.stringify(ports) !== JSON.stringify(record.ports)) store.update(uuid, { ports })
}

function portWishes(record: ClusterRecord, { engine, settings }: StepContext): PortWish[] {
  const asked = settings.askedPort
  // Whoever wants any free port wants no fixed one beside it.
  const rest = asked?.port === 0 ? { asked: 0 } : {}
  const first = asked?.cluster === record.name ? { asked: asked.port } : rest
  const base = asked?.cluster === null && asked.port !== 0 ? asked.port : settings.kafkaPortBase
  return record.nodes.flatMap((node) =>
    listenersOf(record, engine, node).map((listener): PortWish => {
      const { role, nodeId } = node
      return listener === 'CLIENT'
        ? { role, nodeId, listener, base, ...(nodeId === 1 ? first : rest) }
        : { role, nodeId, listener, base: settings.controllerPortBase, ...rest }
    }),
  )
}
