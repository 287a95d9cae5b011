import type { Rebalancing } from '@aws-sdk/client-kafka'
import { isExpress } from '../instance-types.ts'
import { type ChangeKind, updating } from './change-kind.ts'
import { begin, refuse, type Update, updateRefusal } from './update.ts'

export const rebalancingChange: ChangeKind = {
  ...updating,
  type: 'UPDATE_REBALANCING',
  step: 'UPDATE_REBALANCING',
  reason: ({ target: { rebalancing } }) => `Intelligent rebalancing becomes ${rebalancing?.Status}.`,
}

/** Whether Express brokers are rebalanced. Nothing is yet: the change is one of the description. */
export function updateRebalancing(rebalancing: Rebalancing, currentVersion: string): Update {
  return (record, context) => {
    const refusal = updateRefusal(record, currentVersion)
    if (refusal) return { refusal }
    if (!isExpress(record.spec.brokerNodeGroup.InstanceType))
      return refuse('Intelligent rebalancing needs Express brokers.', 'rebalancing')
    if (rebalancing.Status === undefined || rebalancing.Status === record.spec.rebalancing?.Status)
      return refuse(
        'The request does not include any updates to the rebalancing of the cluster.',
        'rebalancing',
      )
    return { record: begin(record, context, rebalancingChange, { rebalancing }) }
  }
}
