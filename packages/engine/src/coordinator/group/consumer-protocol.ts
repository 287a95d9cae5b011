import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  DecodeError,
  Reader,
  type ValueOf,
  Writer,
} from '@sluice/wire'

/** What members of the classic protocol say to each other, which is theirs to write: it may be anything. */

export const consumerProtocolType = 'consumer'

type Subscription = ValueOf<typeof ConsumerProtocolSubscription>
type Assignment = ValueOf<typeof ConsumerProtocolAssignment>

/** Newer versions begin as the newest that is known; null where it cannot be read. */
export function readSubscription(bytes: Buffer): (Subscription & { readonly version: number }) | null {
  return read(bytes, (reader, version) => {
    const known = Math.min(version, ConsumerProtocolSubscription.maxVersion)
    return { ...ConsumerProtocolSubscription.decode(reader, known), version }
  })
}

export function readAssignment(bytes: Buffer): Assignment | null {
  return read(bytes, (reader, version) =>
    ConsumerProtocolAssignment.decode(reader, Math.min(version, ConsumerProtocolAssignment.maxVersion)),
  )
}

/** In the version that its reader has subscribed in. */
export function writeAssignment(version: number, topics: Assignment['assignedPartitions']): Buffer {
  const known = Math.min(version, ConsumerProtocolAssignment.maxVersion)
  const writer = new Writer(64)
  writer.int16(known)
  ConsumerProtocolAssignment.encode(writer, known, { assignedPartitions: topics, userData: null })
  return writer.finish()
}

function read<T>(bytes: Buffer, decode: (reader: Reader, version: number) => T): T | null {
  try {
    const reader = new Reader(bytes)
    const version = reader.int16()
    return version < 0 ? null : decode(reader, version)
  } catch (error) {
    // The members' own bytes: what cannot be read is not known, and nothing worse.
    if (error instanceof DecodeError) return null
    throw error
  }
}
