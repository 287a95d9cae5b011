import {
  clientListeners,
  exporterPorts,
  isClientListener,
  ListenerName,
  nodeName,
  sameNode,
} from '../../engines/engine.ts'
import {
  allocatePorts as allocate,
  clientPlaces,
  innerPlaces,
  type PortRecord,
  type PortWish,
} from '../../ports/ports.ts'
import { exportersOf, listenersOf } from '../cluster-plan.ts'
import type { ClusterRecord } from '../cluster-record.ts'
import { boundHost } from '../listener-places.ts'
import type { Done, Pass, Step } from './pass.ts'

/** Gives every listener of the cluster's nodes that do not run a port that is free now, and keeps it. */
export const allocatePorts: Step = (pass) => pass.portsLock.run(() => allocateFor(pass))

async function allocateFor(pass: Pass): Promise<Done> {
  const { uuid, store, runtime, effects, record } = pass
  const running = pass.cluster.nodes().filter(({ state }) => state === 'running')
  const kept = record.ports.filter((port) => running.some((node) => sameNode(node, port)))
  const reserved = new Set<number>(kept.map(({ port }) => port))
  for (const other of store.list())
    if (other.uuid !== uuid) for (const { port } of other.ports) reserved.add(port)
  const wishes = portWishes(pass).filter((wish) => !kept.some((port) => isSameListener(port, wish)))
  const stored = [...record.ports, ...(record.formerPorts ?? [])]
  const found = await allocate(effects.network, wishes, stored, reserved)
  const wereChecked = runtime.portsChecked
  runtime.portsChecked = true
  for (const [at, port] of found.entries()) noteMove(pass, port, wishes[at], reserved)
  const ports = [...kept, ...found]
  const isNew = (port: PortRecord) => !record.ports.some((old) => isSamePort(old, port))
  if (ports.length !== record.ports.length || ports.some(isNew))
    return pass.update({ ports, formerPorts: formerPorts(record, ports) })
  return wereChecked ? 'unchanged' : 'changed'
}

/** What is not asked for any more may move when it comes back. */
function formerPorts(
  { nodes, ports, formerPorts: earlier = [] }: ClusterRecord,
  now: readonly PortRecord[],
): PortRecord[] {
  const gone = ports.map((port) => ({ ...port, explicit: false }))
  const kept = earlier.filter((port) => !ports.some((later) => isSameListener(later, port)))
  return [...gone, ...kept].filter(
    (port) => nodes.some((node) => sameNode(node, port)) && !now.some((one) => isSameListener(one, port)),
  )
}

/**
 * A client's port that is not where one would look for it is told on the screen; but not that another cluster of ours
 * is there already.
 */
function noteMove(
  { runtime, record, effects }: Pass,
  { port, ...node }: PortRecord,
  wish: PortWish | undefined,
  reserved: ReadonlySet<number>,
): void {
  const had = record.ports.find((old) => isSameListener(old, node))
  const wanted = had?.port ?? wish?.places.find((place) => !reserved.has(place))
  if (!isClientListener(node.listener) || wanted === undefined || wanted === port || wish?.asked) return
  runtime.movedPorts.push({ nodeId: node.nodeId, listener: node.listener, wanted, port })
  effects.logger.warn(`Port ${wanted} was busy: ${nodeName(node)} of ${record.name} is on ${port}`)
}

function portWishes({ record, engine, settings }: Pass): PortWish[] {
  const { kafkaPortBase, innerPortBase, askedPort, reach } = settings
  const isMeant = askedPort !== null && (askedPort.cluster ?? record.name) === record.name
  const first = isMeant ? askedPort.port : kafkaPortBase
  // Whoever wants any free port wants no fixed one beside it.
  const anywhere = askedPort?.port === 0
  return record.nodes.flatMap(({ role, nodeId }) =>
    [...listenersOf(record, engine, { role, nodeId }), ...exportersOf(record, { role, nodeId })].map(
      (listener): PortWish => {
        const exporter = exporterPorts[listener]
        const places = isClientListener(listener)
          ? clientPlaces(first + clientListeners[listener].port - clientListeners.CLIENT.port, nodeId)
          : exporter !== undefined
            ? clientPlaces(exporter, nodeId)
            : innerPlaces(innerPortBase)
        const isAsked =
          listener === ListenerName.client && nodeId === 1 && askedPort?.cluster === record.name && !anywhere
        const place = { host: boundHost(reach, listener), places: anywhere ? [] : places }
        return { role, nodeId, listener, ...place, ...(isAsked && { asked: first }) }
      },
    ),
  )
}

function isSameListener(
  a: Pick<PortRecord, 'role' | 'nodeId' | 'listener'>,
  b: Pick<PortRecord, 'role' | 'nodeId' | 'listener'>,
): boolean {
  return sameNode(a, b) && a.listener === b.listener
}

function isSamePort(a: PortRecord, b: PortRecord): boolean {
  return isSameListener(a, b) && a.port === b.port && a.explicit === b.explicit
}
