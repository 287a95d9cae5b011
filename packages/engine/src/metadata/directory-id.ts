/** Ids of log directories that stand for no directory (KIP-858). */
export const DirectoryId = {
  /** Written before directories had ids. */
  migrating: 'AAAAAAAAAAAAAAAAAAAAAA',
  /** The broker has not said yet where the replica is. */
  unassigned: 'AAAAAAAAAAAAAAAAAAAAAQ',
  /** The broker has lost it. */
  lost: 'AAAAAAAAAAAAAAAAAAAAAg',
} as const

/** Apache Kafka keeps the lowest hundred ids for itself: 15 bytes of zero, and one below 100. */
export function isReservedDirectory(id: string): boolean {
  const bytes = Buffer.from(id, 'base64url')
  return bytes.subarray(0, 15).every((byte) => byte === 0) && (bytes[15] ?? 0) < 100
}

/** Whether a replica in this directory can be used; a broker that names no directories is trusted. */
export function isOnlineDirectory(id: string, onlineDirs: readonly string[]): boolean {
  if (id === DirectoryId.unassigned || id === DirectoryId.migrating) return true
  if (id === DirectoryId.lost) return false
  return onlineDirs.length === 0 || onlineDirs.includes(id)
}
