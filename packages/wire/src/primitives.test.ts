import { seededRandom } from '@sluice/effects'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DecodeError, EncodeError } from './codec-errors.ts'
import { Int64 } from './int64.ts'
import { Reader } from './reader.ts'
import { isUuid, randomUuid, uuidFromBytes, zeroUuid } from './uuid.ts'
import { int64s } from './testing/int64s.ts'
import { Writer } from './writer.ts'

function write(fn: (writer: Writer) => void): Buffer {
  const writer = new Writer(0)
  fn(writer)
  return writer.finish()
}

const hex = (text: string) => new Reader(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** A primitive type, values that it holds, and values that it refuses. */
const types: [keyof Reader & keyof Writer, fc.Arbitrary<unknown>, unknown[]][] = [
  ['bool', fc.boolean(), []],
  ['int8', fc.integer({ min: -0x80, max: 0x7f }), [0x80, -0x81, 1.5, Number.NaN, null, '1']],
  ['uint8', fc.integer({ min: 0, max: 0xff }), [-1, 0x100]],
  ['int16', fc.integer({ min: -0x8000, max: 0x7fff }), [0x8000, -0x8001, 0.1]],
  ['uint16', fc.integer({ min: 0, max: 0xffff }), [-1, 0x10000]],
  ['int32', fc.integer(), [2 ** 31, -(2 ** 31) - 1, undefined]],
  ['uint32', fc.integer({ min: 0, max: 0xffff_ffff }), [-1, 2 ** 32]],
  ['int64', int64s, [2 ** 53, 2 ** 62, 2n ** 63n, 0.5, Number.NaN, Number.POSITIVE_INFINITY]],
  ['hash64', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), [2n ** 63n, 1]],
  ['float64', fc.double(), ['1']],
  ['uvarint', fc.integer({ min: 0, max: 0xffff_ffff }), [-1, 2 ** 32]],
  ['varint', fc.integer(), [2 ** 31]],
  ['varlong', int64s, [2 ** 53, 2n ** 63n, 0.5]],
  ['string', fc.string({ unit: 'grapheme', maxLength: 80 }), [null, 5, 'x'.repeat(32768)]],
  ['nullableString', fc.option(fc.string({ unit: 'grapheme' })), [undefined]],
  ['compactString', fc.string({ unit: 'grapheme', maxLength: 80 }), [null, 'ä'.repeat(16384)]],
  ['compactNullableString', fc.option(fc.string({ unit: 'grapheme' })), [undefined]],
  ['bytes', fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each)), [null, 'text']],
  ['nullableBytes', fc.option(fc.uint8Array().map((each) => Buffer.from(each))), [undefined]],
  ['compactBytes', fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each)), [null]],
  ['compactNullableBytes', fc.option(fc.uint8Array().map((each) => Buffer.from(each))), [undefined]],
]

