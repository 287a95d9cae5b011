import { cbor, tag } from '@smithy/core/cbor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CborError, decodeCbor, encodeCbor, Tagged } from './cbor-values.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('CBOR', () => {
  // RFC 8949, appendix A.
  it.each<[string, unknown]>([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1000],
    ['fb3ff199999999999a', 1.1],
    ['fbc010666666666666', -4.1],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['c11a514b67b0', new Tagged(1, 1_363_896_240)],
    ['4401020304', Buffer.from([1, 2, 3, 4])],
    ['62c3bc', 'ü'],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
  ])('%s is read and written', (text, value) => {
    expect(decodeCbor(hex(text))).toEqual(value)
    expect(encodeCbor(value).toString('hex')).toBe(text)
  })

  it.each<[string, unknown]>([
    ['f93c00', 1],
    ['f97bff', 65_504],
    ['f90001', 5.960464477539063e-8],
    ['f9c400', -4],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['fa47c35000', 100_000],
    ['f7', null],
    ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
    ['3bffffffffffffffff', -18_446_744_073_709_551_616n],
    ['5f42010243030405ff', Buffer.from([1, 2, 3, 4, 5])],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ])('%s, which we do not write, is read', (text, value) => {
    expect(decodeCbor(hex(text))).toEqual(value)
  })

  it('is that of the official codec, both ways', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'grapheme' }),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true }).map((number) => number + 0),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array(),
        fc.array(tie('any')),
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          tie('any'),
        ),
      ),
    })).any
    const normal = (given: unknown): unknown => {
      if (given instanceof Uint8Array) return [...given]
      if (Array.isArray(given)) return given.map(normal)
      if (typeof given === 'object' && given !== null)
        return Object.entries(given).map(([key, item]) => [key, normal(item)])
      return given
    }
    fc.assert(
      fc.property(value, (given) => {
        expect(normal(cbor.deserialize(encodeCbor(given)))).toEqual(normal(given))
        expect(normal(decodeCbor(Buffer.from(cbor.serialize(given))))).toEqual(normal(given))
      }),
    )
    expect(decodeCbor(Buffer.from(cbor.serialize(tag({ tag: 1, value: 5 }))))).toEqual(new Tagged(1, 5))
  })

  it.each([
    ['nothing', ''],
    ['a number cut short', '1903'],
    ['a text that is longer than the rest', '7affffffff61'],
    ['a list of four milliards', '9affffffff00'],
    ['a map that is longer than the rest', 'ba00ffffff6161'],
    ['a length of 64 bits', '5bffffffffffffffff'],
    ['a list without end', '9f0102'],
    ['a break alone', 'ff'],
    ['two values', '0000'],
    ['a key that is no text', 'a10102'],
    ['pieces of another type', '7f4101ff'],
    ['a text that is not UTF-8', '62c328'],
    ['a length that means nothing', '1c'],
    ['a type that means nothing', 'f8ff'],
    ['nesting without end', '81'.repeat(10_000)],
  ])('that is %s is refused', (_what, text) => {
    expect(() => decodeCbor(hex(text))).toThrow(CborError)
  })

  it('fails in no other way, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodeCbor(Buffer.from(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(CborError)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
