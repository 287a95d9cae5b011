import { sameNode } from '../../engines/engine.ts'
import { OperatingError } from '../../operating-error.ts'
import { activeChange } from '../changes/change-life.ts'
import { brokersTooMany } from '../cluster-plan.ts'
import type { Done, Pass, Step } from './pass.ts'

const pollMs = 100
/** A broker that was down longer may need more to catch up; the run is then tried again. */
const movingMsMax = 3_600_000
const healthyMsMax = { underWay: 120_000, else: 10_000 }

/** Waits until every node serves and every replica is in sync. */
export const checkHealth: Step = (pass) => waitUntilWell(pass, () => pass.cluster.health(pass.plan))

/** Brokers that have joined take their part of them, and those that leave give theirs up. */
export const placeInternalTopics: Step = (pass) =>
  waitUntilWell(pass, () => pass.cluster.brokers.placeInternalTopics(pass.plan))

/**
 * Of a cluster whose brokers come and go by themselves: those that have joined take their part of all partitions, and those
 * that shall leave give theirs up, however much that is to copy.
 */
export const placePartitions: Step = async (pass): Promise<Done> => {
  const { nodes } = pass.plan
  const leaving = brokersTooMany(pass.record)
  const staying = nodes.filter((node) => !leaving.some((one) => sameNode(one, node)))
  const look = () => pass.cluster.brokers.placePartitions({ ...pass.plan, nodes: staying })
  await waitUntilWell(pass, look, movingMsMax)
  pass.runtime.partitionsPlaced = true
  return 'changed'
}

/** What other brokers have led while one was away it leads again. */
export const restoreLeaders: Step = async ({ cluster, plan }): Promise<Done> => {
  await cluster.brokers.restoreLeaders(plan)
  return 'unchanged'
}

async function waitUntilWell(pass: Pass, look: () => Promise<string | null>, msMax?: number): Promise<Done> {
  const { effects, runtime, cluster, record } = pass
  // A change that fails too often is taken back, and so it has time. Otherwise nobody waits who does not know for what.
  const isUnderWay = record.state === 'CREATING' || activeChange(record) !== undefined
  const giveUpAt = effects.clock.monotonic() + (msMax ?? healthyMsMax[isUnderWay ? 'underWay' : 'else'])
  for (;;) {
    const problem = await look()
    if (problem === null) return 'unchanged'
    runtime.abort.signal.throwIfAborted()
    // A node that died meanwhile is the loop's business.
    if (cluster.nodes().some(({ state }) => state === 'failed') || effects.clock.monotonic() > giveUpAt)
      throw new OperatingError('The cluster is not healthy.', {
        code: 'NOT_HEALTHY',
        why: problem,
        next: 'Its brokers’ logs tell more.',
      })
    await effects.clock.sleep(pollMs)
  }
}
