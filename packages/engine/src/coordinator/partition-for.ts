/** The partition that holds a key of an internal topic: Java's String.hashCode over UTF-16 units, without sign. */
export function partitionFor(key: string, partitionCount: number): number {
  let hash = 0
  for (let i = 0; i < key.length; i++) hash = (Math.imul(31, hash) + key.charCodeAt(i)) | 0
  // Kafka's Utils.abs: the smallest int has no positive twin and counts as 0.
  const positive = hash === -0x80000000 ? 0 : Math.abs(hash)
  return positive % partitionCount
}
