/*
 * OffsetFetch, versions 1 to 10.
 *
 * - One group up to version 7, several from version 8 on (KIP-709); null topics mean all that is committed.
 * - requireStable (KIP-447, version 7) refuses offsets that an open transaction may still change.
 * - Who says from version 9 on that it is a member of the consumer protocol has to be one, and of this epoch.
 * - Version 10 names topics by id (KIP-848); an unknown id gets 100.
 * - An offset that was never committed is −1 without an error, in an unknown group too.
 * - Version 1 has no error of a group: its partitions bear it.
 */
import { ErrorCode, type Input, OffsetFetch, type RequestOf, type ResponseOf } from '@sluice/wire'
import { askedInSteps, byKeyInSteps, type Steps } from '../../storage/slices.ts'
import { each } from '../../authorizer/access.ts'
import { handler, type RequestContext } from '../handler.ts'
import { offsetFetchScreen } from '../screens/offset-fetch.ts'

const batchedVersionMin = 8
const groupErrorVersionMin = 2

type Response = Input<ResponseOf<typeof OffsetFetch>>

export const offsetFetch = handler(
  OffsetFetch,
  [each('describe', 'group'), each('describe', 'topic')],
  function* (request, context): Steps<Promise<Response>> {
    const { apiVersion, broker } = context
    if (apiVersion < batchedVersionMin) return fetchOneGroup(request, context)
    // All that a group has committed may be much, and is told once.
    const asked = yield* byKeyInSteps(request.groups, (group) =>
      group.topics === null ? group.groupId : group,
    )
    const fetched = yield* askedInSteps(asked.values(), (group) =>
      broker.groups.offsets.fetch(apiVersion, group, request.requireStable),
    )
    return fetched.then((groups) => ({ groups }))
  },
  { screen: offsetFetchScreen },
)

async function fetchOneGroup(
  request: RequestOf<typeof OffsetFetch>,
  context: RequestContext,
): Promise<Response> {
  const { apiVersion } = context
  const { groupId, requireStable } = request
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: '' })) ?? null
  const fetched = await context.broker.groups.offsets.fetch(apiVersion, { groupId, topics }, requireStable)
  if (fetched.errorCode === ErrorCode.NONE || apiVersion >= groupErrorVersionMin)
    return { errorCode: fetched.errorCode, topics: fetched.topics }
  return {
    topics: (request.topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        committedOffset: -1,
        metadata: '',
        errorCode: fetched.errorCode,
      })),
    })),
  }
}
