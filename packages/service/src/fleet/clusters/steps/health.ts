import { sameNode } from '../../engines/engine.ts'
import { OperatingError, sentenceOf } from '../../operating-error.ts'
import { activeChange } from '../changes/change-life.ts'
import { brokersTooMany } from '../cluster-plan.ts'
import type { Done, Pass, Step } from './pass.ts'

const pollMs = 100
/** A broker that was down longer may need more to catch up; the run is then tried again. */
const movingMsMax = 3_600_000
const healthyMsMax = { underWay: 120_000, else: 10_000 }

/** Waits until every node serves and every replica is in sync. What becomes doubtful from here on is looked at anew. */
export const checkHealth: Step = (pass) => {
  pass.runtime.settled = true
  return waitUntilWell(pass, () => pass.cluster.health(pass.plan))
}

/** What other brokers have led while one was away it leads again. */
export const restoreLeaders: Step = (pass) =>
  waitUntilWell(pass, () => pass.cluster.brokers.restoreLeaders(pass.plan))

/** Brokers that have joined take their part of them, and those that leave give theirs up. */
export const placeInternalTopics: Step = (pass) =>
  waitUntilPlaced(pass, () => pass.cluster.brokers.placeInternalTopics(pass.plan))

/**
 * Of a cluster whose brokers come and go by themselves: those that have joined take their part of all partitions, and those
 * that shall leave give theirs up, however much that is to copy.
 */
export const placePartitions: Step = async (pass): Promise<Done> => {
  const { nodes } = pass.plan
  const leaving = brokersTooMany(pass.record)
  const staying = nodes.filter((node) => !leaving.some((one) => sameNode(one, node)))
  const look = () => pass.cluster.brokers.placePartitions({ ...pass.plan, nodes: staying })
  await waitUntilPlaced(pass, look, movingMsMax)
  pass.runtime.partitionsPlaced = true
  return 'changed'
}

/** A look: null, or what is not as it shall be yet, as a sentence. */
type Look = () => Promise<string | null>

/** A cluster is HEALING from the first look that says so. */
function waitUntilWell(pass: Pass, look: Look): Promise<Done> {
  return waitUntil(pass, look, {
    onProblem: (unwell) => {
      if (pass.record.state !== 'ACTIVE') return 'unchanged'
      pass.effects.logger.info('a cluster is not healthy', { cluster: pass.record.name, reason: unwell.why })
      return pass.note({ state: 'HEALING', stateInfo: { code: unwell.code, message: sentenceOf(unwell) } })
    },
  })
}

/** Partitions that move are as well as others. */
function waitUntilPlaced(pass: Pass, look: Look, msMax?: number): Promise<Done> {
  return waitUntil(pass, look, { msMax, onProblem: () => 'unchanged' })
}

async function waitUntil(
  pass: Pass,
  look: Look,
  { msMax, onProblem }: { msMax?: number | undefined; onProblem: (unwell: OperatingError) => Done },
): Promise<Done> {
  const { effects, runtime, cluster, record } = pass
  // A change that fails too often is taken back, and so it has time. Otherwise nobody waits who does not know for what.
  const isUnderWay = record.state === 'CREATING' || activeChange(record) !== undefined
  const giveUpAt = effects.clock.monotonic() + (msMax ?? healthyMsMax[isUnderWay ? 'underWay' : 'else'])
  let done: Done = 'unchanged'
  for (;;) {
    const why = await look()
    if (why === null) return done
    runtime.abort.signal.throwIfAborted()
    const unwell = new OperatingError('The cluster is not healthy.', {
      code: 'NOT_HEALTHY',
      why,
      next: 'Its brokers’ logs tell more.',
    })
    // A node that died meanwhile is the loop's business.
    if (cluster.nodes().some(({ state }) => state === 'failed') || effects.clock.monotonic() > giveUpAt)
      throw unwell
    if (onProblem(unwell) === 'changed') done = 'changed'
    await effects.clock.sleep(pollMs)
  }
}
