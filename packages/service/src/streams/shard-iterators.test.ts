import { type Random, seededRandom } from '@sluice/effects'
import { expect, it } from 'vitest'
import { ShardIterators } from './shard-iterators.ts'

const keyOf = (byte: number) => Buffer.alloc(16, byte).toString('base64')
const position = {
  stream: '2b1f0a56-58ea-4f3c-9d0e-6f0f3a5c7d11',
  streamName: 'orders_2.old-',
  shard: 3,
  offset: 17,
  issuedAtMs: 1_700_000_000_000,
}
const iteratorsOf = (random: Random, byte = 1) =>
  new ShardIterators(random, { iteratorKey: keyOf(byte), keepIteratorKey: () => keyOf(byte) })

it('knows where an iterator points to, of those that it has just given and of older ones', () => {
  const iterators = iteratorsOf(seededRandom(1))
  const iterator = iterators.give(position)
  expect(iterators.open(iterator)).toBe(position)
  for (let n = 0; n < 1_000; n++) iterators.give({ ...position, offset: n })
  const opened = iterators.open(iterator)
  expect(opened).toEqual(position)
  expect(opened).not.toBe(position)
  expect(iterators.open(iterator)).toBe(opened)
})

it('opens those that were given before a restart, and none that somebody else has made', () => {
  const iterator = iteratorsOf(seededRandom(1)).give(position)
  const iterators = iteratorsOf(seededRandom(2))
  expect(iterators.open(iterator)).toEqual(position)
  expect(iterators.open(`"${iterator}"`)).toEqual(position)
  const forged = Buffer.from(iterator, 'base64')
  forged.writeUInt8(forged.readUInt8(60) ^ 1, 60)
  const foreign = iteratorsOf(seededRandom(1), 2).give(position)
  for (const other of [forged.toString('base64'), foreign, 'none', ''])
    expect(iterators.open(other)).toBeUndefined()
})

it('gives none that is longer than AWS lets them be', () => {
  const longest = { ...position, streamName: 'n'.repeat(128), shard: 99_999, offset: Number.MAX_SAFE_INTEGER }
  expect(iteratorsOf(seededRandom(1)).give(longest).length).toBeLessThanOrEqual(512)
})

it('makes no key for what somebody has made up', () => {
  const keepIteratorKey = () => {
    throw new Error('no space left')
  }
  const iterators = new ShardIterators(seededRandom(1), { iteratorKey: null, keepIteratorKey })
  expect(iterators.open(iteratorsOf(seededRandom(1)).give(position))).toBeUndefined()
})
