// Some answers of Apache Kafka come in the order of a java.util.HashMap. The protocol promises no order, and yet clients' test
// suites compare whole arrays, so these answers come in that order here, too.

/** Java's String.hashCode, over UTF-16 units; a 32-bit integer. */
export function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}

/** Java's Map.hashCode, of strings by strings; null has 0. */
export function* javaMapHash(
  entries: Iterable<readonly [string, string | null]>,
): Generator<undefined, number, undefined> {
  let hash = 0
  for (const [key, value] of entries) {
    hash = (hash + (javaHash(key) ^ (value === null ? 0 : javaHash(value)))) | 0
    yield
  }
  return hash
}

/** What a `new HashMap()` has room for before it grows. */
export const usualCapacity = 16

const loadFactor = 0.75

/**
 * The items in the order in which a HashMap has them into which they were put one after the other: by the buckets of their
 * hashes, and in a bucket as they came. (A bucket that has become a tree, of eight and more, may begin with another one.)
 *
 * @param capacity Buckets of the map when it was empty, a power of two: there are twice as many whenever they are full.
 */
export function* inHashMapOrder<T extends { readonly hash: number }>(
  items: readonly T[],
  capacity = 1,
): Generator<undefined, T[], undefined> {
  let bucketCount = capacity
  while (items.length > bucketCount * loadFactor) bucketCount *= 2
  const buckets = new Map<number, T[]>()
  for (const item of items) {
    const at = (item.hash ^ (item.hash >>> 16)) & (bucketCount - 1)
    const bucket = buckets.get(at)
    if (bucket) bucket.push(item)
    else buckets.set(at, [item])
    yield
  }
  const ordered: T[] = []
  for (let at = 0; at < bucketCount; at++) {
    for (const item of buckets.get(at) ?? []) ordered.push(item)
    yield
  }
  return ordered
}
