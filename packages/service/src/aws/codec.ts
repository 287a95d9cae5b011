import type { Member, ServiceSchema, Structure, Type } from './schema.ts'
import type { AwsService } from './service.ts'

/** Decoded members under the SDK's names. */
export type Shape = Record<string, unknown>

/** Values nested deeper than the deepest shape of any AWS model are refused before they are walked. */
const depthMax = 32

/** How a protocol writes a value that its format has no type for. */
export interface Form<Value> {
  /** For a sentence: what it takes. */
  kind: string
  /** Undefined for what is none. */
  decode(value: unknown): Value | undefined
  encode(value: Value): unknown
}

/** Where a value stands in an input, and what has been found wrong with all of it so far. */
class Place {
  readonly depth: number
  readonly problems: string[]
  readonly #within: Place | null
  /** Of a member or a map's key; an item of a list has its index. */
  readonly #name: string | number

  constructor(within: Place | null, name: string | number) {
    this.#within = within
    this.#name = name
    this.depth = within ? within.depth + 1 : 0
    this.problems = within ? within.problems : []
  }

  /** Built when it is asked for: of thousands of values hardly one is wrong. */
  get path(): string {
    const before = this.#within?.path ?? ''
    if (typeof this.#name === 'number') return `${before}[${this.#name}]`
    return before === '' ? this.#name : `${before}.${this.#name}`
  }
}

interface Forms {
  timestamp: Form<Date>
  blob: Form<Uint8Array>
}

/**
 * Between what a protocol's format holds (texts, numbers, lists, objects) and the SDK's shapes. Requests are checked:
 * types first, then required members and constraints. Members that the schema does not know are ignored, null counts as absent,
 * absent members are left out.
 */
export class ShapeCodec {
  readonly #schema: ServiceSchema
  readonly #constrain: AwsService['constrain']
  readonly #badInput: AwsService['badInput']
  readonly #validation: AwsService['validation']
  readonly #problemsMax: number
  readonly #forms: Forms
  /** Of shapes that are frozen, and so never change; each is of one structure. */
  readonly #encoded = new WeakMap<object, Shape>()

  constructor({ schema, constrain, badInput, validation }: AwsService, forms: Forms) {
    this.#schema = schema
    this.#constrain = constrain
    this.#badInput = badInput
    this.#validation = validation
    this.#problemsMax = validation?.problemsMax ?? 1
    this.#forms = forms
  }

  /** `placed`: what stood elsewhere than in the body, under the SDK's names. */
  decode(structure: string, body: Shape, placed: Shape = {}): Shape {
    const shape = { ...placed }
    const top = new Place(null, '')
    this.#decodeMembers(structure, body, shape, top)
    if (this.#validation && top.problems.length > 0) throw this.#validation.exception(top.problems)
    return shape
  }

  encode(structure: string, shape: Shape): Shape {
    return this.#encodeStructure(this.#schema.structure(structure), shape)
  }

  #decodeMembers(structure: string, body: Shape, into: Shape, at: Place): void {
    for (const member of this.#schema.structure(structure).members) {
      const own = new Place(at, member.wire)
      // What is wrong with a whole stands before what is wrong with its parts.
      const before = at.problems.length
      if (member.place === 'body') {
        const value = Object.hasOwn(body, member.wire) ? body[member.wire] : undefined
        if (value !== undefined && value !== null) into[member.name] = this.#decode(member.type, value, own)
      }
      // Beyond what is told nothing is looked for: a few bytes may hold a million problems.
      if (before >= this.#problemsMax) continue
      const wrong = this.#problemsOf(structure, member, into[member.name], own)
      if (wrong && wrong.length > 0) this.#note(at.problems, before, wrong)
    }
  }

  #problemsOf(structure: string, member: Member, value: unknown, at: Place): readonly string[] | void {
    if (value !== undefined) return this.#constrain(structure, member, value, at)
    if (!member.required) return
    if (this.#validation) return [this.#validation.missing(at.path)]
    throw this.#badInput(`The parameter ${at.path} is required.`, member.wire)
  }

  /** In front of those from `before` on. */
  #note(problems: string[], before: number, own: readonly string[]): void {
    problems.splice(before, 0, ...own)
    problems.length = Math.min(problems.length, this.#problemsMax)
  }

  #decode(type: Type, value: unknown, at: Place): unknown {
    if (at.depth > depthMax) throw this.#badInput(`${at.path} is nested too deeply.`, leaf(at.path))
    switch (type.kind) {
      case 'string':
        if (typeof value === 'string') return value
        break
      case 'number':
        if (typeof value === 'number' && Number.isFinite(value)) return value
        break
      case 'boolean':
        if (typeof value === 'boolean') return value
        break
      case 'timestamp': {
        const time = this.#forms.timestamp.decode(value)
        // Beyond 100 million days from 1970 there is none.
        if (time && !Number.isNaN(time.getTime())) return time
        break
      }
      case 'blob': {
        const bytes = this.#forms.blob.decode(value)
        if (bytes) return bytes
        break
      }
      case 'document':
        return value
      case 'list':
        if (Array.isArray(value))
          return value.map((item, index) => this.#decode(type.of, item, new Place(at, index)))
        break
      case 'map':
        if (isObject(value)) {
          // Object.entries never sees a prototype; fromEntries defines own members, also `__proto__`.
          const entries = Object.entries(value).map(([key, item]) => [
            key,
            this.#decode(type.of, item, new Place(at, key)),
          ])
          return Object.fromEntries(entries)
        }
        break
      case 'structure':
        if (isObject(value)) {
          const shape: Shape = {}
          this.#decodeMembers(type.name, value, shape, at)
          return shape
        }
        break
    }
    throw this.#badInput(`The parameter ${at.path} must be ${this.#nameOf(type)}.`, leaf(at.path))
  }

  #encodeOnce(structure: Structure, shape: Shape): Shape {
    if (!Object.isFrozen(shape)) return this.#encodeStructure(structure, shape)
    const before = this.#encoded.get(shape)
    if (before) return before
    const encoded = this.#encodeStructure(structure, shape)
    this.#encoded.set(shape, encoded)
    return encoded
  }

  #encodeStructure(structure: Structure, shape: Shape): Shape {
    const body: Shape = {}
    for (const member of structure.members) {
      const value = shape[member.name]
      if (value !== undefined && value !== null) body[member.wire] = this.#encode(member.type, value)
    }
    return body
  }

  #encode(type: Type, value: unknown): unknown {
    switch (type.kind) {
      case 'timestamp':
        return this.#forms.timestamp.encode(value as Date)
      case 'blob':
        return this.#forms.blob.encode(value as Uint8Array)
      case 'list':
        return (value as unknown[]).map((item) => this.#encode(type.of, item))
      case 'map':
        return Object.fromEntries(
          Object.entries(value as Shape).map(([key, item]) => [key, this.#encode(type.of, item)]),
        )
      case 'structure':
        return this.#encodeOnce(this.#schema.structure(type.name), value as Shape)
      default:
        return value
    }
  }

  #nameOf({ kind }: Type): string {
    return kind === 'timestamp' || kind === 'blob' ? this.#forms[kind].kind : typeNames[kind]
  }
}

const typeNames: Record<Exclude<Type['kind'], keyof Forms>, string> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  document: 'a JSON value',
  list: 'a list',
  map: 'a map',
  structure: 'an object',
}

export function isObject(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function leaf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).replace(/\[\d+\]/g, '')
}
