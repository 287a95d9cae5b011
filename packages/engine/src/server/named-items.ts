import {
  AddPartitionsToTxn,
  AlterConfigs,
  type Api,
  ConsumerGroupDescribe,
  CreatePartitions,
  CreateTopics,
  DeleteGroups,
  DeleteRecords,
  DeleteTopics,
  DescribeConfigs,
  DescribeGroups,
  DescribeProducers,
  DescribeTopicPartitions,
  DescribeTransactions,
  Fetch,
  FindCoordinator,
  IncrementalAlterConfigs,
  type Input,
  inVersions,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  OffsetForLeaderEpoch,
  Produce,
  type RequestOf,
  type ResponseOf,
  TxnOffsetCommit,
  WriteTxnMarkers,
} from '@sluice/wire'

export interface Failure {
  readonly errorCode: number
  readonly errorMessage: string | null
}

/** How a request names a resource: by its name, as a topic by its id, or as something that has configs. */
export type Named =
  | string
  | { readonly topicId: string }
  | { readonly configType: number; readonly name: string }

/** What requests of an API name one by one, and are answered one by one. */
export interface NamedItems<Item = unknown, Answered = unknown> {
  /** The member of the request. */
  readonly asked: string
  /** The member of the response. */
  readonly answered: string
  readonly name: (item: Item) => Named
  /** What is said of one that fails. */
  readonly failed: (item: Item, failure: Failure) => Answered
  /** Where those stand that are refused before the others are asked for; behind these unless told otherwise. */
  readonly refusedStand?: 'first' | 'in place'
  /** What is named twice is refused, whoever asks. */
  readonly once?: true
}

export type ElementOf<T> = NonNullable<T> extends readonly (infer Element)[] ? Element : never

const byApi = new Map<number, NamedItems[]>()

/** What requests of this version name. */
export function namedItems(api: Api, version: number): NamedItems | undefined {
  const { fields } = api.request.shape
  return byApi
    .get(api.apiKey)
    ?.find(({ asked }) =>
      fields.some(({ name, versions }) => name === asked && inVersions(versions, version)),
    )
}

export function namesItems(api: Api): boolean {
  return byApi.has(api.apiKey)
}

function items<
  A extends Api,
  Asked extends keyof RequestOf<A> & string,
  Answered extends keyof ResponseOf<A> & string,
>(
  api: A,
  asked: Asked,
  answered: Answered,
  of: Omit<
    NamedItems<ElementOf<RequestOf<A>[Asked]>, Input<ElementOf<ResponseOf<A>[Answered]>>>,
    'asked' | 'answered'
  >,
): void {
  const lists = byApi.get(api.apiKey) ?? []
  byApi.set(api.apiKey, lists)
  lists.push({ asked, answered, ...of } as NamedItems)
}

const itself = (name: string): Named => name
const byName = ({ name }: { readonly name: string }): Named => name
const byNameOrId = ({ name, topicId }: { readonly name: string | null; readonly topicId: string }): Named =>
  name || { topicId }

interface ConfigResource {
  readonly resourceType: number
  readonly resourceName: string
}

const byConfigs = ({ resourceType, resourceName }: ConfigResource): Named => ({
  configType: resourceType,
  name: resourceName,
})
const failedConfigs = ({ resourceType, resourceName }: ConfigResource, failure: Failure) => ({
  resourceType,
  resourceName,
  ...failure,
})

items(Produce, 'topicData', 'responses', {
  name: byNameOrId,
  failed: ({ name, topicId, partitionData }, { errorCode }) => ({
    name,
    topicId,
    partitionResponses: partitionData.map(({ index }) => ({ index, errorCode, baseOffset: -1 })),
  }),
})
items(Fetch, 'topics', 'responses', {
  name: ({ topic, topicId }) => topic || { topicId },
  failed: ({ topic, partitions }, { errorCode }) => ({
    topic,
    partitions: partitions.map(({ partition: partitionIndex }) => ({
      partitionIndex,
      errorCode,
      highWatermark: -1,
    })),
  }),
})
items(ListOffsets, 'topics', 'topics', {
  name: byName,
  failed: ({ name, partitions }, { errorCode }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }),
})
items(Metadata, 'topics', 'topics', {
  name: byNameOrId,
  failed: ({ name, topicId }, { errorCode }) => ({ name, topicId, errorCode }),
})
for (const api of [OffsetCommit, TxnOffsetCommit])
  items(api, 'topics', 'topics', {
    name: byNameOrId,
    failed: ({ name, topicId, partitions }, { errorCode }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    }),
    refusedStand: 'first',
  })
