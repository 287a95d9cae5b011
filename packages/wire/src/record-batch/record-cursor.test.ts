import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addInt64 } from '../int64.ts'
import { buildBatchSync } from './builder.ts'
import * as layout from './layout.ts'
import { RecordCursor } from './record-cursor.ts'
import { CorruptRecordError, readRecords } from './records.ts'

const bytes = fc.option(fc.uint8Array({ maxLength: 200 }))
const records = fc.array(
  fc.record({
    key: bytes,
    value: bytes,
    timestamp: fc.oneof(fc.nat(), fc.integer(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
    headers: fc.array(fc.record({ key: fc.string({ maxLength: 5 }), value: bytes }), { maxLength: 2 }),
  }),
  { maxLength: 12 },
)

test('finds the records that are read from the same bytes', () => {
  fc.assert(
    fc.property(records, (inputs) => {
      const batch = buildBatchSync({ records: inputs, baseOffset: 100 })
      const section = batch.subarray(layout.recordsAt)
      const record = new RecordCursor(section, inputs.length)
      for (const expected of readRecords(batch)) {
        expect(record.next()).toBe(true)
        expect(100 + record.offsetDelta).toBe(expected.offset)
        expect(addInt64(layout.baseTimestamp(batch, 0), record.timestampDelta)).toBe(expected.timestamp)
        const { keyAt, keyLength, valueLength } = record
        expect(keyLength < 0 ? null : section.subarray(keyAt, keyAt + keyLength)).toEqual(expected.key)
        expect(valueLength).toBe(expected.value?.length ?? -1)
      }
      expect(record.next()).toBe(false)
    }),
  )
})

test('of any other bytes it finds records within them, or throws', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 7, maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      (noise, count) => {
        const section = Buffer.from(noise)
        try {
          const record = new RecordCursor(section, Math.min(count, Math.floor(section.length / 7)))
          for (let end = 0; record.next(); end = record.end) {
            expect(record.end).toBeGreaterThan(end)
            expect(record.end).toBeLessThanOrEqual(section.length)
            expect(record.keyAt + Math.max(0, record.keyLength)).toBeLessThanOrEqual(record.end)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptRecordError)
        }
      },
    ),
    { numRuns: 2_000 },
  )
})
