import {
  ConsumerGroupDescribe,
  DeleteGroups,
  DescribeGroups,
  ErrorCode,
  ListGroups,
  OffsetCommit,
  OffsetFetch,
} from '@sluice/wire'
import type { Connection } from './connection.ts'
import { throwOnError } from './errors.ts'
import { assignedPartitions, type PartitionPlace, subscribedTopics } from './member-data.ts'

/** The last versions in which topics go by their names, which are what is asked for here. */
const namesVersionMax = 9
/** From this version on a request asks for several groups. */
const groupsVersionMin = 8

export interface ListedGroup {
  readonly group: string
  readonly state: string
  /** `consumer`, `classic`, `share`, `streams`; empty where the broker is too old to say. */
  readonly type: string
  readonly protocol: string
}

/** Those that this broker coordinates. */
export async function listGroups(connection: Connection): Promise<ListedGroup[]> {
  const { errorCode, groups } = await connection.request(ListGroups, { statesFilter: [], typesFilter: [] })
  throwOnError(errorCode)
  return groups.map(({ groupId, groupState, groupType, protocolType }) => ({
    group: groupId,
    state: groupState,
    type: groupType.toLowerCase(),
    protocol: protocolType,
  }))
}

interface GroupMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  /** Where it connects from. */
  readonly host: string
  /** By name. What it subscribes to by a pattern is not among them. */
  readonly topics: readonly string[]
  readonly pattern: string | null
  readonly partitions: readonly PartitionPlace[]
}

export interface DescribedGroup {
  /** `Dead` where there is none. */
  readonly state: string
  /** Of its protocol: `classic` or `consumer` (KIP-848). */
  readonly type: 'classic' | 'consumer'
  readonly assignor: string
  readonly members: readonly GroupMember[]
}

/** Asks the group's coordinator; throws KafkaError where it refuses. */
export async function describeGroup(connection: Connection, group: string): Promise<DescribedGroup> {
  const { groups } = await connection.request(DescribeGroups, { groups: [group] })
  const [found] = groups
  if (!found || found.errorCode === ErrorCode.GROUP_ID_NOT_FOUND) return describeConsumers(connection, group)
  throwOnError(found.errorCode, found.errorMessage)
  // So it calls a group that is none of its protocol, in older versions.
  if (found.groupState === 'Dead') return describeConsumers(connection, group)
  return {
    state: found.groupState,
    type: 'classic',
    assignor: found.protocolData,
    members: found.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      clientId: member.clientId,
      host: member.clientHost,
      topics: subscribedTopics(member.memberMetadata),
      pattern: null,
      partitions: assignedPartitions(member.memberAssignment),
    })),
  }
}

const nobody: DescribedGroup = { state: 'Dead', type: 'classic', assignor: '', members: [] }

/** Of the protocol of KIP-848, which older brokers do not have. */
async function describeConsumers(connection: Connection, groupId: string): Promise<DescribedGroup> {
  const { apiKeys } = await connection.negotiate()
  if (!apiKeys.some(({ apiKey }) => apiKey === ConsumerGroupDescribe.apiKey)) return nobody
  const { groups } = await connection.request(ConsumerGroupDescribe, { groupIds: [groupId] })
  const [found] = groups
  if (!found || found.errorCode === ErrorCode.GROUP_ID_NOT_FOUND) return nobody
  throwOnError(found.errorCode, found.errorMessage)
  return {
    state: found.groupState,
    type: 'consumer',
    assignor: found.assignorName,
    members: found.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      clientId: member.clientId,
      host: member.clientHost,
      topics: member.subscribedTopicNames,
      pattern: member.subscribedTopicRegex || null,
      partitions: member.assignment.topicPartitions.flatMap(({ topicName: topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
    })),
  }
}

export interface GroupOffset extends PartitionPlace {
  readonly offset: number
}

/** All that the group has committed. */
export async function groupOffsets(connection: Connection, groupId: string): Promise<GroupOffset[]> {
  const version = Math.min(await connection.versionFor(OffsetFetch), namesVersionMax)
  const isOld = version < groupsVersionMin
  const request = isOld ? { groupId, topics: null } : { groups: [{ groupId, topics: null }] }
  const response = await connection.send(OffsetFetch, version, request)
  const group = isOld ? response : response.groups[0]
  throwOnError(group?.errorCode ?? 0)
  return (group?.topics ?? []).flatMap(({ name: topic, partitions }) =>
    partitions.flatMap(({ partitionIndex: partition, committedOffset, errorCode }) => {
      throwOnError(errorCode)
      const offset = Number(committedOffset)
      return offset < 0 ? [] : [{ topic, partition, offset }]
    }),
  )
}

/** In the name of nobody who is in it: refused while somebody is. */
export async function commitOffsets(
  connection: Connection,
  groupId: string,
  offsets: readonly GroupOffset[],
): Promise<void> {
  const version = Math.min(await connection.versionFor(OffsetCommit), namesVersionMax)
  const response = await connection.send(OffsetCommit, version, {
    groupId,
    topics: byTopic(offsets).map(([name, own]) => ({
      name,
      partitions: own.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedMetadata: '',
      })),
    })),
  })
  for (const { partitions } of response.topics)
    for (const { errorCode } of partitions) throwOnError(errorCode)
}

export async function deleteGroup(connection: Connection, group: string): Promise<void> {
  const { results } = await connection.request(DeleteGroups, { groupsNames: [group] })
  for (const { errorCode, errorMessage } of results) throwOnError(errorCode, errorMessage)
}

function byTopic<Place extends PartitionPlace>(places: readonly Place[]): [string, Place[]][] {
  const topics = new Map<string, Place[]>()
  for (const place of places) topics.set(place.topic, [...(topics.get(place.topic) ?? []), place])
  return [...topics]
}
