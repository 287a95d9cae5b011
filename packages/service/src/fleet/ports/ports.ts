import type { Network } from '@sluice/effects'
import { type ListenerName, type NodeKey, type NodeRole, sameNode } from '../engines/engine.ts'
import { anyFree, isFree, portTaken } from '../free-port.ts'
import { OperatingError } from '../operating-error.ts'

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
  /** Where to look first when nothing else is said. */
  base: number
  /** A port that the user asked for; 0 is any free one. */
  asked?: number
}

/** Ports tried beyond the first, before the search ends. */
const searchMax = 1_000
const portMax = 65_535

/**
 * Gives each listener its port: the one that the user asks for now, else the one that it had, else the next
 * free one from its base. A default port that is taken moves on; one that the user asked for, now or earlier,
 * is an error. `reserved` are ports of other clusters that may not run at the moment.
 */
export async function allocatePorts(
  network: Network,
  host: string,
  wishes: readonly PortWish[],
  stored: readonly PortRecord[],
  reserved: ReadonlySet<number>,
): Promise<PortRecord[]> {
  const taken = new Set(reserved)
  const ports: PortRecord[] = []
  for (const wish of wishes) {
    const had = stored.find((port) => sameNode(port, wish) && port.listener === wish.listener)
    const port = await allocate(network, host, wish, had, taken)
    taken.add(port.port)
    ports.push(port)
  }
  return ports
}

async function allocate(
  network: Network,
  host: string,
  wish: PortWish,
  had: PortRecord | undefined,
  taken: ReadonlySet<number>,
): Promise<PortRecord> {
  const { role, nodeId, listener } = wish
  const explicit = wish.asked ? wish.asked : had?.explicit ? had.port : undefined
  if (explicit !== undefined) {
    if (taken.has(explicit) || !(await isFree(network, host, explicit))) throw portTaken(explicit)
    return { role, nodeId, listener, port: explicit, explicit: true }
  }
  const first = had?.port ?? (wish.asked === 0 ? 0 : wish.base)
  if (first === 0)
    return { role, nodeId, listener, port: await anyFree(network, host, taken), explicit: false }
  for (let port = first; port <= Math.min(first + searchMax, portMax); port++)
    if (!taken.has(port) && (await isFree(network, host, port)))
      return { role, nodeId, listener, port, explicit: false }
  throw new OperatingError(`No free port was found from ${first} on.`, {
    code: 'EADDRINUSE',
    why: `${searchMax} ports are taken.`,
    next: 'Name a free port, or 0 for any.',
  })
}
