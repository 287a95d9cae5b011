import { describe, expect, it } from 'vitest'
import { childrenOf, mergeOrder, middleOf, neighboursOf, placed, shareText, shortId } from './hash-space.ts'
import type { Shard } from './kinesis.ts'

const last = 2n ** 128n - 1n
const quarter = 2n ** 126n

const shard = (
  number: number,
  [first, end]: readonly [bigint, bigint],
  more: { parents?: number[]; isClosed?: boolean } = {},
): Shard => {
  const [parent, adjacent] = (more.parents ?? []).map(idOf)
  return {
    ShardId: idOf(number),
    ...(parent !== undefined && { ParentShardId: parent }),
    ...(adjacent !== undefined && { AdjacentParentShardId: adjacent }),
    HashKeyRange: { StartingHashKey: String(first), EndingHashKey: String(end) },
    SequenceNumberRange: {
      StartingSequenceNumber: '1',
      ...(more.isClosed && { EndingSequenceNumber: '2' }),
    },
  }
}

function idOf(number: number): string {
  return `shardId-${String(number).padStart(12, '0')}`
}

const halves = [
  shard(0, [0n, 2n * quarter - 1n], { isClosed: true }),
  shard(1, [2n * quarter, last], { isClosed: true }),
]
const split = [
  shard(2, [0n, quarter - 1n], { parents: [0] }),
  shard(3, [quarter, 2n * quarter - 1n], { parents: [0], isClosed: true }),
]
const merged = [shard(4, [quarter, last], { parents: [3, 1] })]
const all = [...halves, ...split, ...merged]

describe('the picture of hash keys', () => {
  it('has children below their parents, over the hash keys that they have taken', () => {
    expect(placed(all)).toEqual([
      { id: idOf(0), isOpen: false, row: 0, left: 0, width: 0.5 },
      { id: idOf(1), isOpen: false, row: 0, left: 0.5, width: 0.5 },
      { id: idOf(2), isOpen: true, row: 1, left: 0, width: 0.25 },
      { id: idOf(3), isOpen: false, row: 1, left: 0.25, width: 0.25 },
      { id: idOf(4), isOpen: true, row: 2, left: 0.25, width: 0.75 },
    ])
  })

  it('begins with what is left where parents have gone with their records', () => {
    expect(placed([...split, ...merged]).map(({ row }) => row)).toEqual([0, 0, 1])
  })

  it('bears a long line of generations', () => {
    const line = Array.from({ length: 20_000 }, (_, at) =>
      shard(at, [0n, last], at === 0 ? {} : { parents: [at - 1], isClosed: true }),
    )
    expect(placed(line.toReversed()).at(-1)?.row).toBe(19_999)
  })
})

it('knows who comes from a shard, and who is beside it and open', () => {
  expect(childrenOf(idOf(0), all)).toEqual([idOf(2), idOf(3)])
  expect(childrenOf(idOf(4), all)).toEqual([])
  expect(neighboursOf(split[0] as Shard, all)).toEqual([idOf(4)])
  expect(neighboursOf(merged[0] as Shard, all)).toEqual([idOf(2)])
})

it('names two that shall be merged by their hash keys', () => {
  const [second, third] = [split[0], merged[0]] as [Shard, Shard]
  const inOrder = [second.ShardId, third.ShardId]
  expect(mergeOrder(second, third.ShardId, all)).toEqual(inOrder)
  expect(mergeOrder(third, second.ShardId, all)).toEqual(inOrder)
})

it('halves a range to the key, and a single key not at all', () => {
  expect(middleOf(shard(0, [0n, last]))).toBe(String(2n ** 127n))
  expect(middleOf(shard(0, [5n, 6n]))).toBe('6')
  expect(middleOf(shard(0, [5n, 5n]))).toBeNull()
})

it('says how large a share is', () => {
  expect(shareText(shard(0, [0n, last]))).toBe('100 %')
  expect(shareText(shard(0, [0n, last / 3n]))).toBe('33.33 %')
  expect(shareText(shard(0, [0n, last / 2_000_000n]))).toBe('0 %')
  expect(shareText(shard(0, [0n, last / 20_000n]))).toBe('< 0.01 %')
})

it('has a short name for each', () => {
  expect(['shardId-000000000000', 'shardId-000000001200'].map(shortId)).toEqual(['0', '1200'])
})
