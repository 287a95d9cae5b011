import { assert } from '@sluice/effects'
import { badRequest } from './exceptions.ts'
import type { Member, ServiceSchema, Structure, Type } from './schema.ts'

/** Decoded members under the SDK's names. */
export type Shape = Record<string, unknown>

/** What a member may hold beyond its type; see msk/constraints.ts. Throws an AwsException. */
export type Constrain = (structure: string, member: Member, value: unknown, path: string) => void

/** JSON nested deeper than the deepest shape of any AWS model is refused before it is walked. */
const depthMax = 32

/**
 * restJson1 between JSON and the SDK's shapes. Requests are checked: types, required members and constraints.
 * Members that the schema does not know are ignored, null counts as absent, absent members are left out.
 */
export class RestJsonCodec {
  readonly #schema: ServiceSchema
  readonly #constrain: Constrain

  constructor(schema: ServiceSchema, constrain: Constrain = () => {}) {
    this.#schema = schema
    this.#constrain = constrain
  }

  /** Decodes an operation's input from its three places. */
  decodeInput(
    structure: string,
    request: { body: Buffer; labels: Record<string, string>; query: URLSearchParams },
  ): Shape {
    const { members } = this.#schema.structure(structure)
    const json = members.some((member) => member.place === 'body') ? parseBody(request.body) : {}
    const shape: Shape = {}
    for (const member of members) {
      assert(member.place !== 'header', `${structure}.${member.name}: header members are not decoded yet`)
      if (member.place === 'label') shape[member.name] = fromText(member, [request.labels[member.name] ?? ''])
      else if (member.place === 'query') {
        const all = request.query.getAll(member.wire)
        if (all.length > 0) shape[member.name] = fromText(member, all)
      }
    }
    this.#decodeMembers(structure, json, shape, '', 0)
    return shape
  }

  encode(structure: string, shape: Shape): string {
    return JSON.stringify(this.#encodeStructure(this.#schema.structure(structure), shape))
  }

  #decodeMembers(structure: string, json: Shape, into: Shape, path: string, depth: number): void {
    for (const member of this.#schema.structure(structure).members) {
      const at = path === '' ? member.wire : `${path}.${member.wire}`
      if (member.place === 'body') {
        const value = Object.hasOwn(json, member.wire) ? json[member.wire] : undefined
        if (value !== undefined && value !== null)
          into[member.name] = this.#decode(member.type, value, at, depth)
      }
      const value = into[member.name]
      if (value === undefined) {
        if (member.required) throw badRequest(`The parameter ${at} is required.`, member.wire)
      } else this.#constrain(structure, member, value, at)
    }
  }

  #decode(type: Type, value: unknown, path: string, depth: number): unknown {
    if (depth > depthMax) throw badRequest(`${path} is nested too deeply.`, leaf(path))
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
      case 'timestamp':
        if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return new Date(value)
        break
      case 'blob':
        if (typeof value === 'string' && isBase64(value)) return Buffer.from(value, 'base64')
        break
      case 'document':
        return value
      case 'list':
        if (Array.isArray(value))
          return value.map((item, at) => this.#decode(type.of, item, `${path}[${at}]`, depth + 1))
        break
      case 'map':
        if (isObject(value)) {
          // Object.entries never sees a prototype; fromEntries defines own members, also `__proto__`.
          const entries = Object.entries(value).map(([key, item]) => [
            key,
            this.#decode(type.of, item, `${path}.${key}`, depth + 1),
          ])
          return Object.fromEntries(entries)
        }
        break
      case 'structure':
        if (isObject(value)) {
          const shape: Shape = {}
          this.#decodeMembers(type.name, value, shape, path, depth + 1)
          return shape
        }
        break
    }
    throw badRequest(`The parameter ${path} must be ${typeNames[type.kind]}.`, leaf(path))
  }

  #encodeStructure(structure: Structure, shape: Shape): Shape {
    const json: Shape = {}
    for (const member of structure.members) {
      const value = shape[member.name]
      if (value !== undefined && value !== null) json[member.wire] = this.#encode(member.type, value)
    }
    return json
  }

  #encode(type: Type, value: unknown): unknown {
    switch (type.kind) {
      case 'timestamp':
        return (value as Date).toISOString()
      case 'blob':
        return Buffer.from(value as Uint8Array).toString('base64')
      case 'list':
        return (value as unknown[]).map((item) => this.#encode(type.of, item))
      case 'map':
        return Object.fromEntries(
          Object.entries(value as Shape).map(([key, item]) => [key, this.#encode(type.of, item)]),
        )
      case 'structure':
        return this.#encodeStructure(this.#schema.structure(type.name), value as Shape)
      default:
        return value
    }
  }
}

const typeNames: Record<Type['kind'], string> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  timestamp: 'an ISO 8601 timestamp',
  blob: 'a base64 text',
  document: 'a JSON value',
  list: 'a list',
  map: 'a map',
  structure: 'an object',
}

function parseBody(body: Buffer): Shape {
  if (body.length === 0) return {}
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    throw badRequest(`The request body is not valid JSON: ${(error as Error).message}`)
  }
  if (!isObject(json)) throw badRequest('The request body must be a JSON object.')
  return json
}

/** A query parameter's or label's text as its member's type wants it; what does not fit is left for the type check. */
function fromText(member: Member, all: string[]): unknown {
  if (member.type.kind === 'list') return all
  const text = all[0] ?? ''
  if (member.type.kind === 'number') {
    if (!/^-?\d{1,15}$/.test(text))
      throw badRequest(`The parameter ${member.wire} must be a number.`, member.wire)
    return Number(text)
  }
  if (member.type.kind === 'boolean') {
    if (text !== 'true' && text !== 'false')
      throw badRequest(`The parameter ${member.wire} must be true or false.`, member.wire)
    return text === 'true'
  }
  return text
}

function isObject(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

function leaf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).replace(/\[\d+\]/g, '')
}
