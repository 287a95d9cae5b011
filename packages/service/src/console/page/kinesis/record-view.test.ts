import { expect, it } from 'vitest'
import { toBase64 } from '../formats.ts'
import { dataText, isLike, previewOf } from './record-view.ts'

const record = (data: string, key = 'user-1') => ({
  shard: 'shardId-000000000000',
  SequenceNumber: '1',
  ApproximateArrivalTimestamp: 1,
  Data: data,
  PartitionKey: key,
})

it('shows data as JSON, text or hex, whichever of these they are', () => {
  expect(dataText(toBase64('{"a":1}'), 'auto', 100)).toBe('{\n  "a": 1\n}')
  expect(dataText(toBase64('{"a":1}'), 'text', 100)).toBe('{"a":1}')
  expect(dataText(toBase64('hello'), 'json', 100)).toBe('hello')
  expect(dataText('/wA=', 'auto', 100)).toMatch(/^00000000 {2}ff 00 /)
  expect(dataText(toBase64('hello'), 'hex', 100)).toContain('68 65 6c 6c 6f')
})

it('shows the beginning of what is large', () => {
  const large = toBase64(`{"a":"${'x'.repeat(100_000)}"}`)
  expect(dataText(large, 'auto', 1_000)).toHaveLength(1_000)
  const preview = previewOf(record(large), 'auto')
  expect(preview).toHaveLength(121)
  expect(preview).toMatch(/^\{"a":"x+…$/)
})

it('shows a line of what has lines, and of what is no text its bytes', () => {
  expect(previewOf(record(toBase64('a\n  b')), 'auto')).toBe('a b')
  expect(previewOf(record('/wA='), 'auto')).toBe('ff 00')
  expect(previewOf(record(''), 'auto')).toBe('')
})

it('finds a text in keys and data, in letters of either size', () => {
  expect(isLike(record(toBase64('Shoes')), 'shoe')).toBe(true)
  expect(isLike(record(toBase64('Shoes'), 'ORDER-7'), 'order')).toBe(true)
  expect(isLike(record('/wA=', 'a'), 'shoe')).toBe(false)
  expect(isLike(record('/wA=', 'a'), '')).toBe(true)
})
