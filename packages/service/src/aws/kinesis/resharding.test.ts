import {
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis'
import { afterEach, describe, expect, it } from 'vitest'
import {
  active,
  iterator,
  page,
  put,
  shardsOf,
  startWithStream,
  stillClock,
  stopAll,
} from './testing/test-streams.ts'

afterEach(stopAll)

const half = '170141183460469231731687303715884105728'
const shardId = (number: number) => `shardId-${String(number).padStart(12, '0')}`
const split = (number: number, start: string) =>
  new SplitShardCommand({ StreamName: 'orders', ShardToSplit: shardId(number), NewStartingHashKey: start })
const merge = (first: number, second: number) =>
  new MergeShardsCommand({
    StreamName: 'orders',
    ShardToMerge: shardId(first),
    AdjacentShardToMerge: shardId(second),
  })

describe('a split', () => {
  it('closes the shard, which can be read to its end, and leads on to its children', async () => {
    const { kinesis } = await startWithStream()
    const before = await put(kinesis, 'before')
    const latest = await iterator(kinesis, { ShardIteratorType: 'LATEST' })
    await kinesis.send(split(0, half))
    await expect(kinesis.send(split(0, half))).rejects.toMatchObject({ name: 'ResourceInUseException' })
    await active(kinesis)
    const [parent, ...children] = await shardsOf(kinesis)
    expect(parent?.SequenceNumberRange?.EndingSequenceNumber).toMatch(/^\d{56}$/)
    expect(children).toMatchObject([
      { ShardId: shardId(1), ParentShardId: shardId(0), HashKeyRange: { StartingHashKey: '0' } },
      { ShardId: shardId(2), ParentShardId: shardId(0), HashKeyRange: { StartingHashKey: half } },
    ])
    const after = await put(kinesis, 'after')
    expect(after.ShardId).not.toBe(shardId(0))
    expect(BigInt(after.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(before.SequenceNumber ?? 0))
    const found = await page(kinesis, await iterator(kinesis))
    expect(found.texts).toEqual(['before'])
    expect(found.next).toBeUndefined()
    expect(found.children).toEqual([
      {
        ShardId: shardId(1),
        ParentShards: [shardId(0)],
        HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(BigInt(half) - 1n) },
      },
      {
        ShardId: shardId(2),
        ParentShards: [shardId(0)],
        HashKeyRange: { StartingHashKey: half, EndingHashKey: String((1n << 128n) - 1n) },
      },
    ])
    expect(await page(kinesis, latest)).toMatchObject({ texts: [], next: undefined, behind: 0 })
    const inChild = await iterator(kinesis, { ShardId: after.ShardId ?? '' })
    expect((await page(kinesis, inChild)).texts).toEqual(['after'])
    await expect(kinesis.send(split(0, half))).rejects.toMatchObject({
      name: 'ResourceInUseException',
      message: `Shard ${shardId(0)} in stream orders under account 000000000000 has already been merged or split, and thus is not eligible for merging or splitting.`,
    })
  })

  it('begins inside of its shard', async () => {
    const { kinesis } = await startWithStream(2)
    for (const start of ['0', '1', half, String(BigInt(half) - 1n)])
      await expect(kinesis.send(split(0, start))).rejects.toMatchObject({ name: 'InvalidArgumentException' })
    await kinesis.send(split(0, '2'))
    await active(kinesis)
    expect(await shardsOf(kinesis)).toHaveLength(4)
  })
})

it('has shards take all hash keys at each moment, however fast one split follows another', async () => {
  const { clock } = stillClock()
  const { kinesis } = await startWithStream(1, { clock })
  for (const [number, start] of [half, '1000', '100'].entries()) {
    await kinesis.send(split(number === 0 ? 0 : 2 * number - 1, start))
    await active(kinesis)
  }
  const ShardFilter = { Type: 'AT_TIMESTAMP' as const, Timestamp: new Date(clock.now()) }
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: 'orders', ShardFilter }))
  expect(Shards.map(({ HashKeyRange }) => HashKeyRange?.StartingHashKey)).toEqual([half, '1000', '0', '100'])
})

