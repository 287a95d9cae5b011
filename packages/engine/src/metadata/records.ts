import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  type Input,
  type MetadataRecord,
  type TypedRecord,
  type ValueOf,
} from '@sluice/wire'

/** A record that somebody decided to write: missing members are their defaults. */
export interface NewRecord {
  readonly record: TypedRecord
  readonly version: number
  readonly value: object
}

/** A record at its place in the metadata log. */
export type LoggedRecord = MetadataRecord & { readonly offset: number; readonly epoch: number }

export function newRecord<R extends TypedRecord>(
  record: R,
  value: Input<ValueOf<R>>,
  version = 0,
): NewRecord {
  return { record, version, value: value as object }
}

/** A record's bytes and what a reader of the log makes of them, which is what everybody replays. */
export interface SealedRecord {
  readonly bytes: Buffer
  readonly decoded: MetadataRecord
}

export function sealRecord(record: NewRecord): SealedRecord {
  const bytes = encodeMetadataRecord(record)
  return { bytes, decoded: decodeMetadataRecord(bytes) }
}
