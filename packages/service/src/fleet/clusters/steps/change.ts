import { clusterPlan } from '../cluster-plan.ts'
import { activeOperation, begun, ended, finalizing, leavingBrokers, takenBack } from '../changes/change.ts'
import { needCluster, needRecord, type Step } from './step.ts'

/** The work on an operation starts. */
export const beginOperation: Step = (uuid, context) => {
  context.store.update(uuid, begun(needRecord(uuid, context)))
}

/** Brokers may leave only when they hold none of the users' partitions (UpdateBrokerCount). */
export const checkRemoval: Step = async (uuid, context) => {
  const { store, engine, settings } = context
  const record = needRecord(uuid, context)
  const plan = clusterPlan(record, engine, settings.host)
  const leaving = record.nodes.filter(
    ({ role, nodeId }) => role === 'broker' && nodeId > record.spec.numberOfBrokerNodes,
  )
  // One that was brought in by an operation that is taken back goes in any case.
  if (activeOperation(record)?.type !== 'DECREASE_BROKER_COUNT') return
  for (const { nodeId } of leaving) {
    const count = await needCluster(context).userPartitions(plan, nodeId)
    if (count === 0) continue
    const message = `Broker ${nodeId} holds ${count} partition${count === 1 ? '' : 's'} of topics. Move them to the brokers that stay, then try again.`
    store.update(uuid, takenBack(record, { code: 'BROKER_HOLDS_PARTITIONS', message }))
    return
  }
}

/** Stops and forgets the brokers that the operation takes out. */
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
export const finishOperation: Step = async (uuid, context) => {
  const { store, engine, settings, effects } = context
  const operation = activeOperation(needRecord(uuid, context))
  if (!operation) return
  if (operation.type === 'UPDATE_CLUSTER_KAFKA_VERSION' && operation.error === null) {
    const record = store.update(uuid, finalizing(needRecord(uuid, context)))
    await needCluster(context).finalizeVersion(clusterPlan(record, engine, settings.host))
  }
  const record = needRecord(uuid, context)
  store.update(uuid, ended(record, effects.clock.now(), effects.random))
  const outcome = operation.error === null ? 'done' : 'taken back'
  effects.logger.info('an operation ended', { cluster: record.name, type: operation.type, outcome })
}
