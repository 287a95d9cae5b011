import { type Int64, readInt64, readOffset, writeInt64 } from '@sluice/wire'

/** int16 version 0, then producer id, first offset, last offset, last stable offset as int64. */
const entryBytes = 34
const currentVersion = 0

export interface AbortedTransaction {
  producerId: Int64
  firstOffset: number
  /** The ABORT marker's. */
  lastOffset: number
  /** Of the log when the marker was written: readers below it need not look further. */
  lastStableOffset: number
}

export function encodeAbortedTransaction(entry: AbortedTransaction): Buffer {
  const out = Buffer.allocUnsafe(entryBytes)
  out.writeInt16BE(currentVersion, 0)
  writeInt64(out, 2, entry.producerId)
  writeInt64(out, 10, entry.firstOffset)
  writeInt64(out, 18, entry.lastOffset)
  writeInt64(out, 26, entry.lastStableOffset)
  return out
}

/** Null where the bytes cannot be the transaction index of a segment with this base offset. */
export function decodeTransactionIndex(bytes: Buffer, baseOffset: number): AbortedTransaction[] | null {
  if (bytes.length % entryBytes !== 0) return null
  const entries: AbortedTransaction[] = []
  for (let at = 0; at < bytes.length; at += entryBytes) {
    if (bytes.readInt16BE(at) > currentVersion) return null
    const entry = {
      producerId: readInt64(bytes, at + 2),
      firstOffset: readOffset(bytes, at + 10),
      lastOffset: readOffset(bytes, at + 18),
      lastStableOffset: readOffset(bytes, at + 26),
    }
    if (entry.lastOffset < baseOffset) return null
    entries.push(entry)
  }
  return entries
}

/**
 * Adds to `found` the aborted transactions that touch [from, upTo). True when no later segment can hold more:
 * an entry was written when everything below `upTo` was decided.
 */
export function collectAborted(
  entries: readonly AbortedTransaction[],
  from: number,
  upTo: number,
  found: AbortedTransaction[],
): boolean {
  for (const entry of entries) {
    if (entry.lastOffset >= from && entry.firstOffset < upTo) found.push(entry)
    if (entry.lastStableOffset >= upTo) return true
  }
  return false
}
