import { brokerCountRefusal } from '../cluster-spec.ts'
import { type ChangeKind, updating } from './change-kind.ts'
import { begin, refuse, type Update, updateRefusal } from './update.ts'

const reason: ChangeKind['reason'] = ({ source, target }) =>
  `The number of brokers goes from ${source.numberOfBrokerNodes} to ${target.numberOfBrokerNodes}.`

export const brokerCountIncrease: ChangeKind = {
  ...updating,
  type: 'INCREASE_BROKER_COUNT',
  step: 'ADD_BROKERS',
  reason,
}

export const brokerCountDecrease: ChangeKind = {
  ...updating,
  type: 'DECREASE_BROKER_COUNT',
  step: 'REMOVE_BROKERS',
  reason,
  /** Brokers may leave only when they hold none of the users' partitions (UpdateBrokerCount). */
  checkLeaving: async (cluster, plan, leaving) => {
    for (const { nodeId } of leaving) {
      const count = await cluster.brokers.userPartitions(plan, nodeId)
      if (count === 0) continue
      const message = `Broker ${nodeId} holds ${count} partition${count === 1 ? '' : 's'} of topics. Move them to the brokers that stay, then try again.`
      return { code: 'BROKER_HOLDS_PARTITIONS', message }
    }
    return null
  },
}

export function updateBrokerCount(target: number, currentVersion: string): Update {
  return (record, context) => {
    const { engine } = context
    const { numberOfBrokerNodes: current, kafkaVersion, brokerNodeGroup } = record.spec
    const zones = brokerNodeGroup.ClientSubnets?.length ?? 1
    const parameter = 'targetNumberOfBrokerNodes'
    const refusal =
      updateRefusal(record, currentVersion) ??
      brokerCountRefusal(target, { zones, kafkaVersion }, engine, parameter)
    if (refusal) return { refusal }
    if (target === current) return refuse(`The cluster has ${current} broker nodes already.`, parameter)
    if (target < current) {
      // MSK Developer Guide, "Remove a broker from an Amazon MSK cluster": the last broker of each zone, once a call.
      if (target !== current - zones)
        return refuse(
          `Brokers are removed one per Availability Zone at a time: the next smaller number is ${current - zones}.`,
          parameter,
        )
      if (brokerNodeGroup.InstanceType === 'kafka.t3.small')
        return refuse('Brokers of the type kafka.t3.small cannot be removed.', parameter)
    }
    const [least, most] = target < current ? [target, current] : [current, target]
    const brokerIds = Array.from({ length: most - least }, (_, at) => least + at + 1)
    const kind = target < current ? brokerCountDecrease : brokerCountIncrease
    return { record: begin(record, context, kind, { numberOfBrokerNodes: target }, brokerIds) }
  }
}
