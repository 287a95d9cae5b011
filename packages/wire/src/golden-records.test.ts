import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DecodeError } from './codec-errors.ts'
import {
  type CoordinatorFamily,
  consumerOffsets,
  decodeCoordinatorKey,
  decodeCoordinatorRecord,
  encodeCoordinatorKey,
  encodeCoordinatorValue,
  shareGroupState,
  transactionState,
} from './coordinator-records.ts'
import { decodeMetadataRecord, encodeMetadataRecord } from './metadata-records.ts'
import { batchesIn, readRecords } from './record-batch/records.ts'
import { EndTxnMarker } from './schema/records/control/end-txn-marker.ts'
import { KRaftVersionRecord } from './schema/records/control/kraft-version-record.ts'
import { LeaderChangeMessage } from './schema/records/control/leader-change-message.ts'
import { SnapshotFooterRecord } from './schema/records/control/snapshot-footer-record.ts'
import { SnapshotHeaderRecord } from './schema/records/control/snapshot-header-record.ts'
import { VotersRecord } from './schema/records/control/voters-record.ts'
import { ProducerSnapshot } from './schema/records/files/producer-snapshot.ts'
import { GroupMetadataRecord } from './schema/records/consumer-offsets/02-group-metadata.ts'
import type { Message } from './schema/message.ts'
import { decodeVersioned, encodeVersioned } from './versioned.ts'

// The internal topics of a real node, as it wrote them, with what Kafka itself reads in them.

const golden = new URL('../../../test/data/kafka-messages/golden/', import.meta.url)

interface GoldenRecord {
  offset: number
  type?: string
  recordType?: number
  version?: number
  control?: string
  coordinatorEpoch?: number
  key?: unknown
  valueVersion?: number
  value?: Record<string, unknown> | null
}

/** The raw records of a golden log or snapshot, each with what is known about it. */
function goldenRecords(
  file: string,
): { raw: { key: Buffer | null; value: Buffer | null }; known: GoldenRecord }[] {
  const bytes = readFileSync(new URL(file, golden))
  const known = new Map<number, GoldenRecord>()
  for (const batch of JSON.parse(readFileSync(new URL(`${file}.json`, golden), 'utf8')))
    for (const record of batch.records) known.set(record.offset, record)
  const found = [...batchesIn(bytes)].flatMap(({ at }) => readRecords(bytes, at))
  expect(found.length).toBe(known.size)
  return found.map((raw) => ({ raw, known: known.get(raw.offset) as GoldenRecord }))
}

function asGolden(_key: string, each: any): unknown {
  if (typeof each === 'bigint') return Number(each)
  return each?.type === 'Buffer' ? Buffer.from(each.data).toString('base64') : each
}

/** Values as the golden files write them. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, asGolden))
}

const controlMessages: Record<string, Message> = {
  LEADER_CHANGE: LeaderChangeMessage,
  SNAPSHOT_HEADER: SnapshotHeaderRecord,
  SNAPSHOT_FOOTER: SnapshotFooterRecord,
  KRAFT_VERSION: KRaftVersionRecord,
  KRAFT_VOTERS: VotersRecord,
}

const metadataFiles = readdirSync(new URL('__cluster_metadata-0/', golden)).filter((name) =>
  /\.(log|checkpoint)$/.test(name),
)

describe('the metadata log and snapshots of a real node', () => {
  it.each(metadataFiles)('%s is read and written alike', (name) => {
    for (const { raw, known } of goldenRecords(`__cluster_metadata-0/${name}`)) {
      const value = raw.value as Buffer
      if (known.control !== undefined) {
        const message = controlMessages[known.control] as Message
        // The body's first field is its version.
        const decoded = message.decodeBuffer(value, value.readInt16BE(0))
        expect(plain(decoded)).toMatchObject(known.value as object)
        expect(message.encodeToBuffer(value.readInt16BE(0), decoded)).toEqual(value)
        continue
      }
      const decoded = decodeMetadataRecord(value)
      expect([decoded.type, decoded.record.name, decoded.version]).toEqual([
        known.recordType,
        known.type,
        known.version,
      ])
      expect(plain(decoded.value)).toMatchObject(known.value as object)
      expect(encodeMetadataRecord(decoded as Parameters<typeof encodeMetadataRecord>[0])).toEqual(value)
    }
  })
})

const families: CoordinatorFamily[] = [consumerOffsets, transactionState, shareGroupState]

describe.each(families)('the log of $topic of a real node', (family) => {
  it('is read and written alike', () => {
    for (const { raw, known } of goldenRecords(`${family.topic}-0/00000000000000000000.log`)) {
      if (known.control !== undefined) {
        const { version, value } = decodeVersioned(EndTxnMarker, raw.value as Buffer)
        expect([version, value.coordinatorEpoch]).toEqual([0, known.coordinatorEpoch])
        continue
      }
      const decoded = decodeCoordinatorRecord(family, raw.key as Buffer, raw.value)
      expect(decoded.record.name).toBe(known.type)
      expect(plain(decoded.key)).toEqual(known.key)
      expect(encodeCoordinatorKey(decoded.record, decoded.key)).toEqual(raw.key)
      if (raw.value === null) {
        expect(decoded.value).toBeNull()
        continue
      }
      expect(decoded.valueVersion).toBe(known.valueVersion)
      expect(plain(decoded.value)).toMatchObject(known.value as object)
      const { valueVersion = -1, value } = decoded
      expect(encodeCoordinatorValue(decoded.record, valueVersion, value as object)).toEqual(raw.value)
    }
  })
})

describe('the producer snapshot of a real node', () => {
  it('is read and written alike', () => {
    const file = 'events-0/'
    const name = readdirSync(new URL(file, golden)).find((each) => each.endsWith('.snapshot')) as string
    const bytes = readFileSync(new URL(file + name, golden))
    const known = JSON.parse(readFileSync(new URL(`${file}${name}.json`, golden), 'utf8'))
    const { version, value } = decodeVersioned(ProducerSnapshot, bytes)
    expect(version).toBe(known.version)
    expect(value.crc).toBe(known.crc)
    expect(value.producerEntries).toHaveLength(known.producerEntries.length)
    expect(value.producerEntries.length).toBeGreaterThan(0)
    expect(encodeVersioned(ProducerSnapshot, version, value)).toEqual(bytes)
  })
})

describe('records that are not of this release', () => {
  it('are refused by their frame version, type or version', () => {
    expect(() => decodeMetadataRecord(Buffer.from('000200', 'hex'))).toThrow(/frame version 0/)
    expect(() => decodeMetadataRecord(Buffer.from('01ff0100', 'hex'))).toThrow(/unknown type 255/)
    expect(() => decodeMetadataRecord(Buffer.from('010209', 'hex'))).toThrow(DecodeError)
    expect(() => decodeCoordinatorKey(consumerOffsets, Buffer.from('00630000', 'hex'))).toThrow(/type 99/)
    expect(() => decodeCoordinatorKey(consumerOffsets, Buffer.alloc(1))).toThrow(DecodeError)
  })

  it('are refused with bytes after their end', () => {
    const key = encodeCoordinatorKey(GroupMetadataRecord, { group: 'g' })
    expect(() => decodeCoordinatorKey(consumerOffsets, Buffer.concat([key, Buffer.alloc(1)]))).toThrow(
      DecodeError,
    )
  })
})
