import type { Network } from '@sluice/effects'
import { type ListenerName, type NodeKey, type NodeRole, sameNode } from '../engines/engine.ts'
import { anyFree, isFree, portTaken } from '../free-port.ts'

/** A listener's port as it is kept with its cluster. */
export interface PortRecord {
  role: NodeRole
  nodeId: number
  listener: ListenerName
  port: number
  /** Asked for by the user: it may not move. */
  explicit: boolean
}

/** A listener that needs a port. */
export interface PortWish extends NodeKey {
  listener: PortRecord['listener']
  /** The address that it will bind. */
  host: string
  /** Where to look when nothing else is said, the first choice first. Where none of them is free, any port will do. */
  places: readonly number[]
  /** The port that the user asked for. */
  asked?: number
}

const portMax = 65_535
/** Broker 2 has its ports so far above those of broker 1. */
const betweenBrokers = 10_000
/** The brokers of the next cluster have theirs so far above those of the first. */
const betweenClusters = 100
const clustersInPlace = 10
const innerPortsTried = 1_000

/**
 * Where a broker's listener for clients is looked for: 9092, 19092, 29092, … of the first cluster, 9192, 19192, … of
 * the next. Each of these tells which of MSK's listeners it is, by its last two digits, and whose.
 */
export function clientPlaces(first: number, nodeId: number): number[] {
  const own = first + (nodeId - 1) * betweenBrokers
  const places = Array.from({ length: clustersInPlace }, (_, at) => own + at * betweenClusters)
  return places.filter((port) => port <= portMax)
}

/** Where listeners between nodes are looked for: one after the other, without those that clients' listeners would have. */
export function innerPlaces(first: number): number[] {
  const places = Array.from({ length: innerPortsTried }, (_, at) => first + at)
  return places.filter((port) => port % betweenClusters < 90 && port <= portMax)
}

/**
 * Gives each listener its port: the one that the user asks for now, else the one that it had, else the first free
 * one of its places, else any free one. A default port that is taken moves on; one that the user asked for, now or
 * earlier, is an error. `reserved` are ports of other clusters that may not run at the moment.
 */
export async function allocatePorts(
  network: Network,
  wishes: readonly PortWish[],
  stored: readonly PortRecord[],
  reserved: ReadonlySet<number>,
): Promise<PortRecord[]> {
  const taken = new Set(reserved)
  const ports: PortRecord[] = []
  for (const wish of wishes) {
    const had = stored.find((port) => sameNode(port, wish) && port.listener === wish.listener)
    const port = await allocate(network, wish, had, taken)
    taken.add(port.port)
    ports.push(port)
  }
  return ports
}

async function allocate(
  network: Network,
  { role, nodeId, listener, host, places, asked }: PortWish,
  had: PortRecord | undefined,
  taken: ReadonlySet<number>,
): Promise<PortRecord> {
  const canHave = async (port: number) => !taken.has(port) && (await isFree(network, host, port))
  const explicit = asked ?? (had?.explicit ? had.port : undefined)
  if (explicit !== undefined) {
    if (!(await canHave(explicit))) throw portTaken(explicit)
    return { role, nodeId, listener, port: explicit, explicit: true }
  }
  for (const port of had ? [had.port, ...places] : places)
    if (await canHave(port)) return { role, nodeId, listener, port, explicit: false }
  return { role, nodeId, listener, port: await anyFree(network, host, taken), explicit: false }
}
