import { clusterPlan } from '../cluster-plan.ts'
import { kindOf } from '../changes/change-kinds.ts'
import { activeChange, begun, ended, finalizing, leavingBrokers, takenBack } from '../changes/change-life.ts'
import { needCluster, needRecord, type Step } from './step.ts'

/** The work on a change starts. */
export const beginChange: Step = (uuid, context) => {
  context.store.update(uuid, begun(needRecord(uuid, context)))
}

/**
 * May the brokers leave that the spec has no more? Those that a change asks out may be in use; those that one
 * brought in which is taken back are not, and leave in any case.
 */
export const checkLeaving: Step = async (uuid, context) => {
  const { store, engine, settings } = context
  const record = needRecord(uuid, context)
  const change = activeChange(record)
  if (!change) return
  const plan = clusterPlan(record, engine, settings.host)
  const leaving = record.nodes.filter(
    ({ role, nodeId }) => role === 'broker' && nodeId > record.spec.numberOfBrokerNodes,
  )
  const failure = await kindOf(change).checkLeaving?.(needCluster(context), plan, leaving)
  if (failure) store.update(uuid, takenBack(record, failure))
}

/** Stops and forgets the brokers that the change takes out. */
export const removeBrokers: Step = async (uuid, context) => {
  const { engine, settings } = context
  const record = needRecord(uuid, context)
  const plan = clusterPlan(record, engine, settings.host)
  const cluster = needCluster(context)
  for (const nodeId of leavingBrokers(record)) {
    const node = { role: 'broker', nodeId } as const
    await cluster.stopNode(node)
    await cluster.removeNode(plan, node)
  }
}

/** All that it wanted is there, or all that was before is again. */
export const finishChange: Step = async (uuid, context) => {
  const { store, engine, settings, effects } = context
  const change = activeChange(needRecord(uuid, context))
  if (!change) return
  const { finalize } = kindOf(change)
  if (finalize && change.error === null) {
    const record = store.update(uuid, finalizing(needRecord(uuid, context)))
    await finalize(needCluster(context), clusterPlan(record, engine, settings.host))
  }
  const record = needRecord(uuid, context)
  store.update(uuid, ended(record, effects.clock.now(), effects.random))
  const outcome = change.error === null ? 'done' : 'taken back'
  effects.logger.info('a change ended', { cluster: record.name, type: change.type, outcome })
}
