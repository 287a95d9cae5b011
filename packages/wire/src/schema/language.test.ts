import { describe, expect, expectTypeOf, it } from 'vitest'
import { DecodeError, EncodeError } from '../codec-errors.ts'
import { type MetadataRecord, OffsetCommitRecord, type RequestOf, TopicRecord } from '../index.ts'
import { type CoordinatorRecord, consumerOffsets } from '../coordinator-records.ts'
import type { Int64 } from '../int64.ts'
import { OffsetFetch } from './09-offset-fetch.ts'
import {
  array,
  bytes,
  field,
  int32,
  int64,
  message,
  string,
  struct,
  structArray,
  structField,
  type ValueOf,
} from './language.ts'

const point = struct('Point', [field('x', int32, '0+'), field('y', int32, '0+', { default: 7 })])

const Sample = message('Sample', { versions: '0-3', flexible: '2+' }, () => [
  field('name', string, '0+'),
  field('comment', string, '1+', { nullable: '2+' }),
  field('hint', int64, '1+', { default: -1, ignorable: true }),
  structArray('parts', 'Part', '0+', { nullable: '1+' }, [
    field('payload', bytes, '0+'),
    field('at', point, '1+', { nullable: '1+', default: null }),
  ]),
  structField('origin', 'Origin', '3+', { tagged: '3+', tag: 1 }, [field('host', string, '3+')]),
  field('numbers', array(int32), '2+', { tagged: '2+', tag: 0, nullable: '3+' }),
])

type SampleValue = ValueOf<typeof Sample>

/** Hexadecimal digits may be spaced for the reader. */
const packed = (digits: string) => digits.replaceAll(' ', '')

const empty: SampleValue = {
  name: '',
  comment: '',
  hint: -1,
  parts: [],
  origin: { host: '' },
  numbers: [],
}

const topicName = (record: MetadataRecord) =>
  record.type === TopicRecord.recordType ? record.value.name : undefined
const committedOffset = (record: CoordinatorRecord<typeof consumerOffsets>) =>
  record.type === OffsetCommitRecord.recordType ? record.value?.offset : undefined

