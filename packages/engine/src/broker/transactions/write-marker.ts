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
 * Writes the marker into a partition that this broker leads, and waits for its commit. Into those of groups by their
 * coordinator: the offsets that were committed in the transaction count from then on.
 */
export async function writeMarker(
  broker: MarkerHome,
  end: VersionedEnd,
  topic: string,
  index: number,
): Promise<ErrorCode> {
  if (topic === consumerOffsets.topic) return errorOfGroups(await broker.groups.endTransaction(index, end))
  const partition = broker.partitions.get(topic, index)
  if (!partition) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  const nowMs = broker.calendar.steady.now()
  return new Promise((resolve) => {
    partition.append({
      records: endTransactionBatch(end, { timestamp: nowMs }),
      origin: 'coordinator',
      transactionVersion: end.transactionVersion,
      acks: allReplicas,
      timeoutMs: broker.config.int('request.timeout.ms'),
      nowMs,
      index: 0,
      sink: { appended: (_, { error }) => resolve(error) },
    })
    partition.commit()
  })
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
