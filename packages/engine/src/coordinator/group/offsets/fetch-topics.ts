import { ErrorCode, zeroUuid } from '@sluice/wire'
import { type FetchedTopic, type FetchTopic, nothingCommitted } from './offsets.ts'
import { eachInSteps, type Steps } from '../../../storage/slices.ts'
import type { TopicView } from '../topic-view.ts'

/** One group of an OffsetFetch request; null topics ask for all that is committed. */
export interface GroupToFetch {
  readonly groupId: string
  /** Of whoever says that it is a member (KIP-848). */
  readonly memberId?: string | null
  readonly memberEpoch?: number
  readonly topics:
    | readonly {
        readonly name: string
        readonly topicId: string
        readonly partitionIndexes: readonly number[]
      }[]
    | null
}

export interface FetchedGroup {
  readonly groupId: string
  readonly errorCode: ErrorCode
  readonly topics: FetchedTopic[]
}

/** First version that names topics by id (KIP-848). */
const topicIdVersionMin = 10

/** The topics to look up by name, and the answers of those whose id nobody knows. */
export function* toFetch(
  topics: GroupToFetch['topics'],
  apiVersion: number,
  view: TopicView,
): Steps<{ known: FetchTopic[] | null; refused: Map<string, FetchedTopic> }> {
  const refused = new Map<string, FetchedTopic>()
  if (topics === null) return { known: null, refused }
  const known: FetchTopic[] = []
  for (const topic of topics) {
    yield
    const { topicId, partitionIndexes } = topic
    if (apiVersion < topicIdVersionMin) {
      known.push({ ...topic, topicId: zeroUuid })
      continue
    }
    const name = view.nameOf(topicId)
    if (name !== undefined) known.push({ ...topic, name })
    else {
      const partitions = yield* eachInSteps(partitionIndexes, (partition) =>
        nothingCommitted(partition, ErrorCode.UNKNOWN_TOPIC_ID),
      )
      refused.set(topicId, { name: '', topicId, partitions })
    }
  }
  return { known, refused }
}

/** The answer in the order of the request, under the names or ids of its version. */
export function* fetchedTopics(
  asked: GroupToFetch['topics'],
  fetched: readonly FetchedTopic[],
  refused: ReadonlyMap<string, FetchedTopic>,
  apiVersion: number,
  view: TopicView,
): Steps<FetchedTopic[]> {
  if (apiVersion < topicIdVersionMin) return [...fetched]
  if (asked !== null) {
    const left = fetched.values()
    return yield* eachInSteps(
      asked,
      (topic) => refused.get(topic.topicId) ?? (left.next().value as FetchedTopic),
    )
  }
  // A topic that is gone has no id to be named by.
  const named = yield* eachInSteps(fetched, (topic) => {
    const topicId = view.idOf(topic.name)
    return topicId === undefined ? [] : [{ ...topic, topicId }]
  })
  return named.flat()
}
