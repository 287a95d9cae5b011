import { MemoryDisk, seededRandom, silentLogger, TestClock } from '@sluice/effects'
import { batchesIn, ErrorCode, readRecords } from '@sluice/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  followed,
  led,
  ledWithFollower,
  me,
  noFetchers,
  quotasOf,
} from '../replication/testing/partition-context.ts'
import { InlineFeeds } from '../replication/inline-feeds.ts'
import { Partitions } from '../replication/partitions.ts'
import { defaultLogConfig } from '../storage/testing/default-log-config.ts'
import { LogManager } from '../storage/log-manager.ts'
import { batchOf } from '../storage/testing/log-context.ts'
import { InternalTopicLog } from './internal-topic-log.ts'

const topic = '__consumer_offsets'
const clock = new TestClock()
let disk: MemoryDisk
let partitions: Partitions
let log: InternalTopicLog

beforeEach(async () => {
  disk = new MemoryDisk(() => clock.now())
  const logs = new LogManager({
    disk,
    clock,
    logger: silentLogger,
    random: seededRandom(1),
    directory: '/volume-1',
    nodeId: me,
    clusterId: 'c2x1aWNlLWdvbGRlbi0wMQ',
    config: { long: () => 2 ** 40, double: () => 2 ** 40, boolean: () => false },
    configFor: () => defaultLogConfig,
  })
  await logs.load(new AbortController().signal)
  partitions = new Partitions({
    clock,
    disk,
    logger: silentLogger,
    brokerId: me,
    logs,
    config: { long: () => 5_000, topicInt: () => 1 },
    brokers: { isActive: () => true, aliveEpoch: () => 1, aliveRack: () => null },
    alterIsr() {},
    fetchers: noFetchers,
    feeds: new InlineFeeds(),
    quotas: quotasOf(),
    listener: { leads() {}, resigns() {}, opensLate() {} },
  })
  partitions.begin()
  partitions.apply({
    name: topic,
    id: 'chyLy7VFSqemP2m8TTSy3w',
    partitions: [led, followed, ledWithFollower],
  })
  log = new InternalTopicLog({ topic, partitions, clock, maxMessageBytes: () => 1_000 })
})

const values = () =>
  [...log.read(0)].flatMap((chunk) =>
    [...batchesIn(chunk)].flatMap(({ at }) => readRecords(chunk, at).map(({ value }) => value?.toString())),
  )

describe('an append', () => {
  it('is in the log at once, and read again from its start', async () => {
    expect(await log.append(0, batchOf(1, { value: 'first' }))).toBe(ErrorCode.NONE)
    expect(await log.append(0, batchOf(2, { value: 'second' }))).toBe(ErrorCode.NONE)
    expect(values()).toHaveLength(3)
    expect(values()[0]).toContain('first')
  })

  it('waits for the replicas in sync, while a load already reads it', async () => {
    const outcome = log.append(2, batchOf(1))
    let isCommitted = false
    void outcome.then(() => (isCommitted = true))
    await clock.advance(60_000)
    expect(isCommitted).toBe(false)
    expect([...log.read(2)]).toHaveLength(1)
    partitions.close({ clean: false })
    expect(await outcome).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
  })

  it('answers with the code of its refusal', async () => {
    expect(await log.append(1, batchOf(1))).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(await log.append(9, batchOf(1))).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    const large = batchOf(1, { value: 'x'.repeat(2_000_000) })
    expect(await log.append(0, large)).toBe(ErrorCode.MESSAGE_TOO_LARGE)
  })
})

it('reads nothing of a partition that is not here', () => {
  expect([...log.read(9)]).toEqual([])
})
