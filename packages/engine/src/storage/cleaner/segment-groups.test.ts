import { expect, test } from 'vitest'
import { groupSegments } from './segment-groups.ts'

const segment = (baseOffset: number, size: number, offsetEntries = 1, timeEntries = 1) => ({
  baseOffset,
  size,
  offsetEntries,
  timeEntries,
})
const limits = { segmentBytes: 100, indexBytes: 120, endOffset: 50 }
const basesOf = (groups: readonly (readonly { baseOffset: number }[])[]) =>
  groups.map((group) => group.map(({ baseOffset }) => baseOffset))

test('neighbours become one segment while that is no larger than it may be', () => {
  const sizes = [segment(0, 60), segment(10, 40), segment(20, 1), segment(30, 100), segment(40, 150)]
  expect(basesOf(groupSegments(sizes, limits))).toEqual([[0, 10], [20], [30], [40]])
})

test('nor its indexes', () => {
  const offsets = [segment(0, 1, 10), segment(10, 1, 5), segment(20, 1, 1)]
  expect(basesOf(groupSegments(offsets, limits))).toEqual([[0, 10], [20]])
  const times = [segment(0, 1, 1, 5), segment(10, 1, 1, 5), segment(20, 1, 1, 1)]
  expect(basesOf(groupSegments(times, limits))).toEqual([[0, 10], [20]])
})

test('and while its last offset is no further from its first than an index can say', () => {
  const far = [segment(0, 1), segment(10, 1), segment(2 ** 31, 1), segment(2 ** 31 + 5, 1)]
  expect(basesOf(groupSegments(far, { ...limits, endOffset: 2 ** 31 + 9 }))).toEqual([
    [0, 10],
    [2 ** 31, 2 ** 31 + 5],
  ])
  expect(groupSegments([], limits)).toEqual([])
})
