import { ConsumerProtocolAssignment, ConsumerProtocolSubscription, DecodeError, Reader } from '@sluice/wire'

/* What members of the classic protocol say to each other. It is theirs to write: what cannot be read says nothing. */

export interface PartitionPlace {
  readonly topic: string
  readonly partition: number
}

export function assignedPartitions(assignment: Buffer): PartitionPlace[] {
  const read = readOrNull(assignment, ConsumerProtocolAssignment)
  return (read?.assignedPartitions ?? []).flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  )
}

export function subscribedTopics(metadata: Buffer): string[] {
  return readOrNull(metadata, ConsumerProtocolSubscription)?.topics ?? []
}

interface Versioned<Value> {
  readonly maxVersion: number
  decode(reader: Reader, version: number): Value
}

/** Newer versions begin as the newest that is known. */
function readOrNull<Value>(bytes: Buffer, message: Versioned<Value>): Value | null {
  try {
    const reader = new Reader(bytes)
    const version = reader.int16()
    return version < 0 ? null : message.decode(reader, Math.min(version, message.maxVersion))
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}
