import { kindOf } from '../changes/change-kinds.ts'
import {
  activeChange,
  begun,
  ended,
  finalizing,
  leavingBrokers,
  reasonOf,
  takenBack,
} from '../changes/change-life.ts'
import { brokersTooMany } from '../cluster-plan.ts'
import { isBeforeTime } from './keep-pace.ts'
import type { Done, Step } from './pass.ts'

/** The work on a change starts. */
export const beginChange: Step = (pass) => {
  const { record, effects } = pass
  const type = activeChange(record)?.type
  effects.logger.info('a change begins', { cluster: record.name, type, reason: reasonOf(record) })
  return pass.update(begun(record))
}

/**
 * May the brokers leave that the spec has no more? Those that a change asks out may be in use; those that one
 * brought in which is taken back are not, and leave in any case.
 */
export const checkLeaving: Step = async (pass) => {
  const { record, cluster, plan } = pass
  const change = activeChange(record)
  if (!change) return 'unchanged'
  const failure = await kindOf(change).checkLeaving?.(cluster, plan, brokersTooMany(record))
  return failure ? pass.update(takenBack(pass.record, failure)) : 'unchanged'
}

/** Stops and forgets the brokers that the change takes out, or that leave by themselves. */
export const removeBrokers: Step = async ({ record, cluster, plan }): Promise<Done> => {
  const own = brokersTooMany(record).map(({ nodeId }) => nodeId)
  for (const nodeId of [...own, ...leavingBrokers(record)]) {
    const node = { role: 'broker', nodeId } as const
    await cluster.stopNode(node)
    await cluster.removeNode(plan, node)
  }
  return 'changed'
}

/** All that it wanted is there, or all that was before is again. */
export const finishChange: Step = async (pass) => {
  const { effects, cluster } = pass
  const change = activeChange(pass.record)
  if (!change || isBeforeTime(pass)) return 'unchanged'
  const { finalize } = kindOf(change)
  if (finalize && change.error === null) {
    pass.update(finalizing(pass.record))
    await finalize(cluster, pass.plan)
  }
  pass.update(ended(pass.record, effects.clock.now(), effects.random))
  const outcome = change.error === null ? 'done' : 'taken back'
  effects.logger.info('a change ended', { cluster: pass.record.name, type: change.type, outcome })
  return 'changed'
}
