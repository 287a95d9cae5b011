import { OperatingError } from '../../operating-error.ts'
import { activeChange } from '../changes/change-life.ts'
import type { Done, Pass, Step } from './pass.ts'

const pollMs = 100
/** A broker that was down longer may need more to catch up; the run is then tried again. */
const healthyMsMax = { underWay: 120_000, else: 10_000 }

/** Waits until every node serves and every replica is in sync. */
export const checkHealth: Step = (pass) => waitUntilWell(pass, () => pass.cluster.health(pass.plan))

/** Brokers that have joined take their part of them, and those that leave give theirs up. */
export const placeInternalTopics: Step = (pass) =>
  waitUntilWell(pass, () => pass.cluster.brokers.placeInternalTopics(pass.plan))

/** What other brokers have led while one was away it leads again. */
export const restoreLeaders: Step = async ({ cluster, plan }): Promise<Done> => {
  await cluster.brokers.restoreLeaders(plan)
  return 'unchanged'
}

async function waitUntilWell(pass: Pass, look: () => Promise<string | null>): Promise<Done> {
  const { effects, runtime, cluster, record } = pass
  // A change that fails too often is taken back, and so it has time. Otherwise nobody waits who does not know for what.
  const isUnderWay = record.state === 'CREATING' || activeChange(record) !== undefined
  const giveUpAt = effects.clock.monotonic() + healthyMsMax[isUnderWay ? 'underWay' : 'else']
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
