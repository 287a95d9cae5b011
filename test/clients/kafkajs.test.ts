import { randomBytes } from 'node:crypto'
import {
  type Admin,
  CompressionTypes,
  ConfigResourceTypes,
  type ConsumerConfig,
  Kafka,
  type KafkaMessage,
  logLevel,
  type Producer,
} from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Inbox, TestEngine, uniqueName } from './engine.ts'

interface Received {
  member: string
  partition: number
  message: KafkaMessage
}

const valuesOf = (items: Received[]) => items.map(({ message }) => String(message.value))
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(from + index))

describe('kafkajs', () => {
  let engine: TestEngine
  let kafka: Kafka
  let admin: Admin
  let producer: Producer
  const running = new Set<{ disconnect(): Promise<void> }>()

  beforeAll(async () => {
    engine = await TestEngine.start()
    kafka = new Kafka({
      clientId: 'test',
      brokers: [engine.bootstrap],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 20, maxRetryTime: 200, retries: 20 },
    })
    admin = kafka.admin()
    producer = kafka.producer({ allowAutoTopicCreation: false })
    await Promise.all([admin.connect(), producer.connect()])
  })

  afterAll(async () => {
    for (const client of [...running, admin, producer]) await client.disconnect()
    await engine.stop()
  })

  async function createTopic(partitions = 3): Promise<string> {
    const topic = uniqueName('kafkajs')
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true })
    return topic
  }

  /** A member of a group that puts what it gets into the inbox. */
  async function join(member: string, topic: string, inbox: Inbox<Received>, config: ConsumerConfig) {
    const consumer = kafka.consumer({ heartbeatInterval: 50, maxWaitTimeInMs: 50, ...config })
    const assigned = new Inbox<number[]>()
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      assigned.push(payload.memberAssignment[topic] ?? []),
    )
    running.add(consumer)
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommitInterval: 20,
      eachMessage: async ({ partition, message }) => inbox.push({ member, partition, message }),
    })
    const leave = async () => {
      running.delete(consumer)
      await consumer.disconnect()
    }
    return { consumer, assigned, leave }
  }

  async function read(topic: string, count: number): Promise<Received[]> {
    const inbox = new Inbox<Received>()
    const { leave } = await join('reader', topic, inbox, { groupId: uniqueName('reader') })
    const items = await inbox.until(({ length }) => length >= count)
    await leave()
    return items
  }

  const send = (topic: string, values: string[], partition?: number) =>
    producer.send({ topic, messages: values.map((value) => ({ value, partition })) })

  it('creates, grows, describes and deletes topics', async () => {
    const topic = await createTopic(2)
    await expect(
      admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true }),
    ).resolves.toBe(false)
    await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
    expect(await admin.listTopics()).toContain(topic)
    const metadata = await admin.fetchTopicMetadata({ topics: [topic] })
    expect(metadata.topics[0]?.partitions.map(({ leader }) => leader)).toEqual([1, 1, 1, 1])
    await admin.deleteTopics({ topics: [topic] })
    expect(await admin.listTopics()).not.toContain(topic)
  })

  it('describes the cluster', async () => {
    const { brokers, controller, clusterId } = await admin.describeCluster()
    expect(brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`])).toEqual([
      [1, engine.bootstrap],
    ])
    expect(controller).toBe(1)
    expect(clusterId).toMatch(/^[\w-]{22}$/)
  })

  it('reads and changes configurations', async () => {
    const topic = await createTopic()
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '3600000' }] }],
    })
    const { resources } = await admin.describeConfigs({
      includeSynonyms: true,
      resources: [{ ...resource, configNames: ['retention.ms'] }],
    })
    expect(resources[0]?.configEntries).toMatchObject([
      { configName: 'retention.ms', configValue: '3600000', isDefault: false },
    ])
    await expect(
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: 'long' }] }],
      }),
    ).rejects.toThrow(/configuration/i)
  })

  it.each([
    ['without acknowledgements', 0, CompressionTypes.None],
    ['acknowledged by the leader', 1, CompressionTypes.None],
    ['acknowledged by all', -1, CompressionTypes.None],
    ['compressed with gzip', -1, CompressionTypes.GZIP],
  ])('produces batches %s', async (_, acks, compression) => {
    const topic = await createTopic(1)
    const messages = numbers(200).map((value) => ({
      key: `key-${value}`,
      value,
      headers: { kind: 'test', many: ['a', 'b'] },
    }))
    await producer.send({ topic, acks, compression, messages })
    const items = await read(topic, 200)
    expect(valuesOf(items)).toEqual(numbers(200))
    const { key, headers } = (items[7] as Received).message
    expect(String(key)).toBe('key-7')
    expect(String(headers?.['kind'])).toBe('test')
    expect((headers?.['many'] as Buffer[] | undefined)?.map(String)).toEqual(['a', 'b'])
  })

  it('produces idempotently', async () => {
    const topic = await createTopic(2)
    const idempotent = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    running.add(idempotent)
    await idempotent.connect()
    for (const value of numbers(20)) await idempotent.send({ topic, messages: [{ key: value, value }] })
    expect(valuesOf(await read(topic, 20)).sort()).toEqual(numbers(20).sort())
  })

  it('writes tombstones and empty values apart', async () => {
    const topic = await createTopic(1)
    await producer.send({
      topic,
      messages: [
        { key: 'gone', value: null },
        { key: 'empty', value: '' },
      ],
    })
    const items = await read(topic, 2)
    expect(items.map(({ message }) => message.value)).toEqual([null, Buffer.alloc(0)])
  })

  it('carries 900 KB in a record and refuses more than message.max.bytes', async () => {
    const topic = await createTopic(1)
    const value = randomBytes(900_000)
    await producer.send({ topic, messages: [{ value }] })
    const [item] = await read(topic, 1)
    expect(item?.message.value?.equals(value)).toBe(true)
    await expect(
      producer.send({ topic, messages: [{ value: randomBytes(1_100_000) }] }),
    ).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' })
  })

  it('creates a topic at first use', async () => {
    const topic = uniqueName('at-first-use')
    const creating = kafka.producer({ allowAutoTopicCreation: true })
    running.add(creating)
    await creating.connect()
    await creating.send({ topic, messages: [{ value: 'first' }] })
    expect(valuesOf(await read(topic, 1))).toEqual(['first'])
  })

  it('shares partitions between two members and gives them back when one leaves', async () => {
    const [topic, groupId] = [await createTopic(4), uniqueName('group')]
    const inbox = new Inbox<Received>()
    const one = await join('one', topic, inbox, { groupId })
    await one.assigned.until((all) => all.at(-1)?.length === 4)
    const two = await join('two', topic, inbox, { groupId })
    await two.assigned.until((all) => all.at(-1)?.length === 2)
    await one.assigned.until((all) => all.at(-1)?.length === 2)
    for (const partition of [0, 1, 2, 3]) await send(topic, numbers(5, partition * 5), partition)
    const shared = await inbox.until(({ length }) => length >= 20)
    expect(valuesOf(shared).sort()).toEqual(numbers(20).sort())
    expect(new Set(shared.map(({ member }) => member))).toEqual(new Set(['one', 'two']))

    const { groups } = await admin.describeGroups([groupId])
    expect(groups[0]).toMatchObject({ state: 'Stable', protocol: 'RoundRobinAssigner' })
    expect(groups[0]?.members).toHaveLength(2)
    expect((await admin.listGroups()).groups.map((group) => group.groupId)).toContain(groupId)

    await two.leave()
    await one.assigned.until((all) => all.at(-1)?.length === 4)
    for (const partition of [0, 1, 2, 3]) await send(topic, [`late-${partition}`], partition)
    const all = await inbox.until(({ length }) => length >= 24)
    expect(valuesOf(all)).toHaveLength(24)
    expect(all.slice(20).every(({ member }) => member === 'one')).toBe(true)
    await one.leave()
    await admin.deleteGroups([groupId])
    expect((await admin.listGroups()).groups.map((group) => group.groupId)).not.toContain(groupId)
  })

  it('seeks and pauses', async () => {
    const topic = await createTopic(1)
    await send(topic, numbers(10))
    const inbox = new Inbox<Received>()
    const { consumer, leave } = await join('one', topic, inbox, { groupId: uniqueName('group') })
    await inbox.until(({ length }) => length === 10)
    consumer.seek({ topic, partition: 0, offset: '7' })
    const again = await inbox.until(({ length }) => length >= 13)
    expect(valuesOf(again).slice(10)).toEqual(['7', '8', '9'])
    await leave()
  })

  it('looks offsets up by time and deletes records', async () => {
    const [topic, groupId] = [await createTopic(1), uniqueName('group')]
    const messages = numbers(10).map((value) => ({
      value,
      timestamp: String(1_700_000_000_000 + Number(value)),
    }))
    for (const message of messages) await producer.send({ topic, messages: [message] })
    expect(await admin.fetchTopicOffsetsByTimestamp(topic, 1_700_000_000_004)).toEqual([
      { partition: 0, offset: '4' },
    ])
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] })
    expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ high: '10', low: '3', offset: '10' }])
    const inbox = new Inbox<Received>()
    const { leave } = await join('one', topic, inbox, { groupId })
    expect(valuesOf(await inbox.until(({ length }) => length >= 7))).toEqual(numbers(7, 3))
    await leave()
    expect(await admin.fetchOffsets({ groupId, topics: [topic] })).toMatchObject([
      { topic, partitions: [{ partition: 0, offset: '10' }] },
    ])
  })

  it('goes on where it was after a restart of the broker', async () => {
    const [topic, groupId] = [await createTopic(2), uniqueName('group')]
    for (const partition of [0, 1]) await send(topic, numbers(5, partition * 5), partition)
    const before = new Inbox<Received>()
    const first = await join('one', topic, before, { groupId })
    await before.until(({ length }) => length === 10)
    await first.consumer.commitOffsets([0, 1].map((partition) => ({ topic, partition, offset: '5' })))
    await first.leave()

    await engine.restart()
    for (const partition of [0, 1]) await send(topic, [`after-${partition}`], partition)
    const after = new Inbox<Received>()
    // kafkajs may begin anew as another member when the broker is away for long: the one before has to time out.
    const second = await join('two', topic, after, {
      groupId,
      sessionTimeout: 6_000,
      rebalanceTimeout: 6_000,
    })
    const values = valuesOf(await after.until(({ length }) => length >= 2))
    expect(values.sort()).toEqual(['after-0', 'after-1'])

    // A member outlives a restart as well.
    await engine.restart()
    for (const partition of [0, 1]) await send(topic, [`again-${partition}`], partition)
    const again = await after.until(({ length }) => length >= 4)
    expect(valuesOf(again).slice(2).sort()).toEqual(['again-0', 'again-1'])
    await second.leave()
  })

  it('writes in transactions, of which readers see what is committed', async () => {
    const topic = await createTopic(1)
    const transactionalId = uniqueName('tx')
    const transactional = kafka.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true })
    running.add(transactional)
    await transactional.connect()
    const groupId = uniqueName('group')
    for (const isKept of [true, false, true]) {
      const transaction = await transactional.transaction()
      const values = [`${isKept}-1`, `${isKept}-2`]
      await transaction.send({ topic, messages: values.map((value) => ({ value })) })
      await transaction.sendOffsets({
        consumerGroupId: groupId,
        topics: [{ topic, partitions: [{ partition: 0, offset: isKept ? '7' : '3' }] }],
      })
      await (isKept ? transaction.commit() : transaction.abort())
    }
    const inbox = new Inbox<Received>()
    const { leave } = await join('reader', topic, inbox, { groupId: uniqueName('group') })
    const received = await inbox.until(({ length }) => length >= 4)
    expect(valuesOf(received)).toEqual(['true-1', 'true-2', 'true-1', 'true-2'])
    await leave()
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
    expect(committed?.partitions[0]?.offset).toBe('7')
  })
})
