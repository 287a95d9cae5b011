import { type Connection, describeTopics, type ListedGroup, listGroups } from '@sluice/client'
import { ErrorCode, ListOffsets, type Metadata, OffsetFetch, type ResponseOf } from '@sluice/wire'
import type { ConsumerOffset, GroupOverview } from '../cluster-view.ts'

type Committed = Omit<ConsumerOffset, 'endOffset'>

/** From this version on a request asks for several groups; from the one after next on topics go by their ids. */
const groupsVersion = 8
const namesVersionMax = 9
/** Of those that a broker coordinates so many are looked at. */
const groupsMax = 1_000
const latest = -1
/** MSK tells of no others (MSK Developer Guide, "Monitor consumer lags"). */
const toldStates = new Set(['Stable', 'Empty', ''])
const toldName = /^[\x20-\x39\x3b-\x7e]+$/

/** Is it one that MSK tells of? */
export function isTold({ group, state }: Pick<ListedGroup, 'group' | 'state'>): boolean {
  return toldStates.has(state) && toldName.test(group)
}

/** What those of these groups have committed that this broker coordinates. */
export async function committedOffsets(
  connection: Connection,
  isMeant: (group: ListedGroup) => boolean,
): Promise<Committed[]> {
  const told = (await listGroups(connection)).filter(isMeant).slice(0, groupsMax)
  const version = Math.min(namesVersionMax, await connection.versionFor(OffsetFetch))
  if (told.length === 0 || version < groupsVersion) return []
  const response = await connection.send(OffsetFetch, version, {
    groups: told.map(({ group: groupId }) => ({ groupId, topics: null })),
  })
  return response.groups.flatMap(({ groupId, topics }) =>
    topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ committedOffset }) => committedOffset >= 0)
        .map(({ partitionIndex, committedOffset }) => ({
          group: groupId,
          topic: name,
          partition: partitionIndex,
          committedOffset: Number(committedOffset),
        })),
    ),
  )
}

/** The partitions of these commits by the broker that leads them. */
export async function byLeader(
  connection: Connection,
  committed: readonly Committed[],
): Promise<Map<number, Map<string, Set<number>>>> {
  const names = [...new Set(committed.map(({ topic }) => topic))]
  const metadata: ResponseOf<typeof Metadata> = await describeTopics(connection, names)
  const leaders = new Map(
    metadata.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, leaderId }) => [`${name}-${partitionIndex}`, leaderId] as const),
    ),
  )
  const found = new Map<number, Map<string, Set<number>>>()
  for (const { topic, partition } of committed) {
    const leader = leaders.get(`${topic}-${partition}`) ?? -1
    if (leader < 0) continue
    const topics = found.get(leader) ?? new Map<string, Set<number>>()
    topics.set(topic, (topics.get(topic) ?? new Set()).add(partition))
    found.set(leader, topics)
  }
  return found
}

/** Where partitions end that this broker leads, by `topic-partition`. */
export async function endOffsets(
  connection: Connection,
  topics: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<Map<string, number>> {
  const response = await connection.request(ListOffsets, {
    replicaId: -1,
    topics: [...topics].map(([name, partitions]) => ({
      name,
      partitions: [...partitions].map((partitionIndex) => ({ partitionIndex, timestamp: latest })),
    })),
  })
  return new Map(
    response.topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ errorCode }) => errorCode === ErrorCode.NONE)
        .map(({ partitionIndex, offset }) => [`${name}-${partitionIndex}`, Number(offset)] as const),
    ),
  )
}

/** Groups by name, with how far they are behind. What was cut off its log after a commit leaves nothing to be behind of. */
export function groupOverviews(
  listed: readonly ListedGroup[],
  offsets: readonly ConsumerOffset[],
): GroupOverview[] {
  const lags = new Map<string, Map<string, number>>()
  for (const { group, topic, committedOffset, endOffset } of offsets) {
    const own = lags.get(group) ?? new Map<string, number>()
    own.set(topic, (own.get(topic) ?? 0) + Math.max(0, endOffset - committedOffset))
    lags.set(group, own)
  }
  return listed
    .map(({ group, state, type }) => {
      const topics = [...(lags.get(group) ?? [])].map(([topic, lag]) => ({ topic, lag })).sort(byTopic)
      return { group, state, type, topics }
    })
    .sort((a, b) => (a.group < b.group ? -1 : 1))
}

function byTopic(a: { topic: string }, b: { topic: string }): number {
  return a.topic < b.topic ? -1 : 1
}
