import { randomBytes } from 'node:crypto'
import {
  Admin,
  CompressionAlgorithms,
  compressionsAlgorithms,
  ConfigResourceTypes,
  Consumer,
  IncrementalAlterConfigOperationTypes,
  type Message,
  type MessagesStream,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Inbox, TestEngine, uniqueName } from './engine.ts'

type Received = Message<string, string, string, string>
/** Real members take their time. */
const within = { timeout: 30_000, interval: 50 }

interface Closable {
  close(force: boolean): Promise<void>
}
type Stream = MessagesStream<string, string, string, string>

const valuesOf = (items: Received[]) => items.map(({ value }) => value)
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(from + index))

function collect(stream: Stream, inbox = new Inbox<Received>()): Inbox<Received> {
  stream.on('data', (message) => inbox.push(message))
  // A fetch that is under way when its consumer closes fails once the broker has stopped; what does not come is missed here.
  stream.on('error', () => {})
  return inbox
}

/** The wire errors that a call failed with, out of the client's nested ones. */
async function protocolErrors(call: Promise<unknown>): Promise<string[]> {
  const codes = (error: { apiId?: string; errors?: object[] }): string[] =>
    error.apiId ? [error.apiId] : (error.errors ?? []).flatMap(codes)
  return call.then(() => [], codes)
}

