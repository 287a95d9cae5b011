import { type Connection, throwOnError } from '@sluice/client'
import { ElectLeaders, ErrorCode } from '@sluice/wire'
import { answerTimeoutMs } from './ask-node.ts'

const preferred = 0

/**
 * Gives the first replica of each partition the lead again: the controller alone knows where another one leads, for what a
 * broker says of it may be old, if it hung. Null when all lead, else whose first replica cannot yet; asked again rather than
 * waited for, as the controller may hang itself. May be called again.
 */
export async function electPreferred(connection: Connection): Promise<string | null> {
  const request = { electionType: preferred, topicPartitions: null, timeoutMs: answerTimeoutMs }
  const { errorCode, replicaElectionResults } = await connection.request(ElectLeaders, request)
  throwOnError(errorCode)
  const away: string[] = []
  for (const { topic, partitionResult } of replicaElectionResults)
    for (const { partitionId, errorCode, errorMessage } of partitionResult) {
      const name = `${topic}-${partitionId}`
      if (errorCode === ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE) away.push(name)
      else if (errorCode !== ErrorCode.ELECTION_NOT_NEEDED)
        throwOnError(errorCode, `${name}: ${errorMessage}`)
    }
  if (away.length === 0) return null
  const more = away.length > 1 ? `, and so it is with ${away.length - 1} more` : ''
  return `The first replica of partition ${away[0]} cannot lead it yet${more}.`
}
