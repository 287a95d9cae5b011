import {
  AlterClientQuotas,
  AlterConfigs,
  AlterPartitionReassignments,
  type Api,
  buildBatch,
  CodecId,
  ConfigResourceType,
  CreatePartitions,
  CreateTopics,
  DeleteGroups,
  DeleteRecords,
  DeleteTopics,
  DescribeConfigs,
  ConsumerGroupDescribe,
  ConsumerGroupHeartbeat,
  DescribeGroups,
  DescribeLogDirs,
  DescribeProducers,
  DescribeTopicPartitions,
  ElectLeaders,
  Fetch,
  FindCoordinator,
  Heartbeat,
  IncrementalAlterConfigs,
  type Input,
  JoinGroup,
  LeaveGroup,
  ListConfigResources,
  ListGroups,
  ListOffsets,
  ListPartitionReassignments,
  Metadata,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  OffsetForLeaderEpoch,
  Produce,
  type RecordInput,
  type RequestOf,
  SyncGroup,
} from '@sluice/wire'

/** A request that is legal and as bad as its API allows. */
export interface Attack {
  readonly what: string
  readonly api: Api
  readonly version: number
  readonly request: (items: number) => unknown | Promise<unknown>
  /** How many things it names in the short form. */
  readonly items: number
}

/** There are when the attacks begin. */
export const topic = 'attacked'
export const group = 'attacked'
/** Its batches may be of 100 MB, and are compressed anew. */
export const recompressed = 'recompressed'

function attack<A extends Api>(
  api: A,
  version: number,
  what: string,
  items: number,
  request: (items: number) => Input<RequestOf<A>> | Promise<Input<RequestOf<A>>>,
): Attack {
  return { what, api, version, items, request }
}

