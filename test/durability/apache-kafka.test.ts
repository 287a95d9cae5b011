import {
  commitOffset,
  committedOffset,
  Connection,
  createTopic,
  describeConfigs,
  fetchRecords,
  KafkaError,
  listOffset,
  OffsetSpec,
  produce,
  throwOnError,
} from '@sluice/client'
import { systemNetwork } from '@sluice/effects'
import { ConfigResourceType, DeleteRecords, FindCoordinator, type Int64 } from '@sluice/wire'
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dumpLog, serverClassPath, startApacheKafka, toolsClassPath } from './apache-kafka.ts'
import { buildNode, type ChildNode, startNode } from './child-node.ts'
import { newProducerId } from './producers.ts'

// Law 0, judged by Apache Kafka itself: its tools read our files, its nodes go on with our directories, and we go on
// with theirs. Needs Java and, in SLUICE_KAFKA_TOOLS_CLASSPATH and SLUICE_KAFKA_SERVER_CLASSPATH, Kafka's jars.

if (!toolsClassPath || !serverClassPath)
  console.log('Apache Kafka does not judge our files here: SLUICE_KAFKA_{TOOLS,SERVER}_CLASSPATH are not set')

const properties = { 'default.replication.factor': '1', 'offsets.topic.replication.factor': '1' }
const codecs = [0, 1, 2, 3, 4]
const configs = { 'segment.bytes': '1048576', 'index.interval.bytes': '0' }
const batches = 40

let directory: string
let killed: string
let handedOver: string
let node: ChildNode | null = null
/** Of the idempotent producer, which goes on over all nodes. */
let producer: { producerId: Int64; producerEpoch: number }
let sequence = 0

function open(port: number): Promise<Connection> {
  return Connection.open({ network: systemNetwork(), host: '127.0.0.1', port })
}

/** Until roles are taken up after a start. */
async function settled<T>(attempt: () => Promise<T>): Promise<T> {
  for (const end = performance.now() + 30_000; ; ) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof KafkaError) || performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

const batch = (size: number) =>
  Array.from({ length: 10 }, (_, index) => ({ key: `k${index}`, value: randomText(size) }))

function randomText(size: number): string {
  let text = ''
  while (text.length < size) text += Math.random().toString(36)
  return text.slice(0, size)
}

async function fill(connection: Connection): Promise<void> {
  for (let index = 0; index < batches; index++) {
    const timestamp = Date.now()
    await produce(connection, 'idempotent', 0, batch(4_000), {
      timestamp,
      ...producer,
      baseSequence: sequence,
    })
    sequence += 10
    await produce(connection, 'mixed', 0, batch(1_000), { timestamp, codec: codecs[index % 5] as number })
    await produce(connection, 'to-zstd', 0, batch(3_000), { timestamp, codec: codecs[index % 5] as number })
    await produce(connection, 'stamped', 0, batch(3_000), { timestamp: index })
  }
}

async function prepare(connection: Connection): Promise<void> {
  await settled(async () => {
    const { coordinators } = await connection.request(FindCoordinator, {
      keyType: 0,
      coordinatorKeys: ['group'],
    })
    throwOnError(coordinators[0]?.errorCode as number)
  })
  await createTopic(connection, 'idempotent', { partitions: 1, configs })
  await createTopic(connection, 'mixed', { partitions: 1, configs })
  await createTopic(connection, 'to-zstd', {
    partitions: 1,
    configs: { ...configs, 'compression.type': 'zstd' },
  })
  await createTopic(connection, 'stamped', {
    partitions: 1,
    configs: { ...configs, 'message.timestamp.type': 'LogAppendTime' },
  })
  producer = await newProducerId(connection)
  await fill(connection)
  for (let offset = 1; offset <= 5; offset++)
    await settled(() => commitOffset(connection, 'group', 'mixed', 0, offset))
  await connection.request(DeleteRecords, {
    topics: [{ name: 'stamped', partitions: [{ partitionIndex: 0, offset: 33 }] }],
    timeoutMs: 10_000,
  })
}

/** Everything is there, as whoever served it before has left it. */
async function expectAll(connection: Connection, counts: number, stampedStart = 33): Promise<void> {
  for (const topic of ['idempotent', 'mixed', 'to-zstd', 'stamped']) {
    const { offset: end } = await settled(() => listOffset(connection, topic, 0, OffsetSpec.latest))
    expect(end, topic).toBe(counts)
    const { offset: start } = await listOffset(connection, topic, 0, OffsetSpec.earliest)
    expect(start, topic).toBe(topic === 'stamped' ? stampedStart : 0)
    let count = Number(start)
    while (count < end) count += (await fetchRecords(connection, topic, 0, count)).length
    expect(count, topic).toBe(end)
  }
  const zstd = await describeConfigs(connection, ConfigResourceType.topic, 'to-zstd')
  expect(zstd.get('compression.type')).toBe('zstd')
}

