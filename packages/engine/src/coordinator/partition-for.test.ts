import { expect, test } from 'vitest'
import { partitionFor } from './partition-for.ts'

test('a key goes by the hash of a Java string, without sign', () => {
  // "abc".hashCode() = 96354, "classic-group".hashCode() = -1592783484, "".hashCode() = 0
  expect(partitionFor('abc', 50)).toBe(96354 % 50)
  expect(partitionFor('classic-group', 50)).toBe(1592783484 % 50)
  expect(partitionFor('', 50)).toBe(0)
})

test('the smallest int counts as 0, which has no positive twin', () => {
  // A known string whose hashCode is Integer.MIN_VALUE.
  expect(partitionFor('polygenelubricants', 50)).toBe(0)
})