describe('the schema language', () => {
  it('infers the decoded form', () => {
    expectTypeOf<SampleValue>().toEqualTypeOf<{
      name: string
      comment: string | null
      hint: Int64
      parts: { payload: Buffer; at: { x: number; y: number } | null }[] | null
      origin: { host: string }
      numbers: number[] | null
    }>()
    expectTypeOf<RequestOf<typeof OffsetFetch>['groups'][number]['memberId']>().toEqualTypeOf<string | null>()
  })

  it('narrows a decoded record by its type', () => {
    expectTypeOf(topicName).returns.toEqualTypeOf<string | undefined>()
    expectTypeOf(committedOffset).returns.toEqualTypeOf<Int64 | undefined>()
  })

  it('takes defaults for members that are missing, also inside structs', () => {
    const bytes = Sample.encodeToBuffer(1, { name: 'a', parts: [{}, { at: { x: 1 } }] })
    expect(Sample.decodeBuffer(bytes, 1)).toEqual({
      ...empty,
      name: 'a',
      parts: [
        { payload: Buffer.alloc(0), at: null },
        { payload: Buffer.alloc(0), at: { x: 1, y: 7 } },
      ],
    })
  })

  it('gives each decoded value its own defaults', () => {
    const bytes = Sample.encodeToBuffer(0, {})
    const first = Sample.decodeBuffer(bytes, 0)
    first.origin.host = 'changed'
    first.numbers?.push(1)
    expect(Sample.decodeBuffer(bytes, 0)).toEqual(empty)
  })

  it('leaves a tagged field out when it is its default, and writes the others by rising tag', () => {
    expect(Sample.encodeToBuffer(3, {}).toString('hex')).toBe(packed('01 01 ffffffffffffffff 01 00'))
    const one = Sample.encodeToBuffer(3, { origin: { host: 'h' }, numbers: [] })
    expect(one.toString('hex').slice(-12)).toBe(packed('01 0103026800'))
    const both = Sample.encodeToBuffer(3, { origin: { host: 'h' }, numbers: [5] })
    expect(both.toString('hex').slice(-26)).toBe(packed('02 00050200000005 0103026800'))
  })

  it('writes the null of a tagged field whose default is empty', () => {
    const bytes = Sample.encodeToBuffer(3, { numbers: null })
    expect(bytes.toString('hex').slice(-8)).toBe(packed('01 00 01 00'))
    expect(Sample.decodeBuffer(bytes, 3).numbers).toBeNull()
  })

  it('carries tagged fields whose size takes more than one byte', () => {
    for (const length of [20, 31, 32, 100, 5000, 600_000]) {
      const numbers = Array.from({ length }, (_, i) => i)
      const bytes = Sample.encodeToBuffer(2, { name: 'n', numbers })
      expect(Sample.decodeBuffer(bytes, 2)).toEqual({ ...empty, name: 'n', numbers })
    }
  })

  it('refuses what a version cannot carry unless it is the default or may be ignored', () => {
    expect(() => Sample.encodeToBuffer(0, { comment: 'lost' })).toThrow(EncodeError)
    expect(() => Sample.encodeToBuffer(2, { origin: { host: 'lost' } })).toThrow(/Sample 2: origin/)
    expect(() => Sample.encodeToBuffer(1, { numbers: null })).toThrow(EncodeError)
    expect(() => Sample.encodeToBuffer(0, { comment: '', hint: 5, numbers: [], origin: {} })).not.toThrow()
  })

  it('refuses null where a version has none', () => {
    expect(() => Sample.encodeToBuffer(1, { comment: null })).toThrow(EncodeError)
    expect(() => Sample.encodeToBuffer(0, { parts: null })).toThrow(EncodeError)
    expect(() => Sample.decodeBuffer(Buffer.from('0000ffffffff', 'hex'), 0)).toThrow(DecodeError)
    expect(() => Sample.decodeBuffer(Buffer.from('0000ffff', 'hex'), 1)).toThrow(DecodeError)
  })

  it('refuses versions that it does not have', () => {
    for (const version of [-1, 4, 32767]) {
      expect(() => Sample.decodeBuffer(Buffer.alloc(100), version)).toThrow(DecodeError)
      expect(() => Sample.encodeToBuffer(version, {})).toThrow(EncodeError)
    }
  })

  it('refuses bytes after the end, and a tagged field of another size than it says', () => {
    const bytes = Sample.encodeToBuffer(2, { numbers: [1] })
    expect(bytes.toString('hex').slice(-16)).toBe(packed('01 00 05 02 00000001'))
    expect(() => Sample.decodeBuffer(Buffer.concat([bytes, Buffer.alloc(1)]), 2)).toThrow(/1 bytes after/)
    const wrong = Buffer.from(bytes)
    wrong[bytes.length - 6] = 4
    expect(() => Sample.decodeBuffer(wrong, 2)).toThrow(DecodeError)
    wrong[bytes.length - 6] = 6
    expect(() => Sample.decodeBuffer(Buffer.concat([wrong, Buffer.alloc(1)]), 2)).toThrow(/another size/)
  })
})

describe('decoded bytes', () => {
  it('are copies, except records', async () => {
    const { Produce, SaslAuthenticate } = await import('../index.ts')
    const sasl = SaslAuthenticate.request.encodeToBuffer(2, { authBytes: Buffer.from('secret') })
    const { authBytes } = SaslAuthenticate.request.decodeBuffer(sasl, 2)
    sasl.fill(0)
    expect(authBytes.toString()).toBe('secret')

    const records = Buffer.from('not really a batch')
    const produce = Produce.request.encodeToBuffer(9, {
      topicData: [{ name: 't', partitionData: [{ index: 0, records }] }],
    })
    const view = Produce.request.decodeBuffer(produce, 9).topicData[0]?.partitionData[0]?.records
    expect(view).toEqual(records)
    produce.fill(0)
    expect(view).toEqual(Buffer.alloc(records.length))
  })
})
