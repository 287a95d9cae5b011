import { type Int64, OffsetCommit, OffsetFetch } from '@sluice/wire'
import type { Connection } from './connection.ts'
import { throwOnError } from './errors.ts'
import { topicIdOf } from './topics.ts'

/** From this version on a topic goes by its id. */
const topicIdVersionMin = 10
/** From this version on a request asks for several groups. */
const groupsVersionMin = 8

interface CommitOptions {
  memberId?: string
  generationId?: number
  groupInstanceId?: string | null
  leaderEpoch?: number
  metadata?: string | null
}

/** Commits one offset to the group's coordinator; throws KafkaError where it refuses. */
export async function commitOffset(
  connection: Connection,
  groupId: string,
  topic: string,
  partition: number,
  offset: Int64,
  options: CommitOptions = {},
): Promise<void> {
  const version = await connection.versionFor(OffsetCommit)
  const name =
    version >= topicIdVersionMin ? { topicId: await topicIdOf(connection, topic) } : { name: topic }
  const response = await connection.send(OffsetCommit, version, {
    groupId,
    generationIdOrMemberEpoch: options.generationId ?? -1,
    memberId: options.memberId ?? '',
    groupInstanceId: options.groupInstanceId ?? null,
    topics: [
      {
        ...name,
        partitions: [
          {
            partitionIndex: partition,
            committedOffset: offset,
            committedLeaderEpoch: options.leaderEpoch ?? -1,
            committedMetadata: options.metadata ?? '',
          },
        ],
      },
    ],
  })
  for (const each of response.topics) for (const { errorCode } of each.partitions) throwOnError(errorCode)
}

/** The committed offset, -1 where there is none; throws KafkaError where the coordinator refuses. */
export async function committedOffset(
  connection: Connection,
  groupId: string,
  topic: string,
  partition: number,
  /** With `requireStable` an offset that an open transaction may replace is refused (KIP-447). */
  { requireStable = false }: { requireStable?: boolean } = {},
): Promise<{ offset: Int64; leaderEpoch: number; metadata: string | null }> {
  const version = await connection.versionFor(OffsetFetch)
  const name =
    version >= topicIdVersionMin ? { topicId: await topicIdOf(connection, topic) } : { name: topic }
  const topics = [{ ...name, partitionIndexes: [partition] }]
  const groups = version < groupsVersionMin ? { groupId, topics } : { groups: [{ groupId, topics }] }
  const response = await connection.send(OffsetFetch, version, { ...groups, requireStable })
  const group = version < groupsVersionMin ? response : response.groups[0]
  throwOnError(group?.errorCode ?? 0)
  const answer = group?.topics[0]?.partitions[0]
  if (!answer) throw new Error(`the answer does not speak of ${topic}-${partition}`)
  throwOnError(answer.errorCode)
  return {
    offset: answer.committedOffset,
    leaderEpoch: answer.committedLeaderEpoch,
    metadata: answer.metadata,
  }
}
