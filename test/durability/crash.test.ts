import {
  commitOffset,
  committedOffset,
  Connection,
  createTopic,
  describeConfigs,
  describeTopics,
  fetchRecords,
  KafkaError,
  listOffset,
  OffsetSpec,
  throwOnError,
} from '@sluice/client'
import { seededRandom, systemNetwork } from '@sluice/effects'
import { ConfigResourceType, ErrorCode, FindCoordinator, type Int64 } from '@sluice/wire'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildNode, type ChildNode, startNode } from './child-node.ts'
import { IdempotentProducer, newProducerId, numberOf, PlainProducer } from './producers.ts'

// Kill -9 at random moments of heavy produce, and what is there afterwards. A failure is a seed:
//   SLUICE_CRASH_SEED=n [SLUICE_CRASH_ROUNDS=m] npx vitest run test/durability/crash.test.ts

const seed = Number(process.env.SLUICE_CRASH_SEED ?? Date.now() % 1_000_000)
const rounds = Number(process.env.SLUICE_CRASH_ROUNDS ?? 3)
const segmentBytes = 1_048_576
const properties = {
  'default.replication.factor': '1',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '3',
  'group.initial.rebalance.delay.ms': '0',
}

let directory: string
let node: ChildNode | null = null
let connections: Connection[] = []

beforeAll(buildNode)

afterEach(async () => {
  await node?.kill()
  node = null
  rmSync(directory, { recursive: true, force: true })
})

async function open(): Promise<Connection> {
  const connection = await Connection.open({
    network: systemNetwork(),
    host: '127.0.0.1',
    port: node?.port as number,
  })
  connections.push(connection)
  return connection
}

/** Asks again while the node has not taken up its roles after a start. */
async function settled<T>(attempt: () => Promise<T>): Promise<T> {
  const passing: readonly number[] = [
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ErrorCode.UNKNOWN_TOPIC_ID,
    ErrorCode.NOT_LEADER_OR_FOLLOWER,
    ErrorCode.LEADER_NOT_AVAILABLE,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ]
  const end = performance.now() + 10_000
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof KafkaError) || !passing.includes(error.code) || performance.now() > end)
        throw error
    }
  }
}

async function led(connection: Connection, topic: string, partitions: number): Promise<void> {
  for (let partition = 0; partition < partitions; partition++)
    await settled(() => listOffset(connection, topic, partition, OffsetSpec.latest))
}

/** Has the offsets topic made. */
async function findCoordinator(connection: Connection): Promise<void> {
  const { coordinators } = await connection.request(FindCoordinator, {
    keyType: 0,
    coordinatorKeys: ['group'],
  })
  throwOnError(coordinators[0]?.errorCode as number)
}

/** What has records, of these. */
const torn = /^(plain-0|idempotent-1|__consumer_offsets-\d+)$/
const volume = () => join(directory, 'broker-1', 'volume-1')

/** What a power cut leaves where a kill does not: a batch that has come to the disk in part. */
function tear(partition: string, bytes: number): void {
  const log = join(volume(), partition)
  const newest = readdirSync(log)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .at(-1) as string
  const content = readFileSync(join(log, newest))
  appendFileSync(join(log, newest), content.subarray(0, Math.min(bytes, content.length - 1)))
}

async function numbersIn(
  connection: Connection,
  topic: string,
  partition: number,
): Promise<Map<number, number>> {
  const numbers = new Map<number, number>()
  const end = Number((await listOffset(connection, topic, partition, OffsetSpec.latest)).offset)
  for (let offset = 0; offset < end; ) {
    const records = await fetchRecords(connection, topic, partition, offset, { partitionMaxBytes: 8_000_000 })
    expect(records.length, `${topic}-${partition} at ${offset} of ${end}`).toBeGreaterThan(0)
    for (const record of records) numbers.set(record.offset, numberOf(record.value))
    offset = (records.at(-1)?.offset as number) + 1
  }
  expect([...numbers.keys()], 'every offset once').toEqual(Array.from({ length: end }, (_, offset) => offset))
  return numbers
}

/** Commits rising offsets until the node is gone; gives the last that was acknowledged, and the last sent. */
async function commitOffsets(
  connection: Connection,
  from: number,
): Promise<{ acknowledged: number; sent: number }> {
  let acknowledged = from
  let sent = from
  for (;;) {
    try {
      sent = acknowledged + 1
      await settled(() => commitOffset(connection, 'group', 'plain', 0, sent, { metadata: `at ${sent}` }))
      acknowledged = sent
    } catch (error) {
      if (error instanceof KafkaError) throw error
      return { acknowledged, sent }
    }
  }
}

