import { MemoryNetwork } from '@sluice/effects'
import {
  apiByKey,
  apis,
  buildBatchSync,
  controlBatch,
  ControlRecordType,
  encodeResponseFrame,
  ErrorCode,
  readRecords,
} from '@sluice/wire'
import { afterEach, describe, expect, test } from 'vitest'
import { Connection } from './connection.ts'
import { KafkaError } from './errors.ts'
import { startFakeBroker, versionsAnswer } from './testing/fake-broker.ts'
import { fetchPartition, fetchRecords, listOffset } from './fetch.ts'
import { commitOffset, committedOffset } from './group-offsets.ts'
import { initProducerId, produce, produceBatches } from './produce.ts'
import { alterConfigs, createTopic, deleteTopics, describeConfigs, topicIdOf } from './topics.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

const topicId = 'AAAAAAAAAAAAAAAAAAAABw'

/** What the broker got: name and version of the API, and the request. */
interface Seen {
  api: string
  version: number
  request: any
}

/**
 * A connection to a broker that answers each API with the value given for it (or made from the request), in the
 * version that came, and serves at most the versions in `newest`.
 */
async function connectTo(
  answers: Record<string, object | ((request: any) => object)>,
  newest: Record<string, number> = {},
): Promise<{ connection: Connection; seen: Seen[] }> {
  const network = new MemoryNetwork()
  const seen: Seen[] = []
  const all = { Metadata: { topics: [{ name: 't', topicId }] }, ...answers } as typeof answers
  const broker = await startFakeBroker(network, (request) => {
    const { api, header } = request
    if (api.name === 'ApiVersions')
      return versionsAnswer(
        request,
        apis.map(({ apiKey, name, maxVersion }) => [apiKey, 0, newest[name] ?? maxVersion]),
      )
    seen.push({ api: api.name, version: header.requestApiVersion, request: request.request })
    const answer = all[api.name]
    const value = typeof answer === 'function' ? answer(request.request) : (answer ?? {})
    return encodeResponseFrame(api, header.requestApiVersion, header.correlationId, value)
  })
  const connection = await Connection.open({ network, host: '127.0.0.1', port: broker.port })
  opened.push(broker, connection)
  return { connection, seen }
}

const newestOf = (name: string): number =>
  [...apiByKey.values()].find((api) => api.name === name)?.maxStableVersion ?? -1

describe('topics', () => {
  test('are created with counts, or with replicas by partition', async () => {
    const { connection, seen } = await connectTo({
      CreateTopics: { topics: [{ name: 't', topicId, numPartitions: 3, replicationFactor: 1 }] },
    })
    const created = await createTopic(connection, 't', { partitions: 3, configs: { 'retention.ms': '1' } })
    expect(created).toEqual({ name: 't', topicId, partitions: 3, replicationFactor: 1 })
    await createTopic(connection, 't', { assignments: [[1], [2]] })
    expect(seen.map(({ request }) => request.topics[0])).toEqual([
      {
        name: 't',
        numPartitions: 3,
        replicationFactor: -1,
        assignments: [],
        configs: [{ name: 'retention.ms', value: '1' }],
      },
      {
        name: 't',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [
          { partitionIndex: 0, brokerIds: [1] },
          { partitionIndex: 1, brokerIds: [2] },
        ],
        configs: [],
      },
    ])
  })

  test('are created by whoever may not describe their configs, and is told no counts', async () => {
    const unauthorized = { topicConfigErrorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, configs: null }
    const { connection } = await connectTo({
      CreateTopics: {
        topics: [{ name: 't', topicId, ...unauthorized, numPartitions: -1, replicationFactor: -1 }],
      },
    })
    const created = await createTopic(connection, 't', { partitions: 3 })
    expect(created).toEqual({ name: 't', topicId, partitions: null, replicationFactor: null })
  })

  test('that are refused throw the broker’s error with its message', async () => {
    const { connection } = await connectTo({
      CreateTopics: { topics: [{ name: 't', errorCode: 36, errorMessage: 'there already' }] },
    })
    const error = await createTopic(connection, 't').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(KafkaError)
    expect(error).toMatchObject({ code: 36, message: 'TOPIC_ALREADY_EXISTS (36): there already' })
  })

  test.each([
    [5, { topicNames: ['a', 'b'] }],
    [6, { topics: [{ name: 'a' }, { name: 'b' }] }],
  ])('are deleted by name in version %i', async (version, expected) => {
    const { connection, seen } = await connectTo({}, { DeleteTopics: version })
    await deleteTopics(connection, ['a', 'b'])
    expect(seen[0]).toMatchObject({ api: 'DeleteTopics', version, request: expected })
  })

  test('that nobody knows have no id', async () => {
    const { connection } = await connectTo({ Metadata: { topics: [{ name: 't', errorCode: 3 }] } })
    await expect(topicIdOf(connection, 't')).rejects.toMatchObject({
      code: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    })
  })

  test('have configs, which are set and taken back', async () => {
    const { connection, seen } = await connectTo({
      DescribeConfigs: { results: [{ configs: [{ name: 'retention.ms', value: '1' }] }] },
    })
    expect(await describeConfigs(connection, 2, 't')).toEqual(new Map([['retention.ms', '1']]))
    await alterConfigs(connection, 2, 't', { a: '1', b: null })
    expect(seen[1]?.request.resources[0].configs).toEqual([
      { name: 'a', configOperation: 0, value: '1' },
      { name: 'b', configOperation: 1, value: null },
    ])
  })
})