function filesIn(under: string, wanted: (path: string) => boolean): string[] {
  return readdirSync(under, { recursive: true })
    .map((name) => join(under, String(name)))
    .filter((path) => statSync(path).isFile() && statSync(path).size > 0 && wanted(path))
    .sort()
}

describe.skipIf(!toolsClassPath || !serverClassPath)('Apache Kafka', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    await buildNode()
    directory = mkdtempSync(join(tmpdir(), 'sluice-oracle-'))
    node = await startNode(join(directory, 'stopped'), properties)
    const connection = await open(node.port)
    await prepare(connection)
    await connection.close()
    killed = join(directory, 'killed')
    cpSync(join(directory, 'stopped'), killed, { recursive: true })
    await node.stop()
    node = null
    handedOver = join(directory, 'handed-over')
    cpSync(join(directory, 'stopped'), handedOver, { recursive: true })
  })

  afterAll(async () => {
    await node?.kill()
    rmSync(directory, { recursive: true, force: true })
  })

  it.each(['stopped', 'killed'])('reads every file of a %s node without complaint', async (state) => {
    const broker = join(directory, state, 'broker-1')
    const logs = filesIn(broker, (path) => path.endsWith('.log') && !path.includes('__consumer_offsets'))
    expect(logs.length, 'segments, rolled ones too').toBeGreaterThan(4)
    const batchesRead = await dumpLog(logs, '--deep-iteration', '--print-data-log')
    expect(batchesRead.match(/isvalid: true/g)?.length).toBe(4 * batches)
    expect(batchesRead).not.toMatch(/isvalid: false|trailing|Exception|Mismatch/)
    // Where a segment begins behind 0 the tool misses its own "-1", also in Apache Kafka's files.
    const gaps = [...batchesRead.matchAll(/^ {2}(-?\d+) is followed by (\d+)$/gm)].filter(
      ([, from]) => from !== '-1',
    )
    expect(gaps).toEqual([])
    const indexes = filesIn(broker, (path) => /\.(time)?index$/.test(path))
    expect(await dumpLog(indexes, '--verify-index-only')).not.toMatch(
      /Mismatch|not found|Exception|out of order/i,
    )
    const sanity = await dumpLog(indexes, '--index-sanity-check')
    expect(sanity.match(/passed sanity check/g)?.length).toBe(indexes.length)
    const snapshots = filesIn(broker, (path) => path.endsWith('.snapshot'))
    expect(await dumpLog(snapshots)).toMatch(new RegExp(`producerId: ${producer.producerId} `))
    const offsets = filesIn(broker, (path) => path.endsWith('.log') && path.includes('__consumer_offsets'))
    expect(await dumpLog(offsets, '--offsets-decoder')).toMatch(/"group":"group","topic":"mixed".*"offset":5/)
    const metadata = filesIn(join(directory, state, 'controller'), (path) => /\.(log|checkpoint)$/.test(path))
    const records = await dumpLog(
      metadata.filter((path) => !path.includes('leader-epoch')),
      '--cluster-metadata-decoder',
    )
    expect(records).toMatch(/TOPIC_RECORD.*"name":"to-zstd"/)
    expect(records).not.toMatch(/isvalid: false|Exception|Error/)
  })

  it('goes on with the directories of a stopped cluster, and the engine with them afterwards', async () => {
    const kafka = await startApacheKafka(handedOver)
    try {
      const connection = await open(kafka.port)
      await expectAll(connection, 10 * batches)
      const { offset } = await settled(() => committedOffset(connection, 'group', 'mixed', 0))
      expect(offset).toBe(5)
      await fill(connection)
      await settled(() => commitOffset(connection, 'group', 'mixed', 0, 6))
      await createTopic(connection, 'made-by-kafka', {
        partitions: 2,
        configs: { 'retention.ms': '1234567' },
      })
      await connection.close()
    } finally {
      await kafka.stop()
    }
    node = await startNode(handedOver, properties)
    const connection = await open(node.port)
    await expectAll(connection, 20 * batches)
    expect((await settled(() => committedOffset(connection, 'group', 'mixed', 0))).offset).toBe(6)
    const made = await describeConfigs(connection, ConfigResourceType.topic, 'made-by-kafka')
    expect(made.get('retention.ms')).toBe('1234567')
    await fill(connection)
    await expectAll(connection, 30 * batches)
    await connection.close()
    await node.stop()
    node = null
  })

  it('recovers the directories of a killed cluster', async () => {
    const kafka = await startApacheKafka(killed)
    try {
      const connection = await open(kafka.port)
      // DeleteRecords lasts from the next log-start checkpoint on, as on Apache Kafka.
      await expectAll(connection, 10 * batches, 0)
      await connection.close()
    } finally {
      await kafka.stop()
    }
  })
})
