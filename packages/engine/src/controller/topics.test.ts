import {
  AlterConfigs,
  ConfigRecord,
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  ErrorCode,
  PartitionRecord,
  RemoveTopicRecord,
  TopicRecord,
  zeroUuid,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController, valuesOf } from './testing/test-controller.ts'

let controller: TestController

beforeEach(async () => {
  controller = await (
    await new TestController({ properties: { 'num.partitions': '3', 'log.retention.hours': '100' } }).open()
  ).brokers(1)
})

afterEach(() => controller.close())

const replicasOf = (topic: string) =>
  controller.image.topic(topic)?.partitions.map(({ replicas }) => replicas)

describe('CreateTopics', () => {
  it('writes the topic, its configs and its partitions, and says what they are', async () => {
    const result = await controller.createTopic({
      name: 'a',
      numPartitions: 2,
      replicationFactor: 1,
      configs: [
        { name: 'retention.ms', value: ' 5 ' },
        { name: 'cleanup.policy', value: 'compact' },
      ],
    })
    expect(result).toMatchObject({ errorCode: 0, errorMessage: null, numPartitions: 2, replicationFactor: 1 })
    const records = controller.take()
    expect(records.map(({ type, version }) => [type, version])).toEqual([
      ['TopicRecord', 0],
      ['ConfigRecord', 0],
      ['ConfigRecord', 0],
      ['PartitionRecord', 2],
      ['PartitionRecord', 2],
    ])
    expect(valuesOf(records, TopicRecord)).toEqual([{ name: 'a', topicId: result.topicId }])
    expect(valuesOf(records, ConfigRecord).map(({ name, value }) => [name, value])).toEqual([
      ['retention.ms', ' 5 '],
      ['cleanup.policy', 'compact'],
    ])
    expect(valuesOf(records, PartitionRecord)[1]).toMatchObject({
      partitionId: 1,
      topicId: result.topicId,
      replicas: [1],
      isr: [1],
      leader: 1,
      leaderEpoch: 0,
      partitionEpoch: 0,
      directories: ['TBdpvNkLSgKdR_F9_b01rQ'],
      eligibleLeaderReplicas: null,
    })
  })

  it('answers with the configs that are in force, and where they come from', async () => {
    const { configs } = await controller.createTopic({
      name: 'a',
      configs: [{ name: 'segment.bytes', value: '2000000' }],
    })
    const config = (name: string) => configs?.find((one) => one.name === name)
    expect(config('segment.bytes')).toMatchObject({ value: '2000000', configSource: 1, readOnly: false })
    // Kafka computes with log.retention.hours and does not name it as the source.
    expect(config('retention.ms')).toMatchObject({ value: '360000000', configSource: 5 })
    expect(config('flush.ms')).toMatchObject({ value: '9223372036854775807', configSource: 5 })
    expect(config('internal.segment.bytes')).toBeUndefined()
    expect(configs).toHaveLength(37)
  })

  it('takes the defaults for -1', async () => {
    const result = await controller.createTopic({ name: 'a' })
    expect(result).toMatchObject({ numPartitions: 3, replicationFactor: 1 })
  })

  it('only validates when asked to', async () => {
    const result = await controller.createTopic({ name: 'a', numPartitions: 2 }, true)
    expect(result).toMatchObject({ errorCode: 0, numPartitions: 2 })
    expect(controller.take()).toEqual([])
    expect(controller.image.topic('a')).toBeUndefined()
  })

  it.each([
    [{ name: '' }, ErrorCode.INVALID_TOPIC_EXCEPTION, /empty/],
    [{ name: '..' }, ErrorCode.INVALID_TOPIC_EXCEPTION, /'\.\.' is not allowed/],
    [{ name: 'x y' }, ErrorCode.INVALID_TOPIC_EXCEPTION, /ASCII/],
    [{ name: 'n'.repeat(250) }, ErrorCode.INVALID_TOPIC_EXCEPTION, /249/],
    [{ name: 'taken' }, ErrorCode.TOPIC_ALREADY_EXISTS, /already exists/],
    [{ name: 'tak.en_' }, ErrorCode.INVALID_TOPIC_EXCEPTION, /collides with existing topic: tak_en\./],
    [{ name: 'a', numPartitions: 0 }, ErrorCode.INVALID_PARTITIONS, /non-positive/],
    [{ name: 'a', numPartitions: -2 }, ErrorCode.INVALID_PARTITIONS, /non-positive/],
    [{ name: 'a', numPartitions: 10_001 }, ErrorCode.POLICY_VIOLATION, /Excessively large/],
    [{ name: 'a', replicationFactor: 0 }, ErrorCode.INVALID_REPLICATION_FACTOR, /larger than 0/],
    [{ name: 'a', replicationFactor: 2 }, ErrorCode.INVALID_REPLICATION_FACTOR, /only 1 broker\(s\)/],
    [{ name: '__cluster_metadata' }, ErrorCode.INVALID_REQUEST, /prohibited/],
    [{ name: 'a', configs: [{ name: 'foo', value: '1' }] }, ErrorCode.INVALID_CONFIG, /Unknown topic config/],
    [
      { name: 'a', configs: [{ name: 'retention.ms', value: null }] },
      ErrorCode.INVALID_CONFIG,
      /Null value not supported for topic configs: retention\.ms/,
    ],
    [
      { name: 'a', configs: [{ name: 'retention.ms', value: '-5' }] },
      ErrorCode.INVALID_CONFIG,
      /must be at least -1/,
    ],
    [
      {
        name: 'a',
        configs: [
          { name: 'min.compaction.lag.ms', value: '100' },
          { name: 'max.compaction.lag.ms', value: '10' },
        ],
      },
      ErrorCode.INVALID_CONFIG,
      /min\.compaction\.lag\.ms \(100\) > max\.compaction\.lag\.ms \(10\)/,
    ],
    [
      { name: 'a', configs: [{ name: 'remote.storage.enable', value: 'true' }] },
      ErrorCode.INVALID_CONFIG,
      /Tiered Storage/,
    ],
  ])('refuses %j', async (topic, errorCode, message) => {
    await controller.createTopic({ name: 'taken' })
    await controller.createTopic({ name: 'tak_en.' })
    controller.take()
    const result = await controller.createTopic(topic)
    expect(result).toMatchObject({ errorCode, topicId: zeroUuid, numPartitions: -1 })
    expect(result.errorMessage).toMatch(message)
    expect(controller.take()).toEqual([])
  })

  it('makes the good topics of a request, also two that collide, and refuses the others', async () => {
    const { topics } = await controller.channel.request(CreateTopics, 7, {
      topics: ['b', 'twice', 'twice', 'x.y', 'x_y'].map((name) => ({
        name,
        numPartitions: 1,
        replicationFactor: 1,
      })),
      timeoutMs: 1000,
    })
    expect(topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['b', ErrorCode.NONE],
      ['x.y', ErrorCode.NONE],
      ['x_y', ErrorCode.NONE],
      ['twice', ErrorCode.INVALID_REQUEST],
    ])
    expect([...controller.image.topics()].map(({ name }) => name)).toEqual(['b', 'x.y', 'x_y'])
  })

  it.each([
    [[[1]], ErrorCode.NONE, null],
    [[[1, 1]], ErrorCode.INVALID_REPLICA_ASSIGNMENT, /broker 1 more than once/],
    [[[2]], ErrorCode.INVALID_REPLICA_ASSIGNMENT, /broker 2, but no such broker is registered/],
    [[[]], ErrorCode.INVALID_REPLICA_ASSIGNMENT, /empty replica list/],
  ])('judges the assignment %j', async (lists, errorCode, message) => {
    const assignments = lists.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }))
    const result = await controller.createTopic({ name: 'a', assignments })
    expect(result.errorCode).toBe(errorCode)
    if (message) expect(result.errorMessage).toMatch(message)
  })

  it('wants the partitions of an assignment to count from 0, and no numbers beside it', async () => {
    const assignments = [{ partitionIndex: 1, brokerIds: [1] }]
    const gap = await controller.createTopic({ name: 'a', assignments })
    expect(gap.errorCode).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
    const both = await controller.createTopic({ name: 'a', assignments, numPartitions: 1 })
    expect(both.errorCode).toBe(ErrorCode.INVALID_REQUEST)
  })

  it('needs a broker that is not fenced', async () => {
    await controller.heartbeat(1, { wantFence: true })
    const result = await controller.createTopic({ name: 'a' })
    expect(result.errorCode).toBe(ErrorCode.INVALID_REPLICATION_FACTOR)
    expect(result.errorMessage).toMatch(/fenced/)
  })

  it('gives no replicas to who leaves or has cordoned all directories', async () => {
    await controller.brokers(2, 3)
    await controller.createTopic({ name: 'led', assignments: [{ partitionIndex: 0, brokerIds: [2] }] })
    await controller.heartbeat(2, { wantShutDown: true })
    await controller.heartbeat(3, { cordonedLogDirs: ['TBdpvNkLSgKdR_F9_b03rQ'] })
    await controller.createTopic({ name: 'a', numPartitions: 6, replicationFactor: 1 })
    expect(replicasOf('a')).toEqual(Array.from({ length: 6 }, () => [1]))
    expect(await controller.createTopic({ name: 'b', replicationFactor: 2 })).toMatchObject({
      errorCode: ErrorCode.INVALID_REPLICATION_FACTOR,
      errorMessage:
        'Unable to replicate the partition 2 time(s): The target replication factor of 2 cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.',
    })
    const manual = await controller.createTopic({
      name: 'c',
      assignments: [{ partitionIndex: 0, brokerIds: [3] }],
    })
    expect(manual.errorCode).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
    expect(manual.errorMessage).toMatch(/broker 3, but all its log directories are cordoned/)
  })

  it('begins with the replicas in sync that are active', async () => {
    await controller.brokers(2, 3)
    await controller.heartbeat(2, { wantFence: true })
    await controller.createTopic({ name: 'a', assignments: [{ partitionIndex: 0, brokerIds: [2, 3, 1] }] })
    expect(controller.image.partition('a', 0)).toMatchObject({ isr: [3, 1], leader: 3 })
    const away = await controller.createTopic({
      name: 'b',
      assignments: [{ partitionIndex: 0, brokerIds: [2] }],
    })
    expect(away.errorMessage).toBe(
      'All brokers specified in the manual partition assignment for partition 0 are fenced or in controlled shutdown.',
    )
  })

  it('spreads replicas and leaders over brokers and racks', async () => {
    for (const id of [1, 2, 3, 4]) {
      await controller.register(id, { rack: `zone-${id % 2}` })
      await controller.heartbeat(id)
    }
    await controller.createTopic({ name: 'wide', numPartitions: 8, replicationFactor: 2 })
    const replicas = replicasOf('wide') ?? []
    const leaders = new Map<number, number>()
    for (const [first, second] of replicas) {
      expect(Number(first) % 2).not.toBe(Number(second) % 2)
      leaders.set(Number(first), (leaders.get(Number(first)) ?? 0) + 1)
    }
    expect([...leaders.values()].sort()).toEqual([2, 2, 2, 2])
  })
})