describe('produce', () => {
  const accepted = {
    responses: [{ name: 't', topicId, partitionResponses: [{ baseOffset: 41, logStartOffset: 7 }] }],
  }

  test.each([
    [3, { name: 't' }],
    [12, { name: 't' }],
    [13, { topicId }],
  ])('names the topic as version %i wants it and sends one batch', async (version, name) => {
    const { connection, seen } = await connectTo({ Produce: accepted }, { Produce: version })
    const produced = await produce(connection, 't', 2, [{ key: 'k', value: 'v' }], { timestamp: 5, codec: 1 })
    expect(produced.baseOffset).toBe(41)
    const { request } = seen.at(-1) as Seen
    expect(request).toMatchObject({ acks: -1, topicData: [{ ...name, partitionData: [{ index: 2 }] }] })
    const [record] = readRecords(request.topicData[0].partitionData[0].records)
    expect(record).toMatchObject({ offset: 0, timestamp: 5, key: Buffer.from('k'), value: Buffer.from('v') })
  })

  test('throws what the broker refuses; produceBatches gives it', async () => {
    const { connection } = await connectTo({
      Produce: { responses: [{ topicId, partitionResponses: [{ errorCode: 2, errorMessage: 'broken' }] }] },
    })
    await expect(produce(connection, 't', 0, [{}])).rejects.toThrow('CORRUPT_MESSAGE (2): broken')
    expect(await produceBatches(connection, 't', 0, Buffer.alloc(3))).toMatchObject({ errorCode: 2 })
  })

  test('gets producer ids', async () => {
    const { connection, seen } = await connectTo({ InitProducerId: { producerId: 1000, producerEpoch: 0 } })
    expect(await initProducerId(connection)).toEqual({ producerId: 1000, producerEpoch: 0 })
    expect(seen[0]).toMatchObject({ version: newestOf('InitProducerId'), request: { transactionalId: null } })
  })
})

describe('fetch', () => {
  const batches = Buffer.concat([
    buildBatchSync({ baseOffset: 5, records: [{ value: 'a' }, { value: 'b' }] }),
    controlBatch([{ type: ControlRecordType.commit, value: Buffer.alloc(6) }], { baseOffset: 7 }),
    buildBatchSync({ baseOffset: 8, records: [{ value: 'c' }] }),
  ])
  // A broker may cut the last batch off.
  const records = Buffer.concat([batches, batches.subarray(0, 50)])
  const answer = { responses: [{ topic: 't', topicId, partitions: [{ highWatermark: 9, records }] }] }

  test.each([
    [4, { topic: 't' }],
    [12, { topic: 't' }],
    [18, { topicId }],
  ])(
    'in version %i gives records from the offset on, no control records and none cut off',
    async (version, name) => {
      const { connection, seen } = await connectTo({ Fetch: answer }, { Fetch: version })
      const fetched = await fetchRecords(connection, 't', 0, 6)
      expect(fetched.map(({ offset, value }) => [offset, value?.toString()])).toEqual([
        [6, 'b'],
        [8, 'c'],
      ])
      expect(seen.at(-1)).toMatchObject({
        version,
        request: { topics: [{ ...name, partitions: [{ fetchOffset: 6 }] }] },
      })
    },
  )

  test('throws what the broker refuses; fetchPartition gives it', async () => {
    const { connection } = await connectTo({
      Fetch: { responses: [{ topicId, partitions: [{ errorCode: 1 }] }] },
    })
    await expect(fetchRecords(connection, 't', 0, 99)).rejects.toMatchObject({ code: 1 })
    expect((await fetchPartition(connection, 't', 0, 99)).errorCode).toBe(1)
  })

  test('finds offsets by time', async () => {
    const { connection, seen } = await connectTo({
      ListOffsets: { topics: [{ name: 't', partitions: [{ offset: 3, timestamp: 77, leaderEpoch: 1 }] }] },
    })
    expect(await listOffset(connection, 't', 0, 70)).toEqual({ offset: 3, timestamp: 77, leaderEpoch: 1 })
    expect(seen[0]?.request.topics[0].partitions[0].timestamp).toBe(70)
  })
})

describe('groups', () => {
  test.each([
    [9, 7],
    [10, 10],
  ])('keep offsets, committed in version %i and read in version %i', async (commitVersion, fetchVersion) => {
    const partitions = [{ committedOffset: 12, committedLeaderEpoch: 3, metadata: 'note' }]
    const topics = [fetchVersion >= 10 ? { topicId, partitions } : { name: 't', partitions }]
    const { connection, seen } = await connectTo(
      { OffsetFetch: fetchVersion >= 8 ? { groups: [{ groupId: 'g', topics }] } : { topics } },
      { OffsetCommit: commitVersion, OffsetFetch: fetchVersion },
    )
    await commitOffset(connection, 'g', 't', 0, 12, { metadata: 'note' })
    const commit = seen.find(({ api }) => api === 'OffsetCommit')
    expect(commit?.request.topics[0]).toMatchObject({
      ...(commitVersion >= 10 ? { topicId } : { name: 't' }),
      partitions: [{ committedOffset: 12, committedMetadata: 'note' }],
    })
    expect(await committedOffset(connection, 'g', 't', 0)).toEqual({
      offset: 12,
      leaderEpoch: 3,
      metadata: 'note',
    })
  })

  test('throw what a coordinator refuses', async () => {
    const { connection } = await connectTo({
      OffsetCommit: { topics: [{ topicId, partitions: [{ errorCode: 22 }] }] },
      OffsetFetch: { groups: [{ groupId: 'g', errorCode: 16 }] },
    })
    await expect(commitOffset(connection, 'g', 't', 0, 1)).rejects.toMatchObject({ code: 22 })
    await expect(committedOffset(connection, 'g', 't', 0)).rejects.toMatchObject({ code: 16 })
  })
})