items(OffsetFetch, 'topics', 'topics', {
  name: byName,
  failed: ({ name, partitionIndexes }, { errorCode }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      metadata: '',
      errorCode,
    })),
  }),
})
items(OffsetFetch, 'groups', 'groups', {
  name: ({ groupId }) => groupId,
  failed: ({ groupId }, { errorCode }) => ({ groupId, errorCode }),
  refusedStand: 'in place',
})
items(FindCoordinator, 'coordinatorKeys', 'coordinators', {
  name: itself,
  failed: (key, failure) => ({ key, nodeId: -1, port: -1, ...failure }),
  refusedStand: 'in place',
})
items(DescribeGroups, 'groups', 'groups', {
  name: itself,
  failed: (groupId, { errorCode }) => ({ groupId, errorCode }),
  refusedStand: 'first',
})
items(ConsumerGroupDescribe, 'groupIds', 'groups', {
  name: itself,
  failed: (groupId, { errorCode }) => ({ groupId, errorCode }),
  refusedStand: 'first',
})
items(CreateTopics, 'topics', 'topics', {
  name: byName,
  failed: ({ name }, failure) => ({ name, ...failure }),
  once: true,
})
items(DeleteTopics, 'topics', 'responses', {
  name: byNameOrId,
  failed: ({ name, topicId }, failure) => ({ name, topicId, ...failure }),
  once: true,
})
items(DeleteTopics, 'topicNames', 'responses', {
  name: itself,
  failed: (name, failure) => ({ name, ...failure }),
  once: true,
})
items(DeleteRecords, 'topics', 'topics', {
  name: byName,
  failed: ({ name, partitions }, { errorCode }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode, lowWatermark: -1 })),
  }),
})
items(OffsetForLeaderEpoch, 'topics', 'topics', {
  name: ({ topic }) => topic,
  failed: ({ topic, partitions }, { errorCode }) => ({
    topic,
    partitions: partitions.map(({ partition }) => ({ partition, errorCode })),
  }),
})
items(DescribeConfigs, 'resources', 'results', { name: byConfigs, failed: failedConfigs })
items(AlterConfigs, 'resources', 'responses', {
  name: byConfigs,
  failed: failedConfigs,
  refusedStand: 'in place',
  once: true,
})
items(IncrementalAlterConfigs, 'resources', 'responses', {
  name: byConfigs,
  failed: failedConfigs,
  refusedStand: 'in place',
  once: true,
})
items(CreatePartitions, 'topics', 'results', {
  name: byName,
  failed: ({ name }, failure) => ({ name, ...failure }),
  refusedStand: 'first',
  once: true,
})
items(DeleteGroups, 'groupsNames', 'results', {
  name: itself,
  failed: (groupId, { errorCode }) => ({ groupId, errorCode }),
})
items(OffsetDelete, 'topics', 'topics', {
  name: byName,
  failed: ({ name, partitions }, { errorCode }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }),
  refusedStand: 'first',
})
items(DescribeProducers, 'topics', 'topics', {
  name: byName,
  failed: ({ name, partitionIndexes }, failure) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, ...failure })),
  }),
  refusedStand: 'in place',
})
items(WriteTxnMarkers, 'markers', 'markers', {
  name: ({ producerId }) => String(producerId),
  failed: ({ producerId, topics }, { errorCode }) => ({
    producerId,
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
    })),
  }),
})
items(AddPartitionsToTxn, 'v3AndBelowTopics', 'resultsByTopicV3AndBelow', {
  name: byName,
  failed: ({ name, partitions }, { errorCode: partitionErrorCode }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode })),
  }),
})
items(DescribeTransactions, 'transactionalIds', 'transactionStates', {
  name: itself,
  failed: (transactionalId, { errorCode }) => ({ transactionalId, errorCode }),
})
items(DescribeTopicPartitions, 'topics', 'topics', {
  name: byName,
  failed: ({ name }, { errorCode }) => ({ name, errorCode }),
})
