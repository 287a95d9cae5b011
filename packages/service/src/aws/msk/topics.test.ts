import {
  CreateTopicCommand,
  type CreateTopicCommandInput,
  DeleteTopicCommand,
  DescribeTopicCommand,
  DescribeTopicPartitionsCommand,
  ListTopicsCommand,
  UpdateTopicCommand,
} from '@aws-sdk/client-kafka'
import { KafkaError } from '@sluice/client'
import { ErrorCode } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddedEngine } from '../../fleet/engines/embedded.ts'
import { provisioned } from '../testing/test-service.ts'
import { refused, TestClusters, unknownArn } from './testing/test-clusters.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const missing = { name: 'NotFoundException', $metadata: { httpStatusCode: 404 } }

describe('topics of brokers of ours', () => {
  let clusters: TestClusters
  let ClusterArn: string

  beforeAll(async () => {
    clusters = await TestClusters.start({ engine: (effects) => embeddedEngine(effects) })
    ClusterArn = await clusters.createFrom(provisioned('orders'))
  }, 60_000)

  afterAll(() => clusters.service.fleet.stop())

  const create = (TopicName: string, change: Partial<CreateTopicCommandInput> = {}) =>
    clusters.client.send(
      new CreateTopicCommand({ ClusterArn, TopicName, PartitionCount: 2, ReplicationFactor: 3, ...change }),
    )
  const describeTopic = async (TopicName: string) => {
    const { Configs = '', ...topic } = await clusters.client.send(
      new DescribeTopicCommand({ ClusterArn, TopicName }),
    )
    return { ...topic, configs: JSON.parse(Buffer.from(Configs, 'base64').toString()) }
  }
  const update = (TopicName: string, change: { Configs?: string; PartitionCount?: number }) =>
    clusters.client.send(new UpdateTopicCommand({ ClusterArn, TopicName, ...change }))
  const remove = (TopicName: string) =>
    clusters.client.send(new DeleteTopicCommand({ ClusterArn, TopicName }))

  it('are made, described, changed and deleted', async () => {
    const TopicArn = `${ClusterArn.replace(':cluster/', ':topic/')}/made`
    const Configs = base64('{"retention.ms":"604800000","max.message.bytes":70000}')
    expect(await create('made', { Configs })).toMatchObject({
      TopicArn,
      TopicName: 'made',
      Status: 'CREATING',
    })
    await expect
      .poll(() => describeTopic('made'))
      .toMatchObject({
        TopicArn,
        TopicName: 'made',
        PartitionCount: 2,
        ReplicationFactor: 3,
        Status: 'ACTIVE',
        configs: { 'retention.ms': '604800000', 'max.message.bytes': '70000', 'cleanup.policy': 'delete' },
      })

    expect(await update('made', { PartitionCount: 5 })).toMatchObject({ TopicArn, Status: 'UPDATING' })
    await expect.poll(() => describeTopic('made')).toMatchObject({ PartitionCount: 5 })
    // What is not named goes back to its default, and `{}` takes all of it back.
    await update('made', { Configs: base64('max.message.bytes = 80000\nsegment.bytes=2000000') })
    const changed = { 'max.message.bytes': '80000', 'segment.bytes': '2000000' }
    await expect.poll(async () => (await describeTopic('made')).configs).toMatchObject(changed)
    expect((await describeTopic('made')).configs['retention.ms']).toBe('604800000')
    await update('made', { Configs: base64('{}') })
    await expect
      .poll(async () => (await describeTopic('made')).configs)
      .toMatchObject({ 'max.message.bytes': '1048588', 'segment.bytes': '1073741824' })

    expect(await remove('made')).toMatchObject({ TopicArn, TopicName: 'made', Status: 'DELETING' })
    await expect.poll(() => describeTopic('made').catch((error) => error)).toMatchObject(missing)
  })

  it('are listed by name, in pages, and by the beginning of their names', async () => {
    for (const name of ['b.2', 'b.1', 'a', 'b.3']) await create(name)
    const list = async (change: object) => {
      const { Topics = [], NextToken } = await clusters.client.send(
        new ListTopicsCommand({ ClusterArn, ...change }),
      )
      return { names: Topics.map(({ TopicName }) => TopicName), topics: Topics, NextToken }
    }
    await expect.poll(async () => (await list({})).names).toEqual(['a', 'b.1', 'b.2', 'b.3'])
    const first = await list({ TopicNameFilter: 'b.', MaxResults: 2 })
    expect(first.names).toEqual(['b.1', 'b.2'])
    const second = await list({ TopicNameFilter: 'b.', MaxResults: 2, NextToken: first.NextToken })
    expect(second).toMatchObject({ names: ['b.3'], NextToken: undefined })
    expect(second.topics[0]).toEqual({
      TopicArn: `${ClusterArn.replace(':cluster/', ':topic/')}/b.3`,
      TopicName: 'b.3',
      PartitionCount: 2,
      ReplicationFactor: 3,
      OutOfSyncReplicaCount: 0,
    })
  })

  it('tell where their partitions are, in pages', async () => {
    await create('spread', { PartitionCount: 12, ReplicationFactor: 2 })
    const partitions = async (change: object) =>
      clusters.client.send(new DescribeTopicPartitionsCommand({ ClusterArn, TopicName: 'spread', ...change }))
    await expect.poll(async () => (await partitions({}).catch(() => null))?.Partitions).toHaveLength(12)
    const first = await partitions({ MaxResults: 11 })
    const rest = await partitions({ MaxResults: 11, NextToken: first.NextToken })
    expect(rest.NextToken).toBeUndefined()
    expect(rest.Partitions).toMatchObject([{ Partition: 11 }])
    const [partition] = rest.Partitions ?? []
    expect(new Set(partition?.Replicas).size).toBe(2)
    expect([...(partition?.Isr ?? [])].sort()).toEqual([...(partition?.Replicas ?? [])].sort())
    expect(partition?.Leader).toBe(partition?.Replicas?.[0])
  })

  it('are refused as Kafka refuses them', async () => {
    await create('there')
    await expect(create('there')).rejects.toMatchObject({
      name: 'TopicExistsException',
      $metadata: { httpStatusCode: 409 },
    })
    const bad = { name: 'KafkaRequestException', $metadata: { httpStatusCode: 400 } }
    await expect(create('wide', { ReplicationFactor: 4 })).rejects.toMatchObject(bad)
    await expect(create('odd', { Configs: base64('no.such.config=1') })).rejects.toMatchObject(bad)
    await expect
      .poll(() => update('there', { Configs: base64('retention.ms=x') }).catch((error) => error))
      .toMatchObject(bad)
  })

  it('are refused where the request is wrong', async () => {
    for (const name of ['', 'a/b', '..', 'x'.repeat(250), 'ä'])
      await expect(create(name)).rejects.toMatchObject(refused(/topic name/, 'topicName'))
    await expect(create('x', { PartitionCount: 0 })).rejects.toMatchObject({ name: 'BadRequestException' })
    for (const [Configs, why] of [
      ['retention.ms=1', /base64/],
      [base64('{"retention.ms":'), /JSON/],
      [base64('{"retention.ms":{}}'), /retention\.ms/],
      [base64('a=\\u00'), /escape/],
    ] as const)
      await expect(create('x', { Configs })).rejects.toMatchObject(refused(why, 'configs'))
    const one = 'You must specify either configs or partitionCount to update.'
    await expect(update('none', {})).rejects.toMatchObject(refused(one))
    await expect(update('none', { Configs: base64('{}'), PartitionCount: 1 })).rejects.toMatchObject(
      refused(one),
    )
    for (const call of [
      () => update('none', { PartitionCount: 9 }),
      () => remove('none'),
      () => describeTopic('none'),
      // No topic can have such a name, as Kafka says of it.
      () => describeTopic('a/b ü?'),
      () => remove('..'),
      () => clusters.client.send(new DescribeTopicPartitionsCommand({ ClusterArn, TopicName: 'none' })),
    ])
      await expect(call()).rejects.toMatchObject(missing)
    await create('fewer')
    for (const PartitionCount of [1, 2])
      await expect
        .poll(() => update('fewer', { PartitionCount }).catch((error) => error))
        .toMatchObject(refused(/has 2/, 'partitionCount'))
  })
})