describe('DeleteTopics', () => {
  const remove = (topics: { name: string | null; topicId: string }[]) =>
    controller.channel.request(DeleteTopics, 6, { topics, timeoutMs: 1000 })

  it('deletes by name and by id, with the configs', async () => {
    await controller.createTopic({ name: 'a', configs: [{ name: 'retention.ms', value: '1' }] })
    const { topicId } = await controller.createTopic({ name: 'b' })
    controller.take()
    const { responses } = await remove([
      { name: 'a', topicId: zeroUuid },
      { name: null, topicId },
    ])
    expect(responses.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['a', 0],
      ['b', 0],
    ])
    expect(valuesOf(controller.take(), RemoveTopicRecord)).toHaveLength(2)
    expect(controller.image.topicCount).toBe(0)
    expect(controller.image.configs.resources(2)).toEqual([])
  })

  it('takes bare names before version 6', async () => {
    await controller.createTopic({ name: 'a' })
    const { responses } = await controller.channel.request(DeleteTopics, 5, {
      topicNames: ['a', 'b'],
      timeoutMs: 1,
    })
    expect(responses.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['a', ErrorCode.NONE],
      ['b', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ])
  })

  it('knows names from ids, and both from neither', async () => {
    const { topicId } = await controller.createTopic({ name: 'a' })
    const cases: [{ name: string | null; topicId: string }, number][] = [
      [{ name: 'no', topicId: zeroUuid }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [{ name: null, topicId: 'AAAAAAAAQAAAAAAAAAAABA' }, ErrorCode.UNKNOWN_TOPIC_ID],
      [{ name: null, topicId: zeroUuid }, ErrorCode.INVALID_REQUEST],
      [{ name: 'a', topicId }, ErrorCode.INVALID_REQUEST],
    ]
    for (const [topic, errorCode] of cases)
      expect((await remove([topic])).responses[0]?.errorCode).toBe(errorCode)
    const twice = await remove([
      { name: 'a', topicId: zeroUuid },
      { name: null, topicId },
    ])
    expect(twice.responses.every(({ errorCode }) => errorCode === ErrorCode.INVALID_REQUEST)).toBe(true)
    expect(controller.image.topicCount).toBe(1)
  })

  it('is off where delete.topic.enable is false', async () => {
    const other = await (
      await new TestController({ properties: { 'delete.topic.enable': 'false' } }).open()
    ).brokers(1)
    await other.createTopic({ name: 'a' })
    const { responses } = await other.channel.request(DeleteTopics, 6, {
      topics: [{ name: 'a', topicId: zeroUuid }],
      timeoutMs: 1,
    })
    expect(responses[0]?.errorCode).toBe(ErrorCode.TOPIC_DELETION_DISABLED)
    await other.close()
  })
})

