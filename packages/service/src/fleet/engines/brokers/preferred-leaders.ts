import { type Connection, throwOnError } from '@sluice/client'
import { ElectLeaders, ErrorCode, type Metadata, type ResponseOf } from '@sluice/wire'

type MetadataAnswer = ResponseOf<typeof Metadata>

/** Partitions that another one than their first replica leads, by topic. Pure. */
export function awayFromHome(metadata: MetadataAnswer): { topic: string; partitions: number[] }[] {
  return metadata.topics
    .map(({ name, partitions }) => ({
      topic: name ?? '',
      partitions: partitions
        .filter(({ leaderId, replicaNodes }) => leaderId !== replicaNodes[0])
        .map(({ partitionIndex }) => partitionIndex),
    }))
    .filter(({ partitions }) => partitions.length > 0)
}

const timeoutMs = 30_000
const preferred = 0
/** The replica leads already, or it is not in sync: then another one goes on leading. */
const noElection: ReadonlySet<number> = new Set([
  ErrorCode.ELECTION_NOT_NEEDED,
  ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE,
])

/** Gives the first replicas of these partitions the lead again. May be called again. */
export async function electPreferred(
  connection: Connection,
  topicPartitions: readonly { topic: string; partitions: number[] }[],
): Promise<void> {
  const request = { electionType: preferred, topicPartitions, timeoutMs }
  const { errorCode, replicaElectionResults } = await connection.request(ElectLeaders, request)
  throwOnError(errorCode)
  for (const { topic, partitionResult } of replicaElectionResults)
    for (const { partitionId, errorCode, errorMessage } of partitionResult)
      if (!noElection.has(errorCode)) throwOnError(errorCode, `${topic}-${partitionId}: ${errorMessage}`)
}