describe('@platformatic/kafka', () => {
  let engine: TestEngine
  let admin: Admin
  let producer: Producer<string, string, string, string>
  const running = new Set<Closable>()
  const base = () => ({
    clientId: 'test',
    bootstrapBrokers: [engine.bootstrap],
    retries: 100,
    retryDelay: 20,
  })

  beforeAll(async () => {
    engine = await TestEngine.start()
    admin = new Admin(base())
    producer = new Producer({ ...base(), serializers: stringSerializers })
  })

  afterAll(async () => {
    for (const client of running) await client.close(true)
    await Promise.all([admin.close(), producer.close()])
    await engine.stop()
  })

  async function createTopic(partitions = 1): Promise<string> {
    const topic = uniqueName('platformatic')
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 })
    return topic
  }

  function member(groupId: string, options: { groupInstanceId?: string } = {}) {
    const consumer = new Consumer({
      ...base(),
      ...options,
      groupId,
      deserializers: stringDeserializers,
      sessionTimeout: 6_000,
      rebalanceTimeout: 6_000,
      heartbeatInterval: 50,
      maxWaitTime: 50,
      autocommit: false,
    })
    const assigned = new Inbox<number[]>()
    consumer.on('consumer:group:join', ({ assignments }) =>
      assigned.push((assignments ?? []).flatMap(({ partitions }) => partitions)),
    )
    // Of the two forms of close, callback and promise, the one that is meant.
    const closable: Closable = consumer
    running.add(closable)
    const close = async () => {
      running.delete(closable)
      await closable.close(true)
    }
    return { consumer, assigned, close }
  }

  async function read(topic: string, count: number): Promise<Received[]> {
    const { consumer, close } = member(uniqueName('reader'))
    const inbox = collect(await consumer.consume({ topics: [topic], mode: 'earliest' }))
    const items = await inbox.until(({ length }) => length >= count)
    await close()
    return items
  }

  const send = (topic: string, values: string[], partition = 0) =>
    producer.send({ messages: values.map((value) => ({ topic, partition, value })) })

  it('creates, grows, lists and deletes topics', async () => {
    const topic = await createTopic(2)
    const again = admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 })
    expect(await protocolErrors(again)).toEqual(['TOPIC_ALREADY_EXISTS'])
    await admin.createPartitions({ topics: [{ name: topic, count: 4 }] })
    const metadata = await admin.metadata({ topics: [topic], forceUpdate: true })
    expect(metadata.topics.get(topic)?.partitions.map(({ leader }) => leader)).toEqual([1, 1, 1, 1])
    expect(await admin.listTopics()).toContain(topic)
    await admin.deleteTopics({ topics: [topic] })
    expect(await admin.listTopics()).not.toContain(topic)
  })

  it('reads and changes configurations', async () => {
    const topic = await createTopic()
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }
    const set = { configOperation: IncrementalAlterConfigOperationTypes.SET, name: 'retention.ms' }
    await admin.incrementalAlterConfigs({
      resources: [{ ...resource, configs: [{ ...set, value: '7200000' }] }],
    })
    const described = await admin.describeConfigs({
      resources: [{ ...resource, configurationKeys: ['retention.ms'] }],
      includeSynonyms: true,
    })
    expect(described[0]?.configs).toMatchObject([{ name: 'retention.ms', value: '7200000' }])
  })

  it('finds offsets, deletes records and describes log directories', async () => {
    const topic = await createTopic()
    await send(topic, numbers(10))
    await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 4n }] }] })
    const at = async (timestamp: bigint) => {
      const [found] = await admin.listOffsets({
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }],
      })
      return found?.partitions[0]?.offset
    }
    expect([await at(-2n), await at(-1n), await at(0n)]).toEqual([4n, 10n, 4n])
    const [dirs] = await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] })
    expect(Number(dirs?.results[0]?.topics[0]?.partitions[0]?.partitionSize)).toBeGreaterThan(50)
  })

  // zstd needs a newer Node on the client's side.
  const codecs = Object.values(CompressionAlgorithms).filter((name) => compressionsAlgorithms[name].available)

  it.each(codecs)('carries batches with headers, compression %s', async (compression) => {
    const topic = await createTopic()
    const messages = numbers(300).map((value) => ({
      topic,
      key: `key-${value}`,
      value: value.repeat(20),
      headers: { kind: 'test' },
    }))
    await producer.send({ messages, compression })
    const items = await read(topic, 300)
    expect(valuesOf(items)).toEqual(messages.map(({ value }) => value))
    expect(items[299]?.key).toBe('key-299')
    expect(items[299]?.headers.get('kind')).toBe('test')
    expect(items.map(({ offset }) => offset)).toEqual(messages.map((_, index) => BigInt(index)))
  })

  describe('in groups of the consumer protocol', () => {
    function consumerMember(groupId: string) {
      const consumer = new Consumer({
        ...base(),
        groupId,
        groupProtocol: 'consumer',
        deserializers: stringDeserializers,
        maxWaitTime: 50,
        autocommit: false,
      })
      running.add(consumer)
      const partitions = () => (consumer.assignments ?? []).flatMap((each) => each.partitions).length
      return { consumer, partitions }
    }

    it('shares a topic with another member, and takes over from it', async () => {
      const topic = await createTopic(4)
      const groupId = uniqueName('group')
      const [one, other] = [consumerMember(groupId), consumerMember(groupId)]
      const inbox = collect(await one.consumer.consume({ topics: [topic], mode: 'earliest' }))
      collect(await other.consumer.consume({ topics: [topic], mode: 'earliest' }), inbox)
      await vi.waitFor(() => expect([one.partitions(), other.partitions()]).toEqual([2, 2]), within)
      for (const partition of [0, 1, 2, 3]) await send(topic, numbers(10, 10 * partition), partition)
      const shared = await inbox.until(({ length }) => length >= 40)
      expect(
        valuesOf(shared)
          .map(Number)
          .toSorted((a, b) => a - b),
      ).toEqual(numbers(40).map(Number))
      running.delete(other.consumer)
      const leaving: Closable = other.consumer
      await leaving.close(true)
      await vi.waitFor(() => expect(one.partitions()).toBe(4), within)
      for (const partition of [0, 1, 2, 3]) await send(topic, [`late-${partition}`], partition)
      const late = await inbox.until(
        (items) => items.filter(({ value }) => value.startsWith('late')).length >= 4,
      )
      // What the other one had read and not committed comes again.
      expect(late).toHaveLength(64)
    })
  })

  it.each([0, 1, -1])('produces with acks %i', async (acks) => {
    const topic = await createTopic()
    await producer.send({ messages: [{ topic, value: 'a' }], acks })
    expect(valuesOf(await read(topic, 1))).toEqual(['a'])
  })

  it('produces idempotently', async () => {
    const topic = await createTopic(2)
    const idempotent = new Producer({ ...base(), idempotent: true, serializers: stringSerializers })
    running.add(idempotent)
    for (const value of numbers(20)) await idempotent.send({ messages: [{ topic, key: value, value }] })
    expect(valuesOf(await read(topic, 20)).sort()).toEqual(numbers(20).sort())
  })

  it('carries 900 KB in a record and refuses more than message.max.bytes', async () => {
    const topic = await createTopic()
    const value = randomBytes(450_000).toString('hex')
    await send(topic, [value])
    const [item] = await read(topic, 1)
    expect(item?.value === value).toBe(true)
    const tooLarge = send(topic, [randomBytes(550_000).toString('hex')])
    expect(await protocolErrors(tooLarge)).toEqual(['MESSAGE_TOO_LARGE'])
  })

  it('shares partitions between two members and gives them back when one leaves', async () => {
    const [topic, groupId] = [await createTopic(4), uniqueName('group')]
    const inbox = new Inbox<Received>()
    const one = member(groupId)
    collect(await one.consumer.consume({ topics: [topic], mode: 'earliest' }), inbox)
    await one.assigned.until((all) => all.at(-1)?.length === 4)
    const two = member(groupId)
    collect(await two.consumer.consume({ topics: [topic], mode: 'earliest' }), inbox)
    await two.assigned.until((all) => all.at(-1)?.length === 2)
    await one.assigned.until((all) => all.at(-1)?.length === 2)
    for (const partition of [0, 1, 2, 3]) await send(topic, numbers(5, partition * 5), partition)
    const shared = await inbox.until((items) => new Set(valuesOf(items)).size === 20)
    expect(new Set(shared.map(({ partition }) => partition)).size).toBe(4)

    const group = (await admin.describeGroups({ groups: [groupId] })).get(groupId)
    expect(group?.state).toBe('STABLE')
    expect(group?.members.size).toBe(2)
    expect((await admin.listGroups()).has(groupId)).toBe(true)

    await two.close()
    await one.assigned.until((all) => all.at(-1)?.length === 4)
    await one.close()
    await admin.deleteGroups({ groups: [groupId] })
    expect((await admin.listGroups()).has(groupId)).toBe(false)
  })

  it('keeps the partitions of a static member that comes back', async () => {
    const [topic, groupId] = [await createTopic(2), uniqueName('group')]
    const groupInstanceId = 'worker-1'
    const first = member(groupId, { groupInstanceId })
    await first.consumer.consume({ topics: [topic], mode: 'earliest' })
    const generation = first.consumer.generationId
    const again = member(groupId, { groupInstanceId })
    await again.consumer.consume({ topics: [topic], mode: 'earliest' })
    expect(again.consumer.generationId).toBe(generation)
    expect(again.consumer.memberId).not.toBe(first.consumer.memberId)
    expect(again.assigned.items.at(-1)).toHaveLength(2)
    const group = (await admin.describeGroups({ groups: [groupId] })).get(groupId)
    expect([...(group?.members.values() ?? [])].map((one) => one.groupInstanceId)).toEqual([groupInstanceId])
    await again.close()
    await first.close()
  })

  it('reads from offsets that it names, without those of the group', async () => {
    const topic = await createTopic()
    await send(topic, numbers(10))
    const { consumer, close } = member(uniqueName('group'))
    const offsets = [{ topic, partition: 0, offset: 7n }]
    const inbox = collect(await consumer.consume({ topics: [topic], mode: 'manual', offsets }))
    expect(valuesOf(await inbox.until(({ length }) => length >= 3))).toEqual(['7', '8', '9'])
    await close()
  })

  it('changes, lists and deletes the offsets of a group', async () => {
    const [topic, groupId] = [await createTopic(), uniqueName('group')]
    const topics = [{ name: topic, partitionOffsets: [{ partition: 0, offset: 3n }] }]
    await admin.alterConsumerGroupOffsets({ groupId, topics })
    const [listed] = await admin.listConsumerGroupOffsets({ groups: [groupId] })
    expect(listed?.topics).toMatchObject([{ name: topic, partitions: [{ committedOffset: 3n }] }])
    await admin.deleteConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionIndexes: [0] }] })
    await expect(admin.listConsumerGroupOffsets({ groups: [groupId] })).resolves.toMatchObject([
      { topics: [] },
    ])
  })

  it('goes on at the committed offset after a restart of the broker', async () => {
    const [topic, groupId] = [await createTopic(), uniqueName('group')]
    await send(topic, numbers(6))
    const first = member(groupId)
    const inbox = collect(await first.consumer.consume({ topics: [topic], mode: 'earliest' }))
    const items = await inbox.until(({ length }) => length >= 6)
    await items[3]?.commit()
    await first.close()
    await engine.restart()
    const second = member(groupId)
    const after = collect(await second.consumer.consume({ topics: [topic], mode: 'committed' }))
    expect(valuesOf(await after.until(({ length }) => length >= 2))).toEqual(['4', '5'])
    await second.close()
  })
})
