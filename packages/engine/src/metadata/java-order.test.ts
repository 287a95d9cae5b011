import { describe, expect, it, test } from 'vitest'
import { atOnce } from '../storage/slices.ts'
import { inHashMapOrder, javaHash, javaMapHash, usualCapacity } from './java-order.ts'

test.each([
  ['abc', 96354],
  ['classic-group', -1592783484],
  ['', 0],
  ['polygenelubricants', -(2 ** 31)],
  ['é😀', (233 * 31 + 0xd83d) * 31 + 0xde00],
])('the hash of %j is that of a Java string', (text, hash) => {
  expect(javaHash(text)).toBe(hash)
})

test('the hash of a map is the sum of those of its entries', () => {
  const [user, name] = [javaHash('user'), javaHash('polygenelubricants')]
  expect(atOnce(javaMapHash([['user', null]]))).toBe(user)
  expect(
    atOnce(
      javaMapHash([
        ['user', 'polygenelubricants'],
        ['', null],
        ['polygenelubricants', null],
      ]),
    ),
  ).toBe(((user ^ name) + name) | 0)
})

describe('the order of a HashMap', () => {
  const ofHashes = (hashes: readonly number[], capacity?: number) =>
    atOnce(
      inHashMapOrder(
        hashes.map((hash) => ({ hash })),
        capacity,
      ),
    ).map(({ hash }) => hash)

  it('is that of buckets, twice as many once three quarters are full', () => {
    expect(ofHashes([7, 4, 1])).toEqual([4, 1, 7])
    expect(ofHashes([7, 4, 1, 0])).toEqual([0, 1, 4, 7])
    expect(ofHashes([15, 8, 7, 4, 1, 0])).toEqual([8, 0, 1, 4, 15, 7])
    expect(ofHashes([15, 8, 7, 4, 2, 1, 0])).toEqual([0, 1, 2, 4, 7, 8, 15])
  })

  it('is that of more buckets where the map had them from the start', () => {
    expect(ofHashes([15, 8, 1], usualCapacity)).toEqual([1, 8, 15])
  })

  it('is that of their coming in a bucket', () => {
    expect(ofHashes([16, 0, 32], usualCapacity)).toEqual([16, 0, 32])
    expect(ofHashes([32, 16, 0], usualCapacity)).toEqual([32, 16, 0])
  })

  it('goes by the upper half of a hash as well, and by its bits where it is negative', () => {
    expect(ofHashes([0x3_0000, 2, 1, -1])).toEqual([-1, 1, 2, 0x3_0000])
  })

  it('has all that there is', () => {
    const hashes = Array.from({ length: 1_000 }, (_, at) => Math.imul(at, 0x9e3779b1))
    expect(ofHashes(hashes).toSorted()).toEqual(hashes.toSorted())
    expect(ofHashes([])).toEqual([])
  })
})
