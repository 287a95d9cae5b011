/*
 * Fetch, versions 4 to 18.
 *
 * - Long poll: waits until `minBytes` are readable, at most `maxWaitMs`; any partition error ends the wait.
 * - At most `maxBytes` (and fetch.max.bytes) a response and `partitionMaxBytes` a partition, but the first batch
 *   of the first partition with data is always there (KIP-74). Whole batches only.
 * - Sessions (KIP-227), topic ids from version 13 on (KIP-516), leader epochs (KIP-320), truncation detection
 *   (KIP-595), isolation levels with aborted transactions (KIP-98), leader hints from version 16 on (KIP-951).
 * - Record data is never held in memory: the response names ranges of segment files, which the connection streams.
 * - Followers read up to the log's end; what they ask for says how far they have come (KIP-903: which incarnation).
 * - Where the cluster has limits of its own, whoever asks for more than one request may gets 42; versions below 7, which have
 *   no place for that, get what they ask for.
 * - Consumers read from followers too, from version 11 on, and are sent to one in their rack where the broker's
 *   replica.selector.class is Apache Kafka's rack-aware one (KIP-392); other selectors count as none.
 */
import { ErrorCode, Fetch, fetchByIdVersionMin, type RequestOf } from '@sluice/wire'
import { atOnce } from '../../storage/slices.ts'
import { each } from '../../authorizer/access.ts'
import { encodeAnswer } from '../../server/answer.ts'
import { FetchJob, followerOf, inLane, partitionsAtOnceMax } from '../fetch-job.ts'
import type { FetchScope } from '../fetch-sessions.ts'
import { responder } from '../handler.ts'

const sessionVersionMin = 7

export const fetch = responder(
  Fetch,
  [
    each('read', 'topic', { when: 'from a consumer' }),
    each('clusterAction', 'cluster', { when: 'from a follower' }),
  ],
  (request, context, reply) => {
    const { apiVersion, broker } = context
    const most = broker.clientQuotas.cluster?.limits.fetchBytesMax ?? Number.POSITIVE_INFINITY
    if (request.maxBytes > most && followerOf(request) === null && apiVersion >= sessionVersionMin) {
      reply.send(encodeAnswer(Fetch, context, { errorCode: ErrorCode.INVALID_REQUEST }))
      return
    }
    const opening = broker.fetchSessions.open(
      apiVersion >= sessionVersionMin ? request : { ...request, sessionId: 0, sessionEpoch: -1 },
      { byId: apiVersion >= fetchByIdVersionMin, isFollower: followerOf(request) !== null },
      broker.nowMs,
    )
    const start = (scope: FetchScope) => {
      if (scope.error === ErrorCode.NONE) new FetchJob(request, scope, context, reply).start()
      else reply.send(encodeAnswer(Fetch, context, { errorCode: scope.error, sessionId: scope.sessionId }))
    }
    if (isSmall(request)) start(atOnce(opening))
    else inLane(opening, start, request, context, reply)
  },
)

function isSmall({ topics, forgottenTopicsData }: RequestOf<typeof Fetch>): boolean {
  let names = topics.length + forgottenTopicsData.length
  for (const { partitions } of topics) names += partitions.length
  for (const { partitions } of forgottenTopicsData) names += partitions.length
  return names <= partitionsAtOnceMax
}