describe('CreatePartitions', () => {
  const grow = async (
    count: number,
    assignments: number[][] | null = null,
    name = 'a',
    validateOnly = false,
  ) => {
    const { results } = await controller.channel.request(CreatePartitions, 3, {
      topics: [{ name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null }],
      timeoutMs: 1000,
      validateOnly,
    })
    return results[0]
  }

  beforeEach(async () => {
    await controller.createTopic({ name: 'a', numPartitions: 2 })
    controller.take()
  })

  it('adds partitions behind the others', async () => {
    expect(await grow(4)).toMatchObject({ errorCode: 0 })
    expect(valuesOf(controller.take(), PartitionRecord).map(({ partitionId }) => partitionId)).toEqual([2, 3])
    expect(await grow(5, [[1]])).toMatchObject({ errorCode: 0 })
    expect(replicasOf('a')).toEqual([[1], [1], [1], [1], [1]])
  })

  it('only validates when asked to', async () => {
    expect(await grow(3, null, 'a', true)).toMatchObject({ errorCode: 0 })
    expect(controller.take()).toEqual([])
  })

  it.each([
    [2, null, 'a', ErrorCode.INVALID_PARTITIONS, /already has 2/],
    [
      1,
      null,
      'a',
      ErrorCode.INVALID_PARTITIONS,
      /currently has 2 partition\(s\); 1 would not be an increase/,
    ],
    [3, null, 'zz', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, /does not host/],
    [20_000, null, 'a', ErrorCode.POLICY_VIOLATION, /Excessively large/],
    [4, [[1]], 'a', ErrorCode.INVALID_REPLICA_ASSIGNMENT, /2 additional.*only 1/],
    [3, [[2]], 'a', ErrorCode.INVALID_REPLICA_ASSIGNMENT, /no such broker/],
    [3, [[]], 'a', ErrorCode.INVALID_REPLICA_ASSIGNMENT, /empty replica list/],
  ])('refuses %i %j of %s', async (count, assignments, name, errorCode, message) => {
    const result = await grow(count, assignments, name)
    expect(result?.errorCode).toBe(errorCode)
    expect(result?.errorMessage).toMatch(message)
    expect(controller.take()).toEqual([])
  })
})

describe('a topic that is made again', () => {
  it('has none of the old configs', async () => {
    await controller.createTopic({ name: 'a', configs: [{ name: 'retention.ms', value: '1' }] })
    await controller.channel.request(DeleteTopics, 6, {
      topics: [{ name: 'a', topicId: zeroUuid }],
      timeoutMs: 1,
    })
    const { configs } = await controller.createTopic({ name: 'a' })
    expect(configs?.find(({ name }) => name === 'retention.ms')?.value).toBe('360000000')
    const altered = await controller.channel.request(AlterConfigs, 2, {
      resources: [{ resourceType: 2, resourceName: 'a', configs: [] }],
    })
    expect(altered.responses[0]?.errorCode).toBe(0)
  })
})
