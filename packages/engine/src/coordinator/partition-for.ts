import { javaHash } from '../metadata/java-order.ts'

/** The partition that holds a key of an internal topic: Java's String.hashCode, without sign. */
export function partitionFor(key: string, partitionCount: number): number {
  const hash = javaHash(key)
  // Kafka's Utils.abs: the smallest int has no positive twin and counts as 0.
  const positive = hash === -0x80000000 ? 0 : Math.abs(hash)
  return positive % partitionCount
}
