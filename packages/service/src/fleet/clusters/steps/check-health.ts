import { OperatingError } from '../../operating-error.ts'
import type { Done, Step } from './pass.ts'

const pollMs = 100
/** A broker that was down longer may need more to catch up; the run is then tried again. */
const healthyMsMax = 120_000

/** Waits until every node serves and every replica is in sync. */
export const checkHealth: Step = async ({ effects, runtime, cluster, plan }): Promise<Done> => {
  const giveUpAt = effects.clock.monotonic() + healthyMsMax
  for (;;) {
    const problem = await cluster.health(plan)
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
