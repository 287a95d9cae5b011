import { DecodeError } from '../codec-errors.ts'
import type { Reader } from '../reader.ts'
import { defaultExpression } from './defaults.ts'
import { primitiveMethod } from './primitive-method.ts'
import type { FieldShape, PrimitiveKind, StructShape, TypeShape } from './shape.ts'
import { inVersions } from './versions.ts'

/**
 * Writes the decoder of one version of a message as source text and compiles it: a function a struct, no
 * interpretation and no closures left at run time. Objects get all fields in the schema's order, whatever
 * the version, so that all versions share one hidden class.
 */
export function compileDecoder(
  shape: StructShape,
  version: number,
  flexible: boolean,
): (reader: Reader) => unknown {
  return compile(new DecoderSource(version, flexible, false), shape)
}

/** The same as a generator, which rests between the elements of long arrays; it is some times slower. */
export function compileDecoderInSteps(
  shape: StructShape,
  version: number,
  flexible: boolean,
): (reader: Reader) => Generator<undefined, unknown, undefined> {
  return compile(new DecoderSource(version, flexible, true), shape)
}

function compile<T>(source: DecoderSource, shape: StructShape): T {
  const entry = source.struct(shape)
  const text = `'use strict'\n${source.functions.join('\n')}\nreturn ${entry}`
  return new Function('refuse', text)(refuse) as T
}

function refuse(reason: string): never {
  throw new DecodeError(reason)
}

const fixedBytes: Partial<Record<TypeShape['kind'], number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  hash64: 8,
  float64: 8,
  uuid: 16,
}

/** The least number of bytes that a value of this type takes; guards the allocation of arrays. */
function bytesMin(type: TypeShape, version: number, flexible: boolean, nullable = false): number {
  const fixed = fixedBytes[type.kind]
  if (fixed !== undefined) return fixed
  if (type.kind === 'string') return flexible ? 1 : 2
  if (type.kind !== 'struct') return flexible ? 1 : 4
  if (nullable) return 1
  return type.fields
    .filter((field) => inVersions(field.versions, version) && !inVersions(field.tagged, version))
    .map((field) => bytesMin(field.type, version, flexible, inVersions(field.nullable, version)))
    .reduce((sum, least) => sum + least, flexible ? 1 : 0)
}

/** Statement of a loop over an array: a rest now and then. */
export const restBetweenElements = 'if ((i & 63) === 63) yield'

/** A struct that holds none, itself or in its members, takes no time to speak of. */
export function holdsArrays(shape: StructShape): boolean {
  return shape.fields.some(
    ({ type }) => type.kind === 'array' || (type.kind === 'struct' && holdsArrays(type)),
  )
}

class DecoderSource {
  readonly functions: string[] = []
  readonly #version: number
  readonly #flexible: boolean
  /** Do structs with arrays become generators? */
  readonly #inSteps: boolean
  readonly #structs = new Map<StructShape, string>()

  constructor(version: number, flexible: boolean, inSteps: boolean) {
    this.#version = version
    this.#flexible = flexible
    this.#inSteps = inSteps
  }

  /** Calls the function that decodes this struct. */
  #call(shape: StructShape): string {
    const call = `${this.struct(shape)}(r)`
    return this.#rests(shape) ? `yield* ${call}` : call
  }

  #rests(shape: StructShape): boolean {
    return this.#inSteps && holdsArrays(shape)
  }

  /** The name of the function that decodes this struct. */
  struct(shape: StructShape): string {
    const known = this.#structs.get(shape)
    if (known) return known
    const name = `${shape.name}${this.#structs.size}`
    this.#structs.set(shape, name)
    const lines: string[] = []
    const members: string[] = []
    const tagged: { field: FieldShape; local: string }[] = []
    shape.fields.forEach((field, i) => {
      const local = `f${i}`
      members.push(`${field.name}: ${local}`)
      const present = inVersions(field.versions, this.#version)
      if (present && !inVersions(field.tagged, this.#version)) lines.push(this.#field(field, local))
      else lines.push(`let ${local} = ${defaultExpression(field)}`)
      if (present && inVersions(field.tagged, this.#version)) tagged.push({ field, local })
    })
    if (this.#flexible) lines.push(this.#taggedFields(tagged))
    const star = this.#rests(shape) ? '*' : ''
    this.functions.push(
      `function${star} ${name}(r) {\n${lines.join('\n')}\nreturn { ${members.join(', ')} }\n}`,
    )
    return name
  }

  #field(field: FieldShape, local: string): string {
    return `let ${local}\n${this.#read(field, local, false)}`
  }

  /** Statements that read a field's value into a declared local. */
  #read(field: FieldShape, local: string, tagged: boolean): string {
    const { type } = field
    const nullable = inVersions(field.nullable, this.#version)
    if (type.kind === 'struct') {
      const read = `${local} = ${this.#call(type)}`
      if (!nullable) return read
      // As a tagged field the mark is an unsigned varint with 0 for null, else a byte with -1 for null.
      return `if (${tagged ? 'r.uvarint() === 0' : 'r.int8() < 0'}) ${local} = null\nelse ${read}`
    }
    const flexible = field.flexible === undefined ? this.#flexible : inVersions(field.flexible, this.#version)
    if (type.kind !== 'array')
      return `${local} = ${readPrimitive(type.kind, flexible, nullable, field.zeroCopy)}`
    const least = Math.max(1, bytesMin(type.element, this.#version, flexible))
    return [
      `const n_${local} = r.${flexible ? 'compactArrayLength' : 'arrayLength'}(${least})`,
      `if (n_${local} < 0) ${nullable ? `${local} = null` : `refuse('null ${field.name}')`}`,
      `else {`,
      `${local} = []`,
      `for (let i = 0; i < n_${local}; i++) {`,
      ...(this.#inSteps ? [restBetweenElements] : []),
      `${local}.push(${this.#element(type.element, flexible)})`,
      `}`,
      `}`,
    ].join('\n')
  }

  #element(type: TypeShape, flexible: boolean): string {
    if (type.kind === 'struct') return this.#call(type)
    if (type.kind === 'array') throw new TypeError('arrays of arrays are not part of the protocol')
    return readPrimitive(type.kind, flexible, false, false)
  }

  #taggedFields(tagged: { field: FieldShape; local: string }[]): string {
    const cases = tagged.map(
      ({ field, local }) => `case ${field.tag}: {\n${this.#read(field, local, true)}\nbreak\n}`,
    )
    // Each round reads at least two bytes or throws, so a false count cannot make this loop long.
    return [
      `for (let left = r.uvarint(); left > 0; left--) {`,
      `const tag = r.uvarint()`,
      `const end = r.endOf(r.uvarint())`,
      `switch (tag) {`,
      ...cases,
      `default: r.position = end`,
      `}`,
      `if (r.position !== end) refuse('tagged field ' + tag + ' of another size than it says')`,
      `}`,
    ].join('\n')
  }
}

function readPrimitive(kind: PrimitiveKind, flexible: boolean, nullable: boolean, zeroCopy = false): string {
  const view = kind === 'records' || (kind === 'bytes' && zeroCopy) ? 'View' : ''
  return `r.${primitiveMethod(kind, flexible, nullable)}${view}()`
}
