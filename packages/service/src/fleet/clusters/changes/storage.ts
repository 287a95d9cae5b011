import type { BrokerNodeGroupInfo, ProvisionedThroughput } from '@aws-sdk/client-kafka'
import { isDeepStrictEqual } from 'node:util'
import { invalid, type Refusal } from '../../refusal.ts'
import type { ChangeRecord, ClusterRecord } from '../cluster-record.ts'
import { isExpress, throughputRefusal } from '../instance-types.ts'
import { type ChangeKind, updating } from './change-kind.ts'
import { begin, refuse, stateRefusal, type Update, updateRefusal } from './update.ts'

const reason: ChangeKind['reason'] = () =>
  'The volumes of brokers have another size, or are described otherwise.'

/** MSK has two calls for it, and an operation for each. */
export const brokerStorageChange: ChangeKind = {
  ...updating,
  type: 'UPDATE_BROKER_STORAGE',
  step: 'UPDATE_BROKER_STORAGE',
  reason,
}
export const storageChange: ChangeKind = {
  ...updating,
  type: 'UPDATE_STORAGE',
  step: 'UPDATE_STORAGE',
  reason,
}

/** MSK Developer Guide, "Scale up broker storage". */
const growthGiBMin = 100
const coolDownMs = 6 * 3_600_000

interface WantedStorage {
  volumeGiB: number | undefined
  throughput: ProvisionedThroughput | undefined
}

/** Volumes grow, once in six hours, while their brokers run. */
export function updateStorage(kind: ChangeKind, wanted: WantedStorage, currentVersion: string): Update {
  return (record, context) => {
    const refusal = updateRefusal(record, currentVersion)
    if (refusal) return { refusal }
    const { brokerNodeGroup: before } = record.spec
    if (isExpress(before.InstanceType))
      return refuse('The storage of Express brokers cannot be configured.', 'volumeSizeGB')
    const brokerNodeGroup = withStorage(before, wanted)
    const [volumeGiB, had] = [volumeOf(brokerNodeGroup), volumeOf(before)]
    if (isDeepStrictEqual(brokerNodeGroup, before))
      return refuse('The request does not include any updates to the storage of the cluster.', 'volumeSizeGB')
    const problem =
      growthRefusal(volumeGiB - had) ??
      (volumeGiB === had ? undefined : coolDownRefusal(record, context.nowMs)) ??
      throughputRefusal(wanted.throughput, { instanceType: before.InstanceType ?? '', volumeGiB })
    if (problem) return { refusal: problem }
    return { record: begin(record, context, kind, { brokerNodeGroup }) }
  }
}

/** What auto scaling does: volumes of this size, which may be no more than a little larger. */
export function scaleStorage(volumeGiB: number): Update {
  return (record, context) => {
    const refusal = stateRefusal(record) ?? coolDownRefusal(record, context.nowMs)
    if (refusal) return { refusal }
    const brokerNodeGroup = withStorage(record.spec.brokerNodeGroup, { volumeGiB, throughput: undefined })
    return { record: begin(record, context, brokerStorageChange, { brokerNodeGroup }) }
  }
}

function withStorage(
  group: BrokerNodeGroupInfo,
  { volumeGiB, throughput }: WantedStorage,
): BrokerNodeGroupInfo {
  const storage = {
    ...group.StorageInfo?.EbsStorageInfo,
    ...(volumeGiB !== undefined && { VolumeSize: volumeGiB }),
    ...(throughput && { ProvisionedThroughput: throughput }),
  }
  return { ...group, StorageInfo: { EbsStorageInfo: storage } }
}

function volumeOf(group: BrokerNodeGroupInfo): number {
  return group.StorageInfo?.EbsStorageInfo?.VolumeSize ?? 0
}

function growthRefusal(growthGiB: number): Refusal | undefined {
  if (growthGiB < 0) return invalid('The storage of brokers can only be increased.', 'volumeSizeGB')
  if (growthGiB > 0 && growthGiB < growthGiBMin)
    return invalid(
      `The minimum increase in storage size of the cluster should be atleast ${growthGiBMin}GB`,
      'volumeSizeGB',
    )
  return undefined
}

function coolDownRefusal({ changes }: ClusterRecord, nowMs: number): Refusal | undefined {
  const last = changes.findLast(hasGrown)?.endedAtMs ?? Number.NEGATIVE_INFINITY
  if (nowMs - last >= coolDownMs) return undefined
  const next = new Date(last + coolDownMs).toISOString()
  return invalid(
    `The storage of a cluster can be increased once in 6 hours: the next time after ${next}.`,
    'volumeSizeGB',
  )
}

function hasGrown({ state, source, target }: ChangeRecord): boolean {
  const [before, after] = [source.brokerNodeGroup, target.brokerNodeGroup]
  return state === 'UPDATE_COMPLETE' && !!before && !!after && volumeOf(after) > volumeOf(before)
}