describe.each(types)('%s', (type, values, refused) => {
  const encode = (value: unknown) => write((writer) => (writer[type] as (value: unknown) => void)(value))

  it('comes back as it went in', () => {
    fc.assert(
      fc.property(values, (value) => {
        const reader = new Reader(encode(value))
        expect((reader[type] as () => unknown)()).toEqual(value)
        expect(reader.remaining).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('is refused when it is cut off', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(value)
        for (let length = 0; length < bytes.length; length++)
          expect(() => (new Reader(bytes, 0, length)[type] as () => unknown)()).toThrow(DecodeError)
      }),
      { numRuns: 20 },
    )
  })

  it.each(refused.map((value) => [value]))('refuses to write %s', (value) => {
    expect(() => encode(value)).toThrow(EncodeError)
  })
})

describe('int64', () => {
  it('writes all its bits, also as varlong', () => {
    expect(write((writer) => writer.int64(Int64.MAX)).toString('hex')).toBe('7fffffffffffffff')
    expect(write((writer) => writer.int64(Int64.MIN)).toString('hex')).toBe('8000000000000000')
    expect(write((writer) => writer.int64(-1)).toString('hex')).toBe('ffffffffffffffff')
    expect(write((writer) => writer.varlong(Int64.MIN)).toString('hex')).toBe('ffffffffffffffffff01')
  })

  it.each([
    ['001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['ffe0000000000001', Number.MIN_SAFE_INTEGER],
    ['0020000000000000', 2n ** 53n],
    ['0020000000000001', 2n ** 53n + 1n],
    ['7ffffffffffffffe', Int64.MAX - 1n],
    ['8000000000000001', Int64.MIN + 1n],
  ])('reads %s as %s', (text, value) => {
    expect(hex(text).int64()).toBe(value)
  })
})

describe('varints', () => {
  it('are written in the fewest bytes', () => {
    expect(write((writer) => writer.uvarint(300)).toString('hex')).toBe('ac02')
    expect(write((writer) => writer.varint(-1)).toString('hex')).toBe('01')
    expect(write((writer) => writer.varint(-(2 ** 31))).toString('hex')).toBe('ffffffff0f')
    expect(write((writer) => writer.varlong(64)).toString('hex')).toBe('8001')
  })

  it('are refused when they hold more bits than their type or never end', () => {
    expect(() => hex('ffffffff10').uvarint()).toThrow(DecodeError)
    expect(() => hex('ffffffffff01').uvarint()).toThrow(DecodeError)
    expect(() => hex('ffffffffffffffffff02').varlong()).toThrow(DecodeError)
    expect(() => hex('ff'.repeat(50)).varlong()).toThrow(DecodeError)
  })
})

describe('lengths', () => {
  it('are compared with what is left before anything is made', () => {
    expect(() => hex('7fffffff').bytes()).toThrow(DecodeError)
    expect(() => hex('ffffffff0f').compactBytes()).toThrow(DecodeError)
    expect(() => hex('7fffffff 0000').arrayLength(1)).toThrow(DecodeError)
    expect(() => hex('00000003 0000 0000 00').arrayLength(2)).toThrow(DecodeError)
    expect(hex('00000003 0000 0000 0000').arrayLength(2)).toBe(3)
    expect(hex('00').compactArrayLength(8)).toBe(-1)
    expect(() => hex('03').endOf(4)).toThrow(DecodeError)
  })

  it('below -1 are refused', () => {
    expect(() => hex('fffe').nullableString()).toThrow(DecodeError)
    expect(() => hex('fffffffe').nullableBytes()).toThrow(DecodeError)
    expect(() => hex('fffffffe').arrayLength(1)).toThrow(DecodeError)
  })

  it('of strings are at most 32767, also compact ones', () => {
    const text = 'x'.repeat(32767)
    expect(new Reader(write((writer) => writer.compactString(text))).compactString()).toBe(text)
    const longer = write((writer) => {
      writer.uvarint(32769)
      writer.raw(Buffer.alloc(32768))
    })
    expect(() => new Reader(longer).compactString()).toThrow(DecodeError)
  })
})

describe('a reader', () => {
  it('keeps to its part of the buffer', () => {
    const reader = new Reader(Buffer.from('000102030405', 'hex'), 1, 4)
    expect(reader.int16()).toBe(0x0102)
    expect(reader.remaining).toBe(1)
    expect(() => reader.int16()).toThrow(DecodeError)
    expect(reader.int8()).toBe(3)
    expect(() => new Reader(Buffer.alloc(3), 2, 4)).toThrow(RangeError)
  })

  it('gives views that share memory and bytes that do not', () => {
    const buffer = Buffer.from('0000000161', 'hex')
    const view = new Reader(buffer).bytesView()
    const copy = new Reader(buffer).bytes()
    buffer[4] = 0x62
    expect([view.toString(), copy.toString()]).toEqual(['b', 'a'])
  })
})

describe('a writer', () => {
  it('grows from any capacity without losing what it has', () => {
    for (const capacity of [0, 1, 3, 7, 64]) {
      const writer = new Writer(capacity)
      for (let i = 0; i < 200; i++) {
        writer.uvarint(i)
        writer.compactString(`s${i}`)
        writer.string('é')
      }
      const reader = new Reader(writer.finish())
      for (let i = 0; i < 200; i++)
        expect([reader.uvarint(), reader.compactString(), reader.string()]).toEqual([i, `s${i}`, 'é'])
    }
  })

  it('patches what was written, and only that', () => {
    const writer = new Writer()
    writer.int32(0)
    writer.int8(5)
    writer.patchInt32(0, 77)
    expect(writer.finish().toString('hex')).toBe('0000004d05')
    expect(() => writer.patchInt32(2, 1)).toThrow(EncodeError)
  })

  it('starts again in the same memory', () => {
    const writer = new Writer(8)
    writer.int32(1)
    writer.reset()
    writer.int8(9)
    expect(writer.finish().toString('hex')).toBe('09')
  })
})

describe('uuids', () => {
  it('are URL-safe base64 without padding', () => {
    const bytes = Buffer.from('fbefbefbefbefbefbefbefbefbefbeff', 'hex')
    expect(uuidFromBytes(bytes)).toBe('--------------------_w')
    expect(uuidFromBytes(Buffer.alloc(16))).toBe(zeroUuid)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (each) => {
        const uuid = uuidFromBytes(Buffer.from(each))
        expect(isUuid(uuid)).toBe(true)
        expect(write((writer) => writer.uuid(uuid))).toEqual(Buffer.from(each))
      }),
    )
  })

  it.each(['', 'short', 'AAAAAAAAAAAAAAAAAAAAAB', 'AAAAAAAAAAAAAAAAAAAA==', 'AAAAAAAAAAAAAAAAAAAAA+', null])(
    'refuse %s',
    (text) => {
      expect(() => write((writer) => writer.uuid(text as string))).toThrow(EncodeError)
    },
  )

  it('are random, of version 4, and never start with a dash', () => {
    const random = seededRandom(1)
    const made = Array.from({ length: 2000 }, () => randomUuid(random))
    expect(new Set(made).size).toBe(2000)
    for (const uuid of made) {
      const bytes = write((writer) => writer.uuid(uuid))
      expect([(bytes[6] as number) >> 4, (bytes[8] as number) >> 6, uuid[0] === '-']).toEqual([4, 2, false])
    }
  })
})
