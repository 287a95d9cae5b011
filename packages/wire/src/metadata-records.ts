import { DecodeError } from './codec-errors.ts'
import { Reader } from './reader.ts'
import { metadataRecords } from './schema/cluster-metadata-records.ts'
import type { TypedRecord } from './schema/language.ts'
import type { Input } from './schema/message.ts'
import { Writer } from './writer.ts'

/** The only version that the frame of a metadata record has had so far. */
const frameVersion = 1

type Decoded<R> =
  R extends TypedRecord<infer RecordType, infer T>
    ? { readonly type: RecordType; readonly version: number; readonly record: R; readonly value: T }
    : never

/** Has one partition, the metadata log. */
export const metadataTopic = '__cluster_metadata'

/** A record of `__cluster_metadata`; `type` tells which one and narrows `value`. */
export type MetadataRecord = Decoded<(typeof metadataRecords)[number]>

const metadataRecordByType: ReadonlyMap<number, TypedRecord> = new Map(
  metadataRecords.map((record) => [record.recordType, record]),
)

/** The value of a record in `__cluster_metadata` or `__remote_log_metadata`: frame version, type, version, body. */
export function encodeMetadataRecord<RecordType extends number, T>(entry: {
  readonly record: TypedRecord<RecordType, T>
  readonly version: number
  readonly value: Input<T>
}): Buffer {
  const writer = new Writer()
  writer.uvarint(frameVersion)
  writer.uvarint(entry.record.recordType)
  writer.uvarint(entry.version)
  entry.record.encode(writer, entry.version, entry.value)
  return writer.finish()
}

export function decodeMetadataRecord(buffer: Buffer): MetadataRecord {
  const reader = new Reader(buffer)
  const frame = reader.uvarint()
  if (frame !== frameVersion) throw new DecodeError(`metadata record with frame version ${frame}`)
  const type = reader.uvarint()
  const record = metadataRecordByType.get(type)
  if (!record) throw new DecodeError(`metadata record of unknown type ${type}`)
  const version = reader.uvarint()
  const value = record.decode(reader, version)
  if (reader.remaining > 0) throw new DecodeError(`${record.name}: ${reader.remaining} bytes after the end`)
  return { type, version, record, value } as MetadataRecord
}
