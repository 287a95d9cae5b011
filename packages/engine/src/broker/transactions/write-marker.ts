import type { Calendar } from '@sluice/effects'
import { consumerOffsets, endTransactionBatch, ErrorCode } from '@sluice/wire'
import type { GroupCoordinator } from '../../coordinator/group/group-coordinator.ts'
import type { VersionedEnd } from '../../coordinator/pending-appends.ts'
import type { BrokerConfig } from '../../metadata/configs.ts'
import { allReplicas } from '../../replication/append.ts'
import type { Partitions } from '../../replication/partitions.ts'

/** Where markers are written. */
export interface MarkerHome {
  readonly partitions: Partitions
  readonly groups: GroupCoordinator
  readonly calendar: Calendar
  readonly config: BrokerConfig
}

/**
 * Stages the marker in a partition that this broker leads, to be written by `partitions.commitStaged`, and waits for its
 * commit. Into those of groups their coordinator writes it: the offsets that were committed in the transaction count from
 * then on.
 */
type StageMarker = (topic: string, index: number) => Promise<ErrorCode>

/** For the partitions of one transaction. */
export function markerOf(broker: MarkerHome, end: VersionedEnd): StageMarker {
  const nowMs = broker.calendar.steady.now()
  const timeoutMs = broker.config.int('request.timeout.ms')
  const marker = endTransactionBatch(end, { timestamp: nowMs })
  const { transactionVersion } = end
  return async (topic, index) => {
    if (topic === consumerOffsets.topic) return errorOfGroups(await broker.groups.endTransaction(index, end))
    const partition = broker.partitions.get(topic, index)
    if (!partition) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    return new Promise((resolve) => {
      partition.append({
        // Each log puts its own offset into it.
        records: Buffer.from(marker),
        origin: 'coordinator',
        transactionVersion,
        acks: allReplicas,
        timeoutMs,
        nowMs,
        index: 0,
        sink: { appended: (_, { error }) => resolve(error) },
      })
    })
  }
}

/** Whoever coordinates transactions knows leaders, not coordinators of groups. */
function errorOfGroups(error: ErrorCode): ErrorCode {
  switch (error) {
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.NOT_COORDINATOR:
      return ErrorCode.NOT_LEADER_OR_FOLLOWER
    default:
      return error
  }
}
