import { EncodeError } from '../codec-errors.ts'
import { errorText } from '../error-text.ts'
import type { Writer } from '../writer.ts'
import { holdsArrays, restBetweenElements } from './compile-decoder.ts'
import { defaultExpression, isDefaultExpression } from './defaults.ts'
import { primitiveMethod } from './primitive-method.ts'
import type { FieldShape, StructShape, TypeShape } from './shape.ts'
import { inVersions } from './versions.ts'

/** Writes the encoder of one version of a message as source text and compiles it; see compile-decoder.ts. */
export function compileEncoder(
  shape: StructShape,
  version: number,
  flexible: boolean,
): (writer: Writer, value: unknown) => void {
  return compile(new EncoderSource(version, flexible, false), shape)
}

/** The same as a generator, which rests between the elements of long arrays. */
export function compileEncoderInSteps(
  shape: StructShape,
  version: number,
  flexible: boolean,
): (writer: Writer, value: unknown) => Generator<undefined, void, undefined> {
  return compile(new EncoderSource(version, flexible, true), shape)
}

function compile<T>(source: EncoderSource, shape: StructShape): T {
  const entry = source.struct(shape)
  const text = `'use strict'\nconst empty = {}\n${source.functions.join('\n')}\nreturn ${entry}`
  return new Function('refuse', 'errorText', text)(refuse, errorText) as T
}

const errorTextName = /errorMessage$/i

function refuse(reason: string): never {
  throw new EncodeError(reason)
}

class EncoderSource {
  readonly functions: string[] = []
  readonly #version: number
  readonly #flexible: boolean
  /** Do structs with arrays become generators? */
  readonly #inSteps: boolean
  readonly #structs = new Map<StructShape, string>()
  readonly #defaultTests = new Map<StructShape, string>()

  constructor(version: number, flexible: boolean, inSteps: boolean) {
    this.#version = version
    this.#flexible = flexible
    this.#inSteps = inSteps
  }

  /** Calls the function that encodes this struct. */
  #call(shape: StructShape, value: string): string {
    const call = `${this.struct(shape)}(w, ${value})`
    return this.#rests(shape) ? `yield* ${call}` : call
  }

  #rests(shape: StructShape): boolean {
    return this.#inSteps && holdsArrays(shape)
  }

  /** The name of the function that encodes this struct. */
  struct(shape: StructShape): string {
    const known = this.#structs.get(shape)
    if (known) return known
    const name = `${shape.name}${this.#structs.size}`
    this.#structs.set(shape, name)
    const lines: string[] = ['let x']
    const tagged: FieldShape[] = []
    for (const field of shape.fields) {
      if (!inVersions(field.versions, this.#version)) lines.push(this.#absent(field))
      else if (inVersions(field.tagged, this.#version)) tagged.push(field)
      else lines.push(`x = v.${field.name}`, this.#write(field, 'x', false))
    }
    if (this.#flexible) lines.push(this.#taggedFields(tagged))
    const star = this.#rests(shape) ? '*' : ''
    this.functions.push(
      `function${star} ${name}(w, v) {\n${lines.filter((line) => line !== '').join('\n')}\n}`,
    )
    return name
  }

  #absent(field: FieldShape): string {
    if (field.ignorable) return ''
    const refusal = `refuse('${field.name} cannot be carried by this version and is not the default')`
    return `x = v.${field.name}\nif (!(${this.#isDefault(field, 'x')})) ${refusal}`
  }

  #isDefault(field: FieldShape, value: string): string {
    return isDefaultExpression(field, value, (shape) => this.#isDefaultStruct(shape))
  }

  /** The name of the function that tells whether all members of a struct are their defaults. */
  #isDefaultStruct(shape: StructShape): string {
    const known = this.#defaultTests.get(shape)
    if (known) return known
    const name = `isDefault${this.#defaultTests.size}`
    this.#defaultTests.set(shape, name)
    const tests = shape.fields.map((field) => this.#isDefault(field, `v.${field.name}`))
    this.functions.push(`function ${name}(v) {\nreturn ${tests.join(' && ') || 'true'}\n}`)
    return name
  }

  /** Statements that write a field's value, which stands in a local and may be undefined. */
  #write(field: FieldShape, local: string, tagged: boolean): string {
    const { type } = field
    const nullable = inVersions(field.nullable, this.#version)
    const refuseNull = `refuse('${field.name} cannot be null')`
    if (type.kind === 'struct') {
      const initial = field.default === null ? 'null' : 'empty'
      const write = this.#call(type, local)
      const [absent, there] = tagged ? ['w.uvarint(0)', 'w.uvarint(1)'] : ['w.int8(-1)', 'w.int8(1)']
      return [
        `if (${local} === undefined) ${local} = ${initial}`,
        nullable
          ? `if (${local} === null) ${absent}\nelse { ${there}; ${write} }`
          : `if (${local} === null) ${refuseNull}\n${write}`,
      ].join('\n')
    }
    const flexible = field.flexible === undefined ? this.#flexible : inVersions(field.flexible, this.#version)
    if (type.kind !== 'array') {
      const value = `${local} === undefined ? ${defaultExpression(field)} : ${local}`
      const isErrorText = type.kind === 'string' && errorTextName.test(field.name)
      const written = isErrorText ? `(x = ${value}) === null ? x : errorText(x)` : value
      return `w.${primitiveMethod(type.kind, flexible, nullable)}(${written})`
    }
    const length = flexible ? 'w.compactArrayLength' : 'w.arrayLength'
    return [
      `if (${local} === undefined) ${local} = ${defaultExpression(field)}`,
      `if (${local} === null) ${nullable ? `${length}(-1)` : refuseNull}`,
      `else {`,
      `${length}(${local}.length)`,
      `for (let i = 0; i < ${local}.length; i++) {`,
      ...(this.#inSteps ? [restBetweenElements] : []),
      this.#element(type.element, flexible, `${local}[i]`),
      `}`,
      `}`,
    ].join('\n')
  }

  #element(type: TypeShape, flexible: boolean, value: string): string {
    if (type.kind === 'struct') return this.#call(type, value)
    if (type.kind === 'array') throw new TypeError('arrays of arrays are not part of the protocol')
    return `w.${primitiveMethod(type.kind, flexible, false)}(${value})`
  }

  /** By rising tag; a tagged field that equals its default is left out. */
  #taggedFields(fields: FieldShape[]): string {
    if (fields.length === 0) return 'w.uint8(0)'
    const sorted = [...fields].sort((a, b) => (a.tag as number) - (b.tag as number))
    const counts = sorted.map((field) => {
      const local = `t${field.tag}`
      return `let ${local} = v.${field.name}\nconst has_${local} = !(${this.#isDefault(field, local)})\nif (has_${local}) count++`
    })
    const writes = sorted.map((field) => {
      const local = `t${field.tag}`
      return [
        `if (has_${local}) {`,
        `w.uvarint(${field.tag})`,
        `const start = w.beginSized()`,
        this.#write(field, local, true),
        `w.endSized(start)`,
        `}`,
      ].join('\n')
    })
    return ['let count = 0', ...counts, 'w.uvarint(count)', ...writes].join('\n')
  }
}
