import * as fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DecodeError } from '../codec-errors.ts'
import * as wire from '../index.ts'
import { int64s } from '../testing/int64s.ts'
import { uuidFromBytes } from '../uuid.ts'
import { type Message, MessageSchema } from './message.ts'
import type { FieldShape, StructShape, TypeShape } from './shape.ts'
import { inVersions } from './versions.ts'

// Properties of every message at every version: values come back as they went in, and bytes from strangers
// cannot do worse than DecodeError.

const messages: Message[] = [
  ...wire.apis.flatMap((api: wire.Api) => [api.request, api.response]),
  ...Object.values(wire).filter((value) => value instanceof MessageSchema),
]
const cases = messages.map((message) => [message.name, message] as const)

function versionsOf(message: Message): number[] {
  const { minVersion, maxVersion } = message
  return Array.from({ length: maxVersion - minVersion + 1 }, (_, i) => minVersion + i)
}

const texts = fc.string({ unit: 'grapheme', maxLength: 12 })
const longTexts = fc.integer({ min: 30, max: 400 }).map((length) => 'ä'.repeat(length))
const buffers = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))
const uuids = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => uuidFromBytes(Buffer.from(bytes)))
const primitives: Record<string, fc.Arbitrary<unknown>> = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  int32: fc.integer(),
  int64: int64s,
  hash64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  uint32: fc.integer({ min: 0, max: 0xffff_ffff }),
  float64: fc.double(),
  string: fc.oneof({ weight: 9, arbitrary: texts }, { weight: 1, arbitrary: longTexts }),
  bytes: buffers,
  records: buffers,
  uuid: uuids,
}

function valueOf(type: TypeShape, version: number): fc.Arbitrary<unknown> {
  if (type.kind === 'array') return fc.array(valueOf(type.element, version), { maxLength: 3 })
  if (type.kind === 'struct') return structOf(type, version)
  return primitives[type.kind] as fc.Arbitrary<unknown>
}

function fieldOf(field: FieldShape, version: number): fc.Arbitrary<unknown> {
  const value = valueOf(field.type, version)
  return inVersions(field.nullable, version) ? fc.option(value, { nil: null, freq: 4 }) : value
}

/** Members that the version carries; the others are left to their defaults. */
function structOf(shape: StructShape, version: number): fc.Arbitrary<Record<string, unknown>> {
  const carried = shape.fields.filter((field) => inVersions(field.versions, version))
  return fc.record(Object.fromEntries(carried.map((field) => [field.name, fieldOf(field, version)])), {
    noNullPrototype: true,
  })
}

/** Whether `decoded` has everything that `sent` has, and nothing else but the members that were not sent. */
function carries(decoded: unknown, sent: unknown): boolean {
  if (Array.isArray(sent))
    return (
      Array.isArray(decoded) &&
      decoded.length === sent.length &&
      sent.every((each, i) => carries(decoded[i], each))
    )
  if (typeof sent !== 'object' || sent === null || sent instanceof Uint8Array)
    return isDeepStrictEqual(decoded, sent)
  return Object.entries(sent).every(([name, value]) => carries((decoded as any)[name], value))
}

function elementsIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + elementsIn(each), value.length)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0
  return elementsIn(Object.values(value)) - Object.keys(value).length
}

/** Decodes, or gives undefined for a DecodeError; anything else that is thrown fails the test. */
function tryDecode(message: Message, bytes: Buffer, version: number): unknown {
  try {
    return message.decodeBuffer(bytes, version)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

function hasTaggedNullDefault(shape: StructShape): boolean {
  return shape.fields.some((field) => field.tagged && field.nullable && field.default === undefined)
}

let stackTraceLimit: number
beforeAll(() => {
  // Thousands of errors are made here; their stacks are of no interest.
  stackTraceLimit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
})
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit
})

describe('a message at each of its versions', () => {
  it.each(cases)('%s comes back as it went in', (_name, message) => {
    for (const version of versionsOf(message)) {
      const property = fc.property(structOf(message.shape, version), (value) => {
        const bytes = message.encodeToBuffer(version, value)
        const decoded = message.decodeBuffer(bytes, version)
        expect(Object.keys(decoded)).toEqual(message.shape.fields.map((field) => field.name))
        return carries(decoded, value) && message.encodeToBuffer(version, decoded).equals(bytes)
      })
      fc.assert(property, { numRuns: 8 })
    }
  })
})

describe('bytes from a stranger', () => {
  it.each(cases)('%s is refused when it is cut off, at any place', (_name, message) => {
    for (const version of versionsOf(message)) {
      const [value] = fc.sample(structOf(message.shape, version), { numRuns: 1, seed: version })
      const bytes = message.encodeToBuffer(version, value)
      const step = Math.ceil(bytes.length / 100)
      for (let length = 0; length < bytes.length; length += step)
        expect(tryDecode(message, bytes.subarray(0, length), version)).toBeUndefined()
    }
  })

  it.each(cases)('%s with any bytes overwritten is refused or decoded, never more', (_name, message) => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    })
    for (const version of versionsOf(message)) {
      const property = fc.property(structOf(message.shape, version), changes, (value, places) => {
        const bytes = message.encodeToBuffer(version, value)
        for (const [place, marked, any] of places)
          if (bytes.length > 0) bytes[place % bytes.length] = place % 2 === 0 ? marked : any
        const decoded = tryDecode(message, bytes, version)
        if (decoded === undefined) return
        expect(elementsIn(decoded)).toBeLessThanOrEqual(bytes.length)
        const again = message.encodeToBuffer(version, decoded)
        expect(message.encodeToBuffer(version, message.decodeBuffer(again, version))).toEqual(again)
      })
      fc.assert(property, { numRuns: 8 })
    }
  })

  it.each(cases)('%s with a huge length at any place costs no memory', (_name, message) => {
    const hugeLengths = ['7fffffff', 'ffffffff0f', 'fffffffe07', '7fff'].map((hex) => Buffer.from(hex, 'hex'))
    for (const version of versionsOf(message)) {
      const [value] = fc.sample(structOf(message.shape, version), { numRuns: 1, seed: 7 + version })
      const bytes = message.encodeToBuffer(version, value)
      const step = Math.ceil(bytes.length / 50)
      for (let at = 0; at < bytes.length; at += step)
        for (const length of hugeLengths) {
          const hostile = Buffer.concat([bytes.subarray(0, at), length, bytes.subarray(at + length.length)])
          expect(elementsIn(tryDecode(message, hostile, version))).toBeLessThanOrEqual(hostile.length)
        }
    }
  })

  it.each(cases)('%s is read past tagged fields that we do not know', (_name, message) => {
    for (const version of versionsOf(message)) {
      if (!message.isFlexible(version)) continue
      const bytes = message.encodeToBuffer(version, {})
      // The message's own tagged fields come last; of a default value there are none unless a null is one.
      if (bytes.at(-1) !== 0 || hasTaggedNullDefault(message.shape)) continue
      const unknown = Buffer.concat([
        bytes.subarray(0, -1),
        Buffer.from([2, 0xff, 0x7f, 3, 1, 2, 3, 0x80, 0x80, 1, 0]),
      ])
      expect(message.decodeBuffer(unknown, version)).toEqual(message.decodeBuffer(bytes, version))
    }
  })
})
