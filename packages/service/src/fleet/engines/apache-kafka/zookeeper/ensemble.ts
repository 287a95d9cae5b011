import type { SupervisionEffects } from '../../supervision/supervised-node.ts'
import { type ClusterPlan, ListenerName, listenerOf } from '../../engine.ts'
import { askZooKeeper, listsBroker, modeOf, type Word } from './zookeeper-words.ts'

type ZooKeeperEffects = Pick<SupervisionEffects, 'clock' | 'network'>

/** ZooKeeper grants sessions of at most 20 ticks of 1 s, and notices their end a tick later. */
const sessionEndTimeoutMs = 30_000
const sessionEndPollMs = 250

/**
 * A broker that was killed stays registered in ZooKeeper until its session ends, and a new one with its id would
 * die of that (NodeExists). Where the wait is in vain, Kafka says why.
 */
export async function awaitSessionEnd(
  effects: ZooKeeperEffects,
  plan: ClusterPlan,
  brokerId: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { clock } = effects
  const deadline = clock.monotonic() + sessionEndTimeoutMs
  while (!signal?.aborted && clock.monotonic() < deadline) {
    const answers = await askMembers(effects, plan, 'dump')
    if (![...answers.values()].some((answer) => answer !== null && listsBroker(answer, brokerId))) return
    await clock.sleep(sessionEndPollMs)
  }
}

/** What is wrong with the ensemble, as a sentence; null where nothing is, or where there is none. */
export async function zooKeepersProblem(
  effects: ZooKeeperEffects,
  plan: ClusterPlan,
): Promise<string | null> {
  const answers = await askMembers(effects, plan, 'srvr')
  const modes = [...answers].map(([nodeId, answer]) => [nodeId, answer && modeOf(answer)] as const)
  return ensembleProblem(new Map(modes))
}

/** The answers by node id; null from one that gives none. */
async function askMembers(
  effects: ZooKeeperEffects,
  plan: ClusterPlan,
  word: Word,
): Promise<Map<number, string | null>> {
  const members = plan.nodes.filter(({ role }) => role === 'zookeeper')
  const answers = members.map(async (node) => {
    const listener = listenerOf(node, ListenerName.zookeeper)
    const answer = await askZooKeeper(effects, listener, word).catch(() => null)
    return [node.nodeId, answer] as const
  })
  return new Map(await Promise.all(answers))
}

/** From the modes that the ensemble's members report (null: no answer, or part of no quorum). */
export function ensembleProblem(modes: ReadonlyMap<number, string | null>): string | null {
  for (const [nodeId, mode] of modes)
    if (mode !== 'leader' && mode !== 'follower')
      return `ZooKeeper node ${nodeId} is not part of the ensemble's quorum.`
  return null
}
