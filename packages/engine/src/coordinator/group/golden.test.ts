import { readFileSync } from 'node:fs'
import { TestClock } from '@sluice/effects'
import { batchesIn, buildBatchSync, ErrorCode, readRecords, RecordBatch, zeroUuid } from '@sluice/wire'
import { expect, test } from 'vitest'
import { PendingAppends } from '../pending-appends.ts'
import { groupRecordCodec, offsetCommitRecord } from './group-records.ts'
import { events, GroupLog, GroupTestContext } from './testing/group-context.ts'

const golden = readFileSync(
  new URL(
    '../../../../../test/data/kafka-messages/golden/__consumer_offsets-0/00000000000000000000.log',
    import.meta.url,
  ),
)
const batches = [...batchesIn(golden)].map(({ at, size }) => golden.subarray(at, at + size))

test('records of groups are what Apache Kafka has written, byte for byte', () => {
  let compared = 0
  for (const batch of batches) {
    if (RecordBatch.isControl(batch, 0)) continue
    for (const { key, value } of readRecords(batch)) {
      const record = groupRecordCodec.decode(key as Buffer, value)
      if (!record || record.type === 'unserved-group') continue
      expect(groupRecordCodec.encode(record)).toEqual({ key, value })
      compared++
    }
  }
  expect(compared).toBe(18)
})

test('a batch of ours is the batch of Apache Kafka, byte for byte', () => {
  for (const [index, batch] of batches.slice(0, 4).entries()) {
    const ours = buildBatchSync({
      records: readRecords(batch).map(({ key, value }) => ({ key, value })),
      timestamp: RecordBatch.baseTimestamp(batch, 0),
      baseSequence: 0,
      baseOffset: index,
      partitionLeaderEpoch: 0,
    })
    expect(ours.equals(batch)).toBe(true)
  }
})

test('a batch of a transaction is too, in all that its writer decides', async () => {
  const golden = batches.find((batch) => RecordBatch.isTransactional(batch, 0)) as Buffer
  const written: Buffer[] = []
  const appends = new PendingAppends({
    clock: new TestClock(Number(RecordBatch.baseTimestamp(golden, 0))),
    maxBatchBytes: () => 1_000_000,
    timeoutMs: 5_000,
    compression: 0,
    baseSequence: 0,
    append: async (batch) => {
      written.push(batch)
      return ErrorCode.NONE
    },
    failed() {},
    broken() {},
  })
  const records = readRecords(golden).map(({ key, value }) => ({ key: key as Buffer, value }))
  const producerId = RecordBatch.producerId(golden, 0)
  await appends.add(records, { producerId, producerEpoch: RecordBatch.producerEpoch(golden, 0) })
  // The offset and the leader's epoch are the log's; the checksum covers what comes behind.
  const ofWriter = (batch: Buffer | undefined) => batch?.subarray(RecordBatch.attributesAt)
  expect(ofWriter(written[0])).toEqual(ofWriter(golden))
})

test('the life of a group writes the records, in the batches, that Apache Kafka writes', async () => {
  const context = await GroupTestContext.start()
  const { records, batches: count } = await context.recording(async () => {
    const member = await context.joinAsNewMember({ groupId: 'classic-group' })
    await context.syncGroup(member, { [member.memberId]: 'mine' }, { groupId: 'classic-group' })
    await context.commit({
      groupId: 'classic-group',
      memberId: member.memberId,
      generationIdOrMemberEpoch: member.generationId,
      offset: 3,
    })
    await context.groups.classic.leave({
      groupId: 'classic-group',
      memberId: '',
      members: [{ memberId: member.memberId, groupInstanceId: null, reason: null }],
    })
  })
  expect(count).toBe(4)
  const goldenRecords = batches
    .slice(0, 4)
    .flatMap((batch) => readRecords(batch))
    .map(({ key, value }) => groupRecordCodec.decode(key as Buffer, value))
  expect(records.map(shape)).toEqual(goldenRecords.map(shape))
})

/** A record without what differs from run to run: ids, times and the client's own bytes. */
function shape(record: ReturnType<typeof groupRecordCodec.decode>) {
  if (record?.type === 'offset-commit')
    return { ...record, value: { ...record.value, commitTimestampMs: 'now' } }
  if (record?.type !== 'group-metadata' || !record.value) return record
  const { members, leader, ...value } = record.value
  return {
    ...record,
    value: {
      ...value,
      currentStateTimestamp: 'now',
      hasLeader: leader !== null,
      leaderIsMember: members.some(({ memberId }) => memberId === leader),
      members: members.map((member) => ({ keys: Object.keys(member), clientId: member.clientId })),
    },
  }
}

test('a log of Apache Kafka is loaded: tombstones, transactions and newer protocols included', async () => {
  const log = new GroupLog()
  // All groups hash to this partition when there is one only.
  log.batches.push({ partition: 0, batch: golden })
  const context = await GroupTestContext.start({ log, config: { 'offsets.topic.num.partitions': 1 } })
  expect(await context.state('classic-group')).toBe('Empty')
  expect(await context.fetch(events, 0, 'classic-group')).toBe(3)
  expect(await context.fetch(events, 0, 'consumer-group')).toBe(3)
  // Committed by its transaction, then deleted.
  expect(await context.fetch(events, 0, 'tx-group')).toBe(-1)
  expect((await context.describe('tx-group')).errorCode).toBe(69)
  expect(await context.groups.describeConsumerGroup('consumer-group')).toMatchObject({ groupState: 'Empty' })
})

test('offsets of a transaction count once its COMMIT is there', async () => {
  const transactional = batches.findIndex((batch) => RecordBatch.isTransactional(batch, 0))
  const open = new GroupLog()
  open.batches.push({ partition: 0, batch: batches[transactional] as Buffer })
  const config = { 'offsets.topic.num.partitions': 1 }
  const before = await GroupTestContext.start({ log: open, config })
  expect(await before.fetch(events, 0, 'tx-group')).toBe(-1)
  const topics = [{ name: 'events', topicId: zeroUuid, partitionIndexes: [0] }]
  const stable = await before.groups.offsets.fetch(9, { groupId: 'tx-group', topics }, true)
  expect(stable.topics[0]?.partitions[0]?.errorCode).toBe(88)
  open.batches.push({ partition: 0, batch: batches[transactional + 1] as Buffer })
  const after = await GroupTestContext.start({ log: open, config })
  expect(await after.fetch(events, 0, 'tx-group')).toBe(5)
})

test('a retention time of its own makes a commit of value version 1', () => {
  const record = offsetCommitRecord(
    { group: 'g', topic: 't', partition: 0 },
    {
      offset: 1,
      leaderEpoch: 4,
      metadata: '',
      commitTimestampMs: 5,
      expireTimestampMs: 9,
      topicId: zeroUuid,
    },
  )
  const { key, value } = groupRecordCodec.encode(record)
  expect(value?.readInt16BE(0)).toBe(1)
  expect(groupRecordCodec.decode(key, value)).toMatchObject({
    value: { expireTimestampMs: 9, leaderEpoch: -1 },
  })
})