describe('topics of brokers that are none', () => {
  it('are refused for unknown clusters, those that are not ACTIVE, and an older Kafka', async () => {
    const clusters = await TestClusters.start()
    const list = (ClusterArn: string) => clusters.client.send(new ListTopicsCommand({ ClusterArn }))
    await expect(list(unknownArn)).rejects.toMatchObject(missing)
    await expect(list(await clusters.createHeld())).rejects.toMatchObject(
      refused("You can't use the topics of a cluster in CREATING state."),
    )
  })

  it('answer with the exceptions of the model for what brokers say, or do not', async () => {
    const clusters = await TestClusters.start()
    const ClusterArn = await clusters.createFrom(provisioned('orders'))
    const create = () =>
      clusters.client.send(
        new CreateTopicCommand({ ClusterArn, TopicName: 'x', PartitionCount: 1, ReplicationFactor: 1 }),
      )
    const { topics } = clusters.service.engine
    topics.failure = new Error('no broker answers')
    await expect(create()).rejects.toMatchObject({ name: 'ClusterConnectivityException' })
    for (const [code, name] of [
      [ErrorCode.REQUEST_TIMED_OUT, 'KafkaTimeoutException'],
      [ErrorCode.STALE_CONTROLLER_EPOCH, 'ControllerMovedException'],
      [ErrorCode.NOT_CONTROLLER, 'NotControllerException'],
      [ErrorCode.REASSIGNMENT_IN_PROGRESS, 'ReassignmentInProgressException'],
      [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'UnknownTopicOrPartitionException'],
      [ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, 'GroupSubscribedToTopicException'],
      [ErrorCode.POLICY_VIOLATION, 'KafkaRequestException'],
    ] as const) {
      topics.failure = new KafkaError(code)
      await expect(create()).rejects.toMatchObject({ name })
    }
    await expect(clusters.client.send(new ListTopicsCommand({ ClusterArn }))).rejects.toMatchObject({
      name: 'InternalServerErrorException',
    })
  })
})