describe('a merge', () => {
  it('makes one of two neighbours, the first of which is named first', async () => {
    const { kinesis } = await startWithStream(4)
    for (const [first, second] of [
      [0, 2],
      [1, 0],
    ] as const)
      await expect(kinesis.send(merge(first, second))).rejects.toMatchObject({
        message: `Shards ${shardId(first)} and ${shardId(second)} in stream orders under account 000000000000 are not an adjacent pair of shards eligible for merging`,
      })
    await kinesis.send(merge(0, 1))
    await active(kinesis)
    await kinesis.send(merge(2, 3))
    await active(kinesis)
    const open = (await shardsOf(kinesis)).filter((one) => !one.SequenceNumberRange?.EndingSequenceNumber)
    expect(open).toMatchObject([
      {
        ShardId: shardId(4),
        ParentShardId: shardId(0),
        AdjacentParentShardId: shardId(1),
        HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(BigInt(half) - 1n) },
      },
      { ShardId: shardId(5), ParentShardId: shardId(2), AdjacentParentShardId: shardId(3) },
    ])
  })
})

describe('another count of shards', () => {
  it('keeps the order of each key, whatever is put meanwhile', async () => {
    const { kinesis } = await startWithStream(2)
    const keys = Array.from({ length: 12 }, (_, at) => `key-${at}`)
    let round = 0
    const putAll = async () => {
      const number = round++
      const answer = await kinesis.send(
        new PutRecordsCommand({
          StreamName: 'orders',
          Records: keys.map((key) => ({ PartitionKey: key, Data: Buffer.from(`${key} ${number}`) })),
        }),
      )
      expect(answer.FailedRecordCount).toBe(0)
    }
    for (const TargetShardCount of [4, 3, 6, 3]) {
      await putAll()
      await kinesis.send(
        new UpdateShardCountCommand({
          StreamName: 'orders',
          TargetShardCount,
          ScalingType: 'UNIFORM_SCALING',
        }),
      )
      await Promise.all([putAll(), active(kinesis)])
      const shards = await shardsOf(kinesis)
      expect(shards.filter((one) => !one.SequenceNumberRange?.EndingSequenceNumber)).toHaveLength(
        TargetShardCount,
      )
    }
    await putAll()
    const seen = new Map<string, number[]>()
    const numbers: [key: string, sequenceNumber: bigint, round: number][] = []
    for (const { ShardId } of await shardsOf(kinesis)) {
      const { records } = await page(kinesis, await iterator(kinesis, { ShardId: ShardId ?? '' }))
      for (const { Data, SequenceNumber } of records) {
        const [key = '', number] = Buffer.from(Data ?? [])
          .toString()
          .split(' ')
        numbers.push([key, BigInt(SequenceNumber ?? 0), Number(number)])
      }
    }
    numbers.sort(([, a], [, b]) => (a < b ? -1 : 1))
    for (const [key, , number] of numbers) seen.set(key, [...(seen.get(key) ?? []), number])
    const all = Array.from({ length: round }, (_, at) => at)
    for (const key of keys) expect([key, seen.get(key)]).toEqual([key, all])
  })

  it('is at most twice and at least half of what there is, ten times a day, and for provisioned streams', async () => {
    const { kinesis } = await startWithStream(2)
    const update = (TargetShardCount: number) =>
      kinesis.send(
        new UpdateShardCountCommand({
          StreamName: 'orders',
          TargetShardCount,
          ScalingType: 'UNIFORM_SCALING',
        }),
      )
    await expect(update(5)).rejects.toMatchObject({
      name: 'LimitExceededException',
      message:
        'UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 2, Target shard count: 5',
    })
    await expect(update(2)).rejects.toMatchObject({ name: 'InvalidArgumentException' })
    for (let time = 0; time < 10; time++) {
      expect(await update(time % 2 === 0 ? 1 : 2)).toMatchObject({ TargetShardCount: time % 2 === 0 ? 1 : 2 })
      await active(kinesis)
    }
    await expect(update(1)).rejects.toMatchObject({ name: 'LimitExceededException' })
    const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
    const onDemand = { StreamMode: 'ON_DEMAND' as const }
    await kinesis.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails: onDemand }))
    await active(kinesis)
    await expect(update(1)).rejects.toMatchObject({ name: 'ValidationException' })
  })
})