interface Kind {
  name: string
  inFlightMax: number
  properties: Record<string, string>
}

const kinds: Kind[] = [
  { name: 'with five batches in flight', inFlightMax: 5, properties: {} },
  {
    // A recovery that begins in the middle knows the last batch of a producer only, as on Apache Kafka.
    name: 'with checkpoints that move all the time',
    inFlightMax: 1,
    properties: { 'log.flush.offset.checkpoint.interval.ms': '20', 'log.flush.scheduler.interval.ms': '50' },
  },
]

describe('a node that is killed during produce', { timeout: 30_000 + rounds * 10_000 }, () => {
  it.each(kinds)('has every acknowledged record once, in order: $name', async (kind) => {
    console.log(`crash seed ${seed}`)
    const random = seededRandom(seed)
    directory = mkdtempSync(join(tmpdir(), 'sluice-crash-'))
    const nodeProperties = { ...properties, ...kind.properties }
    node = await startNode(directory, nodeProperties)
    const admin = await open()
    await settled(() => findCoordinator(admin))
    const configs = { 'segment.bytes': String(segmentBytes), 'index.interval.bytes': '512' }
    const plainTopic = await createTopic(admin, 'plain', { partitions: 3, configs })
    const idempotentTopic = await createTopic(admin, 'idempotent', { partitions: 2, configs })
    const acks = [1, -1, -1] as const
    const plain = acks.map(
      (each, partition) => new PlainProducer({ ...plainTopic, topic: 'plain', partition, acks: each }),
    )
    const idempotent = [0, 1].map(
      (partition) =>
        new IdempotentProducer({
          ...idempotentTopic,
          topic: 'idempotent',
          partition,
          inFlightMax: kind.inFlightMax,
        }),
    )
    let committed = { acknowledged: 0, sent: 0 }
    const producerIds: Int64[] = []

    for (let round = 0; round < rounds; round++) {
      const connection = await open()
      await led(connection, 'plain', 3)
      await led(connection, 'idempotent', 2)
      if (round > 0) {
        const { offset, metadata } = await settled(() => committedOffset(connection, 'group', 'plain', 0))
        expect([committed.acknowledged, committed.sent]).toContain(offset)
        expect(metadata).toBe(`at ${offset}`)
        committed.acknowledged = Number(offset)
      }
      await createTopic(connection, `round-${round}`, {
        partitions: 1,
        configs: { 'retention.ms': String(1_000 + round) },
      })
      for (let each = 0; each < 3; each++) producerIds.push((await newProducerId(connection)).producerId)
      const producers = [...plain, ...idempotent]
      const ways: Connection[] = []
      // All of them before the first one produces: a kill is to meet records, not a connection that is being made.
      for (let each = 0; each <= producers.length; each++) ways.push(await open())
      for (const producer of idempotent) await producer.begin(connection)
      const commits = commitOffsets(ways.pop() as Connection, committed.acknowledged)
      const runs = producers.map((producer) => producer.run(ways.pop() as Connection))
      await new Promise((resolve) => setTimeout(resolve, 150 + random.int(500)))
      await node.kill()
      await Promise.all(runs)
      committed = await commits
      for (const partition of readdirSync(volume()).filter((name) => torn.test(name)))
        tear(partition, random.int(200))
      for (const each of connections.splice(0)) await each.close()
      node = await startNode(directory, nodeProperties)
    }

    const connection = await open()
    await led(connection, 'plain', 3)
    await led(connection, 'idempotent', 2)
    for (const [partition, producer] of plain.entries()) {
      const numbers = await numbersIn(connection, 'plain', partition)
      expect(producer.acknowledged.size).toBeGreaterThan(0)
      for (const [offset, number] of producer.acknowledged) expect(numbers.get(offset)).toBe(number)
      const order = [...numbers.values()]
      expect(order.every((number, index) => index === 0 || number > (order[index - 1] as number))).toBe(true)
    }
    for (const [partition, producer] of idempotent.entries()) {
      const numbers = [...(await numbersIn(connection, 'idempotent', partition)).values()]
      expect(numbers.length).toBeGreaterThanOrEqual(producer.acknowledged)
      expect(numbers).toEqual(numbers.map((_, index) => index))
    }
    expect(new Set(producerIds).size).toBe(producerIds.length)
    const { topics } = await describeTopics(connection)
    for (let round = 0; round < rounds; round++) {
      expect(topics.map(({ name }) => name)).toContain(`round-${round}`)
      const roundConfigs = await describeConfigs(connection, ConfigResourceType.topic, `round-${round}`)
      expect(roundConfigs.get('retention.ms')).toBe(String(1_000 + round))
    }
    for (const each of connections.splice(0)) await each.close()
  })
})
