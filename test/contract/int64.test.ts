import { rmSync } from 'node:fs'
import {
  type Api,
  apis,
  ApiVersions,
  CreateDelegationToken,
  DeleteRecords,
  DescribeProducers,
  ErrorCode,
  ExpireDelegationToken,
  Fetch,
  InitProducerId,
  Int64,
  inVersions,
  ListOffsets,
  OffsetCommit,
  OffsetFetch,
  RenewDelegationToken,
  type StructShape,
  toInt64,
  type TypeShape,
  AddPartitionsToTxn,
  AddOffsetsToTxn,
  EndTxn,
  WriteTxnMarkers,
  TxnOffsetCommit,
  ListTransactions,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canStartBrokers, type Engine, start, temporaryDirectory } from './engine.ts'
import {
  batch,
  createTopic,
  eventually,
  fetch,
  fetchRequest,
  produce,
  recordsIn,
  type Topic,
  uniqueName,
  untilCoordinated,
  untilLed,
  versionsOf,
} from './fixture.ts'
import { Peer } from './peer.ts'

// An int64 of the protocol has 64 bits, wherever it stands: what goes in comes out, and is compared as what it is.

const nanoseconds = 1_785_000_000_123_456_789n
const edges: readonly Int64[] = [
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  2n ** 62n,
  -(2n ** 62n),
  nanoseconds,
  Int64.MAX,
  Int64.MIN,
].map(toInt64)
const wide = [2n ** 53n, 2n ** 53n + 1n, nanoseconds, Int64.MAX].map(toInt64)

/** A valid request of each API that has an int64 in its request; the partition has one record. */
const requests: readonly {
  api: Api
  valid: (topic: Topic, group: string, version: number) => unknown
  /** Where not every version is served here. */
  max?: number
}[] = [
  { api: Fetch, valid: (topic, _, version) => fetchRequest(topic, { version }) },
  { api: ListOffsets, valid: (topic) => listOffsets(topic, 0) },
  { api: OffsetCommit, valid: (topic, group) => offsetCommit(topic, group, 1) },
  { api: DeleteRecords, valid: (topic) => deleteRecords(topic, 0) },
  { api: InitProducerId, valid: () => ({ transactionalId: null, transactionTimeoutMs: 1000 }) },
  { api: AddPartitionsToTxn, valid: (topic, _, version) => addPartitions(topic, version) },
  { api: AddOffsetsToTxn, valid: (_, group) => ({ ...ofNobody, groupId: group }) },
  { api: EndTxn, valid: () => ({ ...ofNobody, committed: false }) },
  { api: WriteTxnMarkers, valid: () => ({ markers: [marker] }) },
  { api: TxnOffsetCommit, valid: (topic, group) => ({ ...offsetCommit(topic, group, 1), ...ofNobody }) },
  // Answered without a look at it: nobody in particular has no tokens.
  { api: CreateDelegationToken, valid: () => ({ renewers: [], maxLifetimeMs: -1 }) },
  { api: RenewDelegationToken, valid: () => ({ hmac: Buffer.alloc(64), renewPeriodMs: -1 }) },
  { api: ExpireDelegationToken, valid: () => ({ hmac: Buffer.alloc(64), expiryTimePeriodMs: 1 }) },
  { api: ListTransactions, valid: () => ({ stateFilters: ['Dead'], producerIdFilters: [1] }), max: 1 },
]

/** A transactional id that nobody has begun with. */
const ofNobody = { transactionalId: 'nobody', producerId: 1, producerEpoch: 0 }
const marker = {
  producerId: 1,
  producerEpoch: 0,
  transactionResult: false,
  coordinatorEpoch: 0,
  topics: [{ name: 'nowhere', partitionIndexes: [0] }],
}

function addPartitions({ name }: Topic, version: number) {
  const topics = [{ name, partitions: [0] }]
  if (version >= 4) return { transactions: [{ ...ofNobody, topics }] }
  return {
    v3AndBelowTransactionalId: 'nobody',
    v3AndBelowProducerId: 1,
    v3AndBelowProducerEpoch: 0,
    v3AndBelowTopics: topics,
  }
}

function listOffsets({ name }: Topic, timestamp: Int64) {
  return { replicaId: -1, topics: [{ name, partitions: [{ partitionIndex: 0, timestamp }] }] }
}

function offsetCommit({ name, id: topicId }: Topic, groupId: string, committedOffset: Int64) {
  const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: '' }]
  return { groupId, topics: [{ name, topicId, partitions }] }
}

function deleteRecords({ name }: Topic, offset: Int64) {
  return { timeoutMs: 5000, topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }] }
}

