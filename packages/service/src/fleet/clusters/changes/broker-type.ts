import { instanceTypeRefusal, partitionsMax } from '../instance-types.ts'
import { type ChangeKind, updating } from './change-kind.ts'
import { begin, refuse, type Update, updateRefusal } from './update.ts'

export const brokerTypeChange: ChangeKind = {
  ...updating,
  type: 'UPDATE_BROKER_TYPE',
  step: 'UPDATE_BROKER_TYPE',
  reason: ({ target: { brokerNodeGroup } }) => `Brokers become of the size ${brokerNodeGroup?.InstanceType}.`,
}

/** What a size means in CPU and memory has no effect here, so no broker is started anew. `partitions`: of the broker that has most. */
export function updateBrokerType(target: string, partitions: number, currentVersion: string): Update {
  return (record, context) => {
    const { brokerNodeGroup, kafkaVersion } = record.spec
    const parameter = 'targetInstanceType'
    const refusal =
      updateRefusal(record, currentVersion) ??
      instanceTypeRefusal(target, { kafkaVersion, beside: brokerNodeGroup.InstanceType }, parameter)
    if (refusal) return { refusal }
    if (target === brokerNodeGroup.InstanceType)
      return refuse(`The brokers are of the type ${target} already.`, parameter)
    const most = partitionsMax(target)
    if (partitions > most)
      return refuse(
        `A broker of the type ${target} has at most ${most} partitions, and one of this cluster has ${partitions}.`,
        parameter,
      )
    const group = { ...brokerNodeGroup, InstanceType: target }
    return { record: begin(record, context, brokerTypeChange, { brokerNodeGroup: group }) }
  }
}
