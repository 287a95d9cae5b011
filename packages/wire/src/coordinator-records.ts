import { DecodeError } from './codec-errors.ts'
import { Reader } from './reader.ts'
import { consumerOffsetsRecords } from './schema/consumer-offsets-records.ts'
import type { KeyValueRecord } from './schema/language.ts'
import type { Input } from './schema/message.ts'
import { shareGroupStateRecords } from './schema/share-group-state-records.ts'
import { transactionStateRecords } from './schema/transaction-state-records.ts'
import { decodeVersioned, encodeVersioned } from './versioned.ts'
import { Writer } from './writer.ts'

/** The record types of one internal topic. */
export interface CoordinatorFamily<out Record extends KeyValueRecord = KeyValueRecord> {
  readonly topic: string
  readonly records: readonly Record[]
  readonly byType: ReadonlyMap<number, Record>
}

export const consumerOffsets = family('__consumer_offsets', consumerOffsetsRecords)
export const transactionState = family('__transaction_state', transactionStateRecords)
export const shareGroupState = family('__share_group_state', shareGroupStateRecords)

type Decoded<R> =
  R extends KeyValueRecord<infer RecordType, infer K, infer V>
    ? {
        readonly type: RecordType
        readonly record: R
        readonly key: K
        /** Null for a tombstone. */
        readonly value: V | null
        /** The version of the value; undefined for a tombstone. */
        readonly valueVersion: number | undefined
      }
    : never

/** A record of a family; `type` tells which one and narrows `key` and `value`. */
export type CoordinatorRecord<F> = F extends CoordinatorFamily<infer R> ? Decoded<R> : never

type DecodedKey<R> =
  R extends KeyValueRecord<infer RecordType, infer K>
    ? { readonly type: RecordType; readonly record: R; readonly key: K }
    : never

/** The key of a record: its type as int16, then the body. Keys have one version, 0. */
export function encodeCoordinatorKey<K>(record: KeyValueRecord<number, K>, key: Input<K>): Buffer {
  const writer = new Writer(64)
  writer.int16(record.recordType)
  record.key.encode(writer, 0, key)
  return writer.finish()
}

/** The value of a record: its version as int16, then the body. */
export function encodeCoordinatorValue<V>(
  record: KeyValueRecord<number, any, V>,
  version: number,
  value: Input<V>,
): Buffer {
  return encodeVersioned(record.value, version, value)
}

/** The type that a key starts with; look it up in the family before decoding what may be newer than us. */
export function coordinatorRecordType(key: Buffer): number {
  return new Reader(key).int16()
}

/** Throws DecodeError for a type that the family does not have. */
export function decodeCoordinatorKey<R extends KeyValueRecord>(
  family: CoordinatorFamily<R>,
  key: Buffer,
): DecodedKey<R> {
  const reader = new Reader(key)
  const type = reader.int16()
  const record = family.byType.get(type)
  if (!record) throw new DecodeError(`key of unknown type ${type} in ${family.topic}`)
  const decoded = record.key.decode(reader, 0)
  if (reader.remaining > 0) throw new DecodeError(`${record.name}: ${reader.remaining} bytes after the key`)
  return { type, record, key: decoded } as DecodedKey<R>
}

function decodeCoordinatorValue<V>(
  record: KeyValueRecord<number, any, V>,
  value: Buffer,
): { version: number; value: V } {
  return decodeVersioned(record.value, value)
}

/** Key and value of a record at once; a null value is a tombstone. */
export function decodeCoordinatorRecord<R extends KeyValueRecord>(
  family: CoordinatorFamily<R>,
  key: Buffer,
  value: Buffer | null,
): Decoded<R> {
  const decoded = decodeCoordinatorKey(family, key) as { record: R }
  const body = value && decodeCoordinatorValue(decoded.record, value)
  return { ...decoded, value: body && body.value, valueVersion: body?.version } as Decoded<R>
}

function family<R extends KeyValueRecord>(topic: string, records: readonly R[]): CoordinatorFamily<R> {
  return { topic, records, byType: new Map(records.map((record) => [record.recordType, record])) }
}