type Path = readonly string[]

/** Where the int64s of a request stand in a version; of a list, in its first element. */
function int64Paths(type: TypeShape, version: number, path: Path = []): Path[] {
  if (type.kind === 'int64') return [path]
  if (type.kind === 'array') return int64Paths(type.element, version, [...path, '0'])
  return type.kind === 'struct' ? fieldPaths(type, version, path) : []
}

function fieldPaths({ fields }: StructShape, version: number, path: Path): Path[] {
  return fields
    .filter(({ versions }) => inVersions(versions, version))
    .flatMap(({ name, type }) => int64Paths(type, version, [...path, name]))
}

/** A copy with another value at the path; what lacks on the way to it is made. */
function withValue(value: unknown, [head, ...rest]: Path, int64: Int64): unknown {
  if (head === undefined) return int64
  if (Array.isArray(value)) return [withValue(value[0], rest, int64), ...value.slice(1)]
  const fields = (value ?? {}) as Record<string, unknown>
  return { ...fields, [head]: withValue(fields[head], rest, int64) }
}

describe('an int64', () => {
  let engine: Engine
  let peer: Peer
  let group: string
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
    group = uniqueName('group')
    await untilCoordinated(peer, group)
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  it('is tried in every API that has one', async () => {
    const { apiKeys } = await peer.send(ApiVersions, 3, {
      clientSoftwareName: 'contract',
      clientSoftwareVersion: '1',
    })
    // What Apache Kafka serves beyond ours has its turn when ours does.
    const { handlers } = await import('@sluice/engine')
    const served = apis.filter(
      ({ apiKey }) => handlers.has(apiKey) && apiKeys.some((api) => api.apiKey === apiKey),
    )
    const withInt64 = served.filter(({ request, maxStableVersion }) =>
      versionsOf({ ...request, maxStableVersion } as never).some(
        (version) => int64Paths(request.shape, version).length > 0,
      ),
    )
    expect(withInt64.map(({ name }) => name)).toEqual(requests.map(({ api }) => api.name))
  })

  const cases = requests.flatMap(({ api, valid, max = Infinity }) =>
    versionsOf(api)
      .filter((version) => version <= max)
      .flatMap((version) =>
        int64Paths(api.request.shape, version).map((path) => ({
          name: `${api.name} ${version}: ${path.join('.')}`,
          api,
          version,
          path,
          valid,
        })),
      ),
  )
  it.each(cases)('goes in as $name, and the connection goes on', async ({ api, version, path, valid }) => {
    const topic = await createTopic(peer)
    await produce(peer, topic, batch(['one']))
    for (const edge of edges)
      await peer.send(api, version, withValue(valid(topic, group, version), path, edge))
    expect((await produce(peer, topic, batch(['two']))).baseOffset).toBe(1)
  })

  it('that is an offset out of range is told so', async () => {
    const topic = await createTopic(peer)
    await produce(peer, topic, batch(['one']))
    for (const edge of edges) {
      const fetched = await peer.send(
        Fetch,
        12,
        withValue(fetchRequest(topic), ['topics', '0', 'partitions', '0', 'fetchOffset'], edge) as never,
      )
      expect(fetched.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE)
      const deleted = await peer.send(DeleteRecords, 2, deleteRecords(topic, edge))
      expect(deleted.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE)
    }
  })

  it.each(versionsOf(OffsetCommit))('comes back as it was committed, version %i', async (version) => {
    const topic = await createTopic(peer)
    for (const edge of [...wide, Number.MAX_SAFE_INTEGER]) {
      const committed = await peer.send(OffsetCommit, version, offsetCommit(topic, group, edge))
      expect(committed.topics[0]?.partitions[0]?.errorCode).toBe(0)
      expect(await committedOffset(peer, topic, group)).toBe(edge)
    }
  })

  it.each([2, 3, 4])('may be how long a commit is kept, version %i', async (version) => {
    const topic = await createTopic(peer)
    const request = { ...offsetCommit(topic, group, 5), retentionTimeMs: Int64.MAX }
    const { topics } = await peer.send(OffsetCommit, version, request)
    expect(topics[0]?.partitions[0]?.errorCode).toBe(0)
  })

  it.each(['', 'gzip', 'zstd'])('comes back as the timestamp of a record, compression %j', async (type) => {
    const topic = await timedTopic(peer, type === '' ? {} : { 'compression.type': type })
    await expectTimes(peer, topic)
  })

  it('tells producers apart', async () => {
    const topic = await createTopic(peer, { configs: { 'message.timestamp.after.max.ms': `${Int64.MAX}` } })
    await produceByWide(peer, topic)
    await expectProducers(peer, topic)
    const [first, second] = wide
    const again = batch(['again'], {
      producerId: first ?? 0,
      producerEpoch: 0,
      baseSequence: 0,
      timestamp: 0,
    })
    expect((await produce(peer, topic, again)).baseOffset).toBe(0)
    const gap = batch(['gap'], { producerId: second ?? 0, producerEpoch: 0, baseSequence: 2, timestamp: 0 })
    expect((await produce(peer, topic, gap)).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
  })
})

/** Apache Kafka takes seconds to start, and this starts it twice. */
const restartsMsMax = 120_000

describe.skipIf(!canStartBrokers)('an int64, after a restart', () => {
  it.each(['stop', 'kill'] as const)(
    '(%s) is what it was: times, producers, commits',
    async (end) => {
      const directory = temporaryDirectory()
      try {
        const first = await start({ directory })
        const before = await Peer.open(first.bootstrap)
        const topic = await timedTopic(before, { 'segment.bytes': '1048576' })
        await produceByWide(before, topic)
        await untilCoordinated(before, 'kept')
        const committed = await before.send(OffsetCommit, 8, offsetCommit(topic, 'kept', wide[1] ?? 0))
        expect(committed.topics[0]?.partitions[0]?.errorCode).toBe(0)
        before.close()
        await first[end]()

        const second = await start({ directory })
        const after = await Peer.open(second.bootstrap)
        await untilLed(after, topic.name)
        await expectTimes(after, topic)
        await expectProducers(after, topic)
        await untilCoordinated(after, 'kept')
        expect(await committedOffset(after, topic, 'kept')).toBe(wide[1])
        after.close()
        await second.stop()
      } finally {
        rmSync(directory, { recursive: true, force: true })
      }
    },
    restartsMsMax,
  )
})

async function committedOffset(peer: Peer, { name }: Topic, groupId: string): Promise<Int64 | undefined> {
  const { groups } = await peer.send(OffsetFetch, 8, {
    groups: [{ groupId, topics: [{ name, partitionIndexes: [0] }] }],
  })
  return groups[0]?.topics[0]?.partitions[0]?.committedOffset
}

/** A batch for each of the wide values, which is the timestamp of its record. */
async function timedTopic(peer: Peer, configs: Record<string, string>): Promise<Topic> {
  const topic = await createTopic(peer, {
    configs: { ...configs, 'message.timestamp.after.max.ms': `${Int64.MAX}` },
  })
  for (const timestamp of wide)
    expect((await produce(peer, topic, batch([{ value: 'v', timestamp }]))).errorCode).toBe(0)
  return topic
}

async function expectTimes(peer: Peer, topic: Topic): Promise<void> {
  for (const [offset, timestamp] of wide.entries()) {
    // A segment each, for they are so far apart.
    const { records } = await fetch(peer, topic, { offset })
    expect((await recordsIn(records))[0]).toMatchObject({ offset, timestamp })
    expect(await lookUp(peer, topic, timestamp)).toMatchObject({ errorCode: 0, offset, timestamp })
  }
  expect(await lookUp(peer, topic, toInt64(nanoseconds + 1n))).toMatchObject({ offset: wide.length - 1 })
  expect(await lookUp(peer, topic, -3)).toMatchObject({ offset: wide.length - 1, timestamp: Int64.MAX })
}

async function lookUp(peer: Peer, topic: Topic, timestamp: Int64) {
  const { topics } = await peer.send(ListOffsets, 7, listOffsets(topic, timestamp))
  return topics[0]?.partitions[0]
}

/** One batch by a producer for each of the wide values. */
async function produceByWide(peer: Peer, topic: Topic): Promise<void> {
  for (const producerId of wide) {
    const records = batch(['v'], { producerId, producerEpoch: 0, baseSequence: 0, timestamp: producerId })
    expect((await produce(peer, topic, records)).errorCode).toBe(0)
  }
}

async function expectProducers(peer: Peer, { name }: Topic): Promise<void> {
  const producers = await eventually(async () => {
    const { topics } = await peer.send(DescribeProducers, 0, { topics: [{ name, partitionIndexes: [0] }] })
    const active = topics[0]?.partitions[0]?.activeProducers
    return active?.length === wide.length ? active : undefined
  })
  const told = producers.map(({ producerId, lastTimestamp }) => [producerId, lastTimestamp])
  expect(new Map(told as [Int64, Int64][])).toEqual(new Map(wide.map((value) => [value, value])))
}
