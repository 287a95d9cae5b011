import { AddPartitionsToTxn, ErrorCode, type Input, type RequestOf, type ResponseOf } from '@sluice/wire'
import { asItIs, type Screened } from '../../server/authorization.ts'
import type { Steps } from '../../storage/slices.ts'
import type { RequestContext } from '../handler.ts'

const batchedVersionMin = 4

/** Of a client's request all partitions join, or none: those that it may write to are told that nothing was tried. */
export function* addPartitionsScreen(
  request: RequestOf<typeof AddPartitionsToTxn>,
  { apiVersion, session }: RequestContext,
): Steps<Screened<typeof AddPartitionsToTxn>> {
  const { v3AndBelowTopics: topics } = request
  const isRefused = (topic: string) => !session.permissions.allows('write', 'topic', topic)
  yield
  if (apiVersion >= batchedVersionMin || !topics.some(({ name }) => isRefused(name))) return asItIs(request)
  const errorOf = (topic: string) =>
    isRefused(topic) ? ErrorCode.TOPIC_AUTHORIZATION_FAILED : ErrorCode.OPERATION_NOT_ATTEMPTED
  const results: Input<ResponseOf<typeof AddPartitionsToTxn>> = {
    resultsByTopicV3AndBelow: topics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex) => ({
        partitionIndex,
        partitionErrorCode: errorOf(name),
      })),
    })),
  }
  return { request: null, complete: () => results }
}