async function produced(name: string, codec: keyof typeof CodecId, records: RecordInput[]) {
  const timestamp = Date.now()
  const batch = await buildBatch({ codec: CodecId[codec], timestamp, records })
  const topicData = [{ name, partitionData: [{ index: 0, records: batch }] }]
  return { acks: 1, timeoutMs: 60_000, topicData }
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

const { topic: topicType, group: groupType, broker: brokerType } = ConfigResourceType

const one = { name: topic }
/** The topics that one of the attacks makes, and those after it find: fewer for the short form of a row. */
const real = (count: number) => times(count, (i) => `real-${count}-${i}`)
const realItems = 400

/** Where it is far fewer than elsewhere Apache Kafka takes the square of the time. */
/** A member of a group of its own joins. */
const consumer = (n: number, subscription: Input<RequestOf<typeof ConsumerGroupHeartbeat>>) => ({
  groupId: `consumers-${n}`,
  memberId: 'm',
  memberEpoch: 0,
  rebalanceTimeoutMs: 1_000,
  topicPartitions: [],
  ...subscription,
})

export const attacks: readonly Attack[] = [
  attack(Produce, 9, 'one partition, named again and again, without records', 1_900, (n) => ({
    acks: 1,
    timeoutMs: 1000,
    topicData: [{ ...one, partitionData: times(n, () => ({ index: 0, records: Buffer.alloc(0) })) }],
  })),
  attack(Produce, 9, 'unknown topics', 950, (n) => ({
    acks: 1,
    timeoutMs: 1000,
    topicData: times(n, (i) => ({ name: `unknown-${i}`, partitionData: [{ index: 0, records: null }] })),
  })),
  ...(['gzip', 'snappy', 'lz4', 'zstd'] as const).flatMap((codec) => [
    attack(Produce, 9, `megabytes of zeros in ${codec}`, 12, (n) =>
      produced(
        topic,
        codec,
        times(n, () => ({ value: Buffer.alloc(1_000_000) })),
      ),
    ),
    attack(Produce, 9, `tiny records in ${codec}, of a topic of another codec`, 50_000, (n) =>
      produced(
        recompressed,
        codec,
        times(n, () => ({ value: null })),
      ),
    ),
  ]),
  attack(ListOffsets, 7, 'look-up in a batch of tiny records', 1, () => ({
    topics: [{ name: recompressed, partitions: [{ partitionIndex: 0, timestamp: 1 }] }],
  })),
  attack(Fetch, 12, 'one partition, named again and again', 10_000, (n) => ({
    maxWaitMs: 0,
    topics: [{ topic, partitions: times(n, () => ({ partition: 0, partitionMaxBytes: 1000 })) }],
  })),
  attack(Fetch, 12, 'unknown topics, of a session that begins', 10_000, (n) => ({
    maxWaitMs: 0,
    sessionEpoch: 0,
    topics: times(n, (i) => ({ topic: `unknown-${i}`, partitions: [{ partition: 0 }] })),
  })),
  attack(ListOffsets, 7, 'one partition, named again and again', 10_000, (n) => ({
    topics: [{ ...one, partitions: times(n, () => ({ partitionIndex: 0, timestamp: 5 })) }],
  })),
  attack(ListOffsets, 7, 'partitions that are not there', 10_000, (n) => ({
    topics: [{ ...one, partitions: times(n, (i) => ({ partitionIndex: i + 10, timestamp: 5 })) }],
  })),
  attack(Metadata, 12, 'one topic, named again and again', 10_000, (n) => ({ topics: times(n, () => one) })),
  attack(Metadata, 12, 'unknown topics', 10_000, (n) => ({
    topics: times(n, (i) => ({ name: `unknown-${i}` })),
    allowAutoTopicCreation: false,
  })),
  attack(Metadata, 12, 'ids of topics that are not there', 2_000, (n) => ({
    topics: times(n, (i) => ({ name: null, topicId: uuid(i) })),
  })),
  attack(OffsetCommit, 8, 'one partition, named again and again', 10_000, (n) => ({
    groupId: group,
    topics: [{ ...one, partitions: times(n, () => ({ partitionIndex: 0, committedOffset: 1 })) }],
  })),
  attack(OffsetCommit, 8, 'unknown topics', 10_000, (n) => ({
    groupId: group,
    topics: times(n, (i) => ({ name: `unknown-${i}`, partitions: [{ partitionIndex: 0 }] })),
  })),
  attack(OffsetCommit, 8, 'partitions, as many as a batch may hold', 6_000, (n) => ({
    groupId: `committed-${n}`,
    topics: [{ ...one, partitions: times(n, (i) => ({ partitionIndex: i % 2, committedOffset: i })) }],
  })),
  attack(OffsetFetch, 8, 'one group, named again and again', 10_000, (n) => ({
    groups: times(n, () => ({ groupId: group, topics: null })),
  })),
  attack(OffsetFetch, 8, 'partitions without an offset', 20_000, (n) => ({
    groups: [{ groupId: group, topics: [{ ...one, partitionIndexes: times(n, (i) => i) }] }],
  })),
  attack(FindCoordinator, 4, 'keys', 10_000, (n) => ({
    keyType: 0,
    coordinatorKeys: times(n, (i) => `g${i}`),
  })),
  attack(JoinGroup, 3, 'protocols, as many as a member may have', 1_000, (n) => ({
    groupId: `joined-${n}`,
    sessionTimeoutMs: 6_000,
    rebalanceTimeoutMs: 1,
    protocolType: 'consumer',
    protocols: times(Math.min(n, 1_000), (i) => ({ name: `p${i}`, metadata: Buffer.alloc(0) })),
  })),
  attack(JoinGroup, 9, 'protocols', 20_000, (n) => ({
    groupId: group,
    sessionTimeoutMs: 6_000,
    protocolType: 'consumer',
    protocols: times(n, (i) => ({ name: `p${i}`, metadata: Buffer.alloc(0) })),
  })),
  attack(SyncGroup, 5, 'assignments', 20_000, (n) => ({
    groupId: group,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: times(n, (i) => ({ memberId: `m${i}`, assignment: Buffer.alloc(0) })),
  })),
  attack(Heartbeat, 4, 'characters of a name', 6_000, (n) => ({ groupId: 'g'.repeat(n) })),
  attack(LeaveGroup, 4, 'members that are not there', 10_000, (n) => ({
    groupId: group,
    members: times(n, (i) => ({ memberId: `m${i}` })),
  })),
  attack(DescribeGroups, 5, 'one group, named again and again', 10_000, (n) => ({
    groups: times(n, () => group),
  })),
  attack(DescribeGroups, 5, 'unknown groups', 10_000, (n) => ({ groups: times(n, (i) => `g${i}`) })),
  attack(ConsumerGroupHeartbeat, 1, 'topics, as many as a member may have', 10_000, (n) =>
    consumer(n, { subscribedTopicNames: times(Math.min(n, 10_000), (i) => `t${i}`) }),
  ),
  attack(ConsumerGroupHeartbeat, 1, 'partitions that it says it has', 100_000, (n) => ({
    ...consumer(n, { subscribedTopicNames: [topic] }),
    memberEpoch: 1,
    topicPartitions: [{ partitions: times(n, (i) => i) }],
  })),
  attack(ConsumerGroupHeartbeat, 1, 'characters of a regular expression', 1_000, (n) =>
    consumer(n, { subscribedTopicRegex: '(.*a)'.repeat(Math.min(n, 1_000) / 5) }),
  ),
  attack(ConsumerGroupDescribe, 1, 'unknown groups', 10_000, (n) => ({ groupIds: times(n, (i) => `g${i}`) })),
  attack(ListGroups, 4, 'states', 100_000, (n) => ({ statesFilter: times(n, (i) => `s${i}`) })),
  attack(CreateTopics, 7, 'one topic, named again and again', 2_000, (n) => ({
    topics: times(n, () => ({ name: 'made', numPartitions: 1, replicationFactor: 1 })),
  })),
  attack(CreateTopics, 7, 'more partitions than one request may make', 10_000, (n) => ({
    topics: times(n, (i) => ({ name: `made-${i}`, numPartitions: 10_001, replicationFactor: 1 })),
  })),
  attack(CreateTopics, 7, 'topics with a dot, on trial', 1_000, (n) => ({
    topics: times(n, (i) => ({ name: `made.${i}`, numPartitions: 1, replicationFactor: 1 })),
    validateOnly: true,
  })),
  attack(CreateTopics, 7, 'topics', realItems, (n) => ({
    topics: real(n).map((name) => ({ name, numPartitions: 1, replicationFactor: 1 })),
  })),
  attack(Metadata, 12, 'topics', realItems, (n) => ({ topics: real(n).map((name) => ({ name })) })),
  attack(DescribeConfigs, 4, 'topics', realItems, (n) => ({
    resources: real(n).map((resourceName) => ({ resourceType: topicType, resourceName })),
  })),
  attack(IncrementalAlterConfigs, 1, 'topics', realItems, (n) => ({
    resources: real(n).map((resourceName) => ({
      resourceType: topicType,
      resourceName,
      configs: [{ name: 'retention.ms', configOperation: 0, value: '100000' }],
    })),
  })),
  attack(AlterConfigs, 2, 'topics', realItems, (n) => ({
    resources: real(n).map((resourceName) => ({
      resourceType: topicType,
      resourceName,
      configs: [{ name: 'retention.ms', value: '100001' }],
    })),
  })),
  attack(AlterPartitionReassignments, 1, 'topics', realItems, (n) => ({
    topics: real(n).map((name) => ({ name, partitions: [{ partitionIndex: 0, replicas: [1] }] })),
  })),
  attack(ListPartitionReassignments, 0, 'topics', realItems, (n) => ({
    topics: real(n).map((name) => ({ name, partitionIndexes: [0] })),
  })),
  attack(ElectLeaders, 2, 'topics', realItems, (n) => ({
    electionType: 0,
    topicPartitions: real(n).map((name) => ({ topic: name, partitions: [0] })),
  })),
  attack(CreatePartitions, 3, 'topics', realItems, (n) => ({
    topics: real(n).map((name) => ({ name, count: 2, assignments: null })),
  })),
  attack(DeleteTopics, 6, 'topics', realItems, (n) => ({ topics: real(n).map((name) => ({ name })) })),
  attack(CreateTopics, 7, 'partitions of one topic', 1_999, (n) => ({
    topics: [{ name: `large-${n}`, numPartitions: n, replicationFactor: 1 }],
  })),
  attack(DescribeTopicPartitions, 0, 'partitions of one topic', 1_999, (n) => ({
    topics: [{ name: `large-${n}` }],
    responsePartitionLimit: n,
  })),
  attack(CreatePartitions, 3, 'partitions of one topic', 1_999, (n) => ({
    topics: [{ name: `large-${n}`, count: n * 2, assignments: null }],
  })),
  attack(ConsumerGroupHeartbeat, 1, 'partitions of one topic, for a member that joins', 3_998, (n) =>
    consumer(n, { memberId: `m${performance.now()}`, subscribedTopicNames: [`large-${n / 2}`] }),
  ),
  attack(DeleteTopics, 6, 'one topic of so many partitions', 1_999, (n) => ({
    topics: [{ name: `large-${n}` }],
  })),
  attack(CreateTopics, 7, 'replicas of one partition', 10_000, (n) => ({
    topics: [
      {
        name: 'made',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: times(n, (i) => n - i) }],
      },
    ],
  })),
  attack(DeleteTopics, 6, 'unknown topics', 10_000, (n) => ({
    topics: times(n, (i) => ({ name: `unknown-${i}` })),
  })),
  attack(DeleteRecords, 2, 'one partition, named again and again', 10_000, (n) => ({
    topics: [{ ...one, partitions: times(n, () => ({ partitionIndex: 0, offset: 0 })) }],
  })),
  attack(OffsetForLeaderEpoch, 4, 'one partition, named again and again', 10_000, (n) => ({
    topics: [{ topic, partitions: times(n, () => ({ partition: 0, leaderEpoch: 0 })) }],
  })),
  attack(DescribeConfigs, 4, 'one topic, named again and again', 10_000, (n) => ({
    resources: times(n, () => ({ resourceType: topicType, resourceName: topic })),
  })),
  attack(DescribeConfigs, 4, 'groups that nobody knows', 4_000, (n) => ({
    resources: times(n, (i) => ({ resourceType: groupType, resourceName: `g${i}` })),
    includeSynonyms: true,
  })),
  attack(AlterConfigs, 2, 'unknown topics', 10_000, (n) => ({
    resources: times(n, (i) => ({ resourceType: topicType, resourceName: `unknown-${i}`, configs: [] })),
  })),
  attack(IncrementalAlterConfigs, 1, 'configs that are not there, of one topic', 10_000, (n) => ({
    resources: [
      {
        resourceType: topicType,
        resourceName: topic,
        configs: times(n, (i) => ({ name: `c${i}`, configOperation: 0, value: 'v' })),
      },
    ],
  })),
  attack(AlterClientQuotas, 1, 'users', 10_000, (n) => ({
    validateOnly: true,
    entries: times(n, (i) => ({
      entity: [{ entityType: 'user', entityName: `u${i}` }],
      ops: [{ key: 'producer_byte_rate', value: 1, remove: false }],
    })),
  })),
  attack(AlterClientQuotas, 1, 'quotas that are not there, of one user', 50_000, (n) => ({
    validateOnly: true,
    entries: [
      {
        entity: [{ entityType: 'user', entityName: 'u' }],
        ops: times(n, (i) => ({ key: `q${i}`, value: 1, remove: true })),
      },
    ],
  })),
  attack(AlterClientQuotas, 1, 'kinds of one entity', 50_000, (n) => ({
    validateOnly: true,
    entries: [{ entity: times(n, (i) => ({ entityType: `t${i}`, entityName: 'a' })), ops: [] }],
  })),
  attack(IncrementalAlterConfigs, 1, 'configs of all brokers', 10_000, (n) => ({
    validateOnly: true,
    resources: [
      {
        resourceType: brokerType,
        resourceName: '',
        configs: times(n, (i) => ({ name: `c${i}`, configOperation: 0, value: 'v' })),
      },
    ],
  })),
  attack(IncrementalAlterConfigs, 1, 'a list that grows item by item', 6_000, (n) => ({
    resources: [
      {
        resourceType: topicType,
        resourceName: topic,
        configs: [
          {
            name: 'cleanup.policy',
            configOperation: 2,
            value: times(Math.min(n, 8_000), (i) => i.toString(36)).join(),
          },
        ],
      },
    ],
  })),
  attack(DescribeLogDirs, 4, 'partitions', 20_000, (n) => ({
    topics: [{ topic, partitions: times(n, (i) => i) }],
  })),
  attack(CreatePartitions, 3, 'unknown topics', 10_000, (n) => ({
    topics: times(n, (i) => ({ name: `unknown-${i}`, count: 2 })),
  })),
  attack(DeleteGroups, 2, 'unknown groups', 10_000, (n) => ({ groupsNames: times(n, (i) => `g${i}`) })),
  attack(OffsetDelete, 0, 'topics', 10_000, (n) => ({
    groupId: group,
    topics: times(n, (i) => ({ name: `unknown-${i}`, partitions: [{ partitionIndex: 0 }] })),
  })),
  attack(OffsetDelete, 0, 'one partition, named again and again', 2_000, (n) => ({
    groupId: group,
    topics: [{ ...one, partitions: times(n, () => ({ partitionIndex: 0 })) }],
  })),
  attack(DescribeProducers, 0, 'one partition, named again and again', 20_000, (n) => ({
    topics: [{ ...one, partitionIndexes: times(n, () => 0) }],
  })),
  attack(ListConfigResources, 1, 'types', 10_000, (n) => ({ resourceTypes: times(n, () => 2) })),
  attack(DescribeTopicPartitions, 0, 'unknown topics', 10_000, (n) => ({
    topics: times(n, (i) => ({ name: `unknown-${i}` })),
    responsePartitionLimit: 2000,
  })),
]

function uuid(index: number): string {
  const bytes = Buffer.alloc(16, 1)
  bytes.writeUInt32BE(index, 0)
  return bytes.toString('base64url')
}
