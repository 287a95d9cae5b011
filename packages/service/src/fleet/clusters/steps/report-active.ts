import { activeChange } from '../changes/change-life.ts'
import { unservedParts } from '../cluster-spec.ts'
import { isBeforeTime } from './keep-pace.ts'
import type { Done, Pass, Step } from './pass.ts'

export const reportActive: Step = async (pass): Promise<Done> => {
  // It may have been deleted, or changed again, while its brokers came up.
  if (!hasArrived(pass) || isBeforeTime(pass)) return 'unchanged'
  pass.runtime.failedAttempts = 0
  const sentences = [unservedParts(pass.record.spec, pass.engine), await fewReplicas(pass)]
  const limits = sentences.filter((sentence) => sentence !== null).join(' ')
  if (!hasArrived(pass)) return 'unchanged'
  pass.runtime.isReported = true
  return pass.note({
    state: 'ACTIVE',
    stateInfo: limits === '' ? null : { code: 'NOT_ALL_SERVED', message: limits },
  })
}

function hasArrived({ record }: Pass): boolean {
  return record.state !== 'DELETING' && !activeChange(record)
}

const topicsNamedMax = 5

/** Topics from the time when one broker ran stay as they are, until their owner moves them. */
async function fewReplicas(pass: Pass): Promise<string | null> {
  if (!pass.record.ranOneBroker) return null
  const topics = await pass.cluster.brokers.topicsOfOneReplica(pass.plan)
  if (topics.length === 0) {
    pass.update({ ranOneBroker: false })
    return null
  }
  const names = topics.slice(0, topicsNamedMax).join(', ')
  const others = topics.length > topicsNamedMax ? ` and ${topics.length - topicsNamedMax} more` : ''
  return `Topics from before this cluster had several brokers have one replica each until they are reassigned: ${names}${others}.`
}
