import { seededRandom } from '@sluice/effects'
import { expect, it } from 'vitest'
import { ShardIterators } from './shard-iterators.ts'

const keyOf = (byte: number) => Buffer.alloc(16, byte).toString('base64')
const orders = { uuid: '2b1f0a56-58ea-4f3c-9d0e-6f0f3a5c7d11', iteratorKey: keyOf(1) }
const users = { uuid: '9a6e4f0c-0f7b-45a1-8a4b-2d0c1b3e5f77', iteratorKey: keyOf(1) }
const position = { shard: 3, offset: 17, issuedAtMs: 1_700_000_000_000 }

it('knows where an iterator points to that it has just given, and opens older ones', () => {
  const iterators = new ShardIterators(seededRandom(1))
  const iterator = iterators.give(orders, position)
  const otherKey = { ...orders, iteratorKey: keyOf(2) }
  expect(iterators.open(otherKey, iterator)).toEqual(position)
  for (let n = 0; n < 1_000; n++) iterators.give(orders, { ...position, offset: n })
  expect(iterators.open(otherKey, iterator)).toBeUndefined()
  expect(iterators.open(orders, iterator)).toEqual(position)
  expect(iterators.streamOf(iterator)).toBe(orders.uuid)
})

it('opens those that were given before a restart, and none of another stream or of nobody', () => {
  const iterator = new ShardIterators(seededRandom(1)).give(orders, position)
  const iterators = new ShardIterators(seededRandom(2))
  expect(iterators.open(orders, iterator)).toEqual(position)
  expect(iterators.open(users, iterators.give(orders, position))).toBeUndefined()
  const forged = Buffer.from(iterator, 'base64')
  forged.writeUInt8(forged.readUInt8(60) ^ 1, 60)
  expect(iterators.open(orders, forged.toString('base64'))).toBeUndefined()
  expect(iterators.streamOf('none')).toBeUndefined()
})
