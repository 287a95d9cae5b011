import { crc32c, type Int64, readInt64, readOffset, writeInt64 } from '@sluice/wire'

/** What a `<offset>.snapshot` file says of a producer: its last batch, and its open transaction if any. */
export interface ProducerSnapshotEntry {
  producerId: Int64
  epoch: number
  /** -1 where no batch of this epoch is known. */
  lastSequence: number
  lastOffset: number
  /** Last offset minus first offset of the last batch. */
  offsetDelta: number
  timestamp: Int64
  coordinatorEpoch: number
  /** -1 without an open transaction. */
  currentTransactionFirstOffset: number
}

const currentVersion = 1
const crcAt = 2
const contentAt = 6
const entriesAt = 10
const entryBytes = 46

export function encodeProducerSnapshot(entries: readonly ProducerSnapshotEntry[]): Buffer {
  const out = Buffer.allocUnsafe(entriesAt + entries.length * entryBytes)
  out.writeInt16BE(currentVersion, 0)
  out.writeInt32BE(entries.length, contentAt)
  let at = entriesAt
  for (const entry of entries) {
    writeInt64(out, at, entry.producerId)
    out.writeInt16BE(entry.epoch, at + 8)
    out.writeInt32BE(entry.lastSequence, at + 10)
    writeInt64(out, at + 14, entry.lastOffset)
    out.writeInt32BE(entry.offsetDelta, at + 22)
    writeInt64(out, at + 26, entry.timestamp)
    out.writeInt32BE(entry.coordinatorEpoch, at + 34)
    writeInt64(out, at + 38, entry.currentTransactionFirstOffset)
    at += entryBytes
  }
  out.writeUInt32BE(crc32c(out, contentAt, out.length), crcAt)
  return out
}

/** Null where the bytes are no snapshot, or a torn one. */
export function decodeProducerSnapshot(bytes: Buffer): ProducerSnapshotEntry[] | null {
  if (bytes.length < entriesAt || bytes.readInt16BE(0) !== currentVersion) return null
  if (crc32c(bytes, contentAt, bytes.length) !== bytes.readUInt32BE(crcAt)) return null
  const count = bytes.readInt32BE(contentAt)
  if (count < 0 || bytes.length !== entriesAt + count * entryBytes) return null
  const entries: ProducerSnapshotEntry[] = []
  for (let at = entriesAt; at < bytes.length; at += entryBytes) {
    entries.push({
      producerId: readInt64(bytes, at),
      epoch: bytes.readInt16BE(at + 8),
      lastSequence: bytes.readInt32BE(at + 10),
      lastOffset: readOffset(bytes, at + 14),
      offsetDelta: bytes.readInt32BE(at + 22),
      timestamp: readInt64(bytes, at + 26),
      coordinatorEpoch: bytes.readInt32BE(at + 34),
      currentTransactionFirstOffset: readOffset(bytes, at + 38),
    })
  }
  return entries
}
