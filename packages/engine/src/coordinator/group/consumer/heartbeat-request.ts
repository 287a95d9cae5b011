import { ErrorCode, type ConsumerGroupHeartbeat, type RequestOf } from '@sluice/wire'
import type { ConsumerGroupConfig } from './consumer-config.ts'
import { joinEpoch, leaveEpoch, staticLeaveEpoch } from './consumer-member.ts'
import { Refused, refusals } from './refused.ts'

/** Of a member: each is looked at in one go. Apache Kafka has no bound but its requests' size. */
const topicNamesMax = 10_000
/** What a record of a group can hold, about. */
const ownedPartitionsMax = 250_000

/** From this version on members choose their ids themselves (KIP-1082). */
const ownMemberIdVersionMin = 1

/** What is wrong with a request whatever its group is like, in the order of Apache Kafka's checks; null: nothing. */
export function heartbeatProblem(
  request: RequestOf<typeof ConsumerGroupHeartbeat>,
  apiVersion: number,
  { assignors }: ConsumerGroupConfig,
): Refused | null {
  const { memberEpoch, serverAssignor } = request
  const needsMemberId =
    apiVersion >= ownMemberIdVersionMin || memberEpoch > joinEpoch || memberEpoch === leaveEpoch
  if (needsMemberId && isBlank(request.memberId)) return refusals.invalid("MemberId can't be empty.")
  if (isBlank(request.groupId)) return refusals.invalid("GroupId can't be empty.")
  if (isBlank(request.instanceId)) return refusals.invalid("InstanceId can't be empty.")
  if (isBlank(request.rackId)) return refusals.invalid("RackId can't be empty.")
  const problem = epochProblem(request) ?? sizeProblem(request)
  if (problem) return problem
  if (serverAssignor === null || assignors.some(({ name }) => name === serverAssignor)) return null
  const names = assignors.map(({ name }) => name).join(', ')
  return new Refused(
    ErrorCode.UNSUPPORTED_ASSIGNOR,
    `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${names}.`,
  )
}

function isBlank(text: string | null): boolean {
  return text !== null && text.trim() === ''
}

function epochProblem(request: RequestOf<typeof ConsumerGroupHeartbeat>): Refused | null {
  const { memberEpoch, topicPartitions } = request
  if (memberEpoch === joinEpoch) {
    if (request.rebalanceTimeoutMs === -1)
      return refusals.invalid('RebalanceTimeoutMs must be provided in first request.')
    if (topicPartitions === null || topicPartitions.length > 0)
      return refusals.invalid('TopicPartitions must be empty when (re-)joining.')
    if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null)
      return refusals.invalid(
        'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.',
      )
  }
  if (memberEpoch === staticLeaveEpoch && request.instanceId === null)
    return refusals.invalid("InstanceId can't be null.")
  return memberEpoch < staticLeaveEpoch ? refusals.invalid('MemberEpoch is invalid.') : null
}

function sizeProblem(request: RequestOf<typeof ConsumerGroupHeartbeat>): Refused | null {
  const { subscribedTopicNames, topicPartitions } = request
  if ((subscribedTopicNames?.length ?? 0) > topicNamesMax)
    return refusals.invalid(`SubscribedTopicNames can't be more than ${topicNamesMax}.`)
  const owned = topicPartitions?.reduce((sum, { partitions }) => sum + 1 + partitions.length, 0) ?? 0
  if (owned > ownedPartitionsMax)
    return refusals.invalid(`TopicPartitions can't be more than ${ownedPartitionsMax}.`)
  return null
}
