import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as wire from '../index.ts'
import { type Message, MessageSchema } from './message.ts'
import { RequestHeader } from './request-header.ts'
import { ResponseHeader } from './response-header.ts'
import type { FieldShape, StructShape, TypeShape } from './shape.ts'
import { versionRange } from './versions.ts'

// Our definitions against those of the release: both sides are brought into one form and compared.

const data = new URL('../../../../test/data/kafka-messages/', import.meta.url)
const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, data), 'utf8'))
const names = (folder: string): string[] => readdirSync(new URL(`${folder}/`, data)).sort()

interface Definition {
  name: string
  type: string
  versions: string
  fields?: Definition[]
  [option: string]: unknown
}

interface MessageDefinition {
  name: string
  validVersions: string
  flexibleVersions?: string
  fields: Definition[]
  commonStructs?: Definition[]
}

const versions = (text: unknown) => (text === undefined ? undefined : versionRange(text as string))

function theirValue(type: string, text: string): unknown {
  if (text === 'null') return null
  if (type === 'bool') return text === 'true'
  return type === 'string' ? text : Number(text)
}

function theirField(field: Definition, structs: Map<string, Definition>): unknown {
  const struct = field.type.replace('[]', '')
  const fields = field.fields ?? structs.get(struct)?.fields
  return {
    name: field.name.charAt(0).toLowerCase() + field.name.slice(1),
    type: field.type,
    versions: versions(field.versions),
    nullable: versions(field.nullableVersions),
    default: field.default === undefined ? undefined : theirValue(field.type, field.default as string),
    ignorable: field.ignorable === true,
    mapKey: field.mapKey === true,
    entityType: field.entityType,
    zeroCopy: field.zeroCopy === true,
    tagged: versions(field.taggedVersions),
    tag: field.tag,
    flexible: versions(field.flexibleVersions),
    fields: fields?.map((each) => theirField(each, structs)),
  }
}

function typeName(type: TypeShape): string {
  if (type.kind === 'array') return `[]${typeName(type.element)}`
  // A hash is an int64 on the wire, and only its decoded form differs.
  if (type.kind === 'hash64') return 'int64'
  return type.kind === 'struct' ? type.name : type.kind
}

function structOf(type: TypeShape): StructShape | undefined {
  if (type.kind === 'array') return structOf(type.element)
  return type.kind === 'struct' ? type : undefined
}

function ourField(field: FieldShape): unknown {
  return {
    name: field.name,
    type: typeName(field.type),
    versions: versions(field.versions),
    nullable: versions(field.nullable),
    default: typeof field.default === 'bigint' ? Number(field.default) : field.default,
    ignorable: field.ignorable === true,
    mapKey: field.mapKey === true,
    entityType: field.entityType,
    zeroCopy: field.zeroCopy === true,
    tagged: versions(field.tagged),
    tag: field.tag,
    flexible: versions(field.flexible),
    fields: structOf(field.type)?.fields.map(ourField),
  }
}

function expectAlike(ours: Message, theirs: MessageDefinition): void {
  const structs = new Map((theirs.commonStructs ?? []).map((each) => [each.name, each]))
  expect(ours.name).toBe(theirs.name)
  expect(versions(ours.options.versions)).toEqual(versions(theirs.validVersions))
  expect(versions(ours.options.flexible)).toEqual(versions(theirs.flexibleVersions ?? 'none'))
  expect(ours.shape.fields.map(ourField)).toEqual(theirs.fields.map((each) => theirField(each, structs)))
}

function exported(name: string): any {
  const found = (wire as Record<string, unknown>)[name]
  expect(found, name).toBeDefined()
  return found
}

function headerVersion(table: Record<string, number>, version: number): number | undefined {
  const entry = Object.entries(table).find(([range]) => {
    const { min, max } = versionRange(range)
    return version >= min && version <= max
  })
  return entry?.[1]
}

describe('the APIs', () => {
  const traits: any[] = readJson('api-traits.json')
  const alive = traits.filter((each) => !each.removed)

  it('are all those of the release, by rising key, and nothing else', () => {
    expect(wire.apis.map((api) => api.apiKey)).toEqual(alive.map((each) => each.apiKey))
    expect(alive).toHaveLength(91)
    for (const each of traits) expect(wire.apiByKey.has(each.apiKey)).toBe(!each.removed)
  })

  it.each(names('api'))('%s has the fields of the release', (file) => {
    const theirs = readJson(`api/${file}`)
    const ours = wire.apiByKey.get(theirs.apiKey)
    if (theirs.request.validVersions === 'none') return expect(ours).toBeUndefined()
    expect(ours).toBe(exported(theirs.name))
    expect(ours?.name).toBe(theirs.name)
    expect(ours?.listeners).toEqual(theirs.listeners)
    expectAlike((ours as wire.Api).request, theirs.request)
    expectAlike((ours as wire.Api).response, theirs.response)
  })

  it.each(alive.map((each) => [each.name, each]))('%s has the traits of the release', (_name, theirs) => {
    const ours = wire.apiByKey.get(theirs.apiKey) as wire.Api
    expect(ours.minVersion).toBe(theirs.min)
    expect(ours.maxStableVersion).toBe(theirs.max)
    expect(ours.maxVersion).toBe(theirs.maxUnstable ?? theirs.max)
    expect(ours.clusterAction).toBe(theirs.clusterAction)
    expect(ours.forwardable).toBe(theirs.forwardable)
    expect([...ours.listeners].sort()).toEqual([...theirs.listeners].sort())
    for (let version = ours.minVersion; version <= ours.maxVersion; version++) {
      expect(ours.requestHeaderVersion(version)).toBe(headerVersion(theirs.requestHeader, version))
      expect(ours.responseHeaderVersion(version)).toBe(headerVersion(theirs.responseHeader, version))
    }
  })
})

describe('the headers', () => {
  it('have the fields of the release', () => {
    expectAlike(RequestHeader, readJson('header/request-header.json'))
    expectAlike(ResponseHeader, readJson('header/response-header.json'))
  })
})

describe('the records', () => {
  const files = names('records').flatMap((folder) =>
    names(`records/${folder}`).map((file) => `${folder}/${file}`),
  )

  it.each(files)('%s has the fields of the release', (file) => {
    const theirs = readJson(`records/${file}`)
    if (theirs.key) {
      const pair: wire.KeyValueRecord = exported(`${theirs.name}Record`)
      expect(pair.name).toBe(theirs.name)
      expect(pair.recordType).toBe(theirs.recordType)
      expect(pair.key).toBe(exported(theirs.key.name))
      expect(pair.value).toBe(exported(theirs.value.name))
      expectAlike(pair.key, theirs.key)
      expectAlike(pair.value, theirs.value)
    } else {
      const message = exported(theirs.name)
      expect(message.recordType).toBe(theirs.recordType)
      expectAlike(message, theirs)
    }
  })

  it.each([
    ['cluster-metadata', wire.metadataRecords],
    ['remote-log-metadata', wire.remoteLogMetadataRecords],
    ['consumer-offsets', wire.consumerOffsetsRecords],
    ['transaction-state', wire.transactionStateRecords],
    ['share-group-state', wire.shareGroupStateRecords],
  ] as const)('%s lists every type of its log', (folder, records) => {
    const theirs = names(`records/${folder}`).map((file) => readJson(`records/${folder}/${file}`).recordType)
    expect(records.map((record) => record.recordType)).toEqual(theirs)
  })
})

describe('the error codes', () => {
  it('are those of the release, with name and retriability', () => {
    const theirs: any[] = readJson('errors.json')
    const ours = Object.entries(wire.ErrorCode).map(([name, code]) => {
      expect(wire.errorInfo(code).name).toBe(name)
      return wire.errorInfo(code)
    })
    expect(ours).toEqual(
      theirs.map(({ code, name, retriable, invalidatesMetadata }) => ({
        code,
        name,
        retriable,
        invalidatesMetadata,
      })),
    )
  })

  it('count as unknown server errors when they are not of this release', () => {
    expect(wire.errorInfo(9999)).toBe(wire.errorInfo(-1))
  })
})

describe('every message that is exported', () => {
  it('has a definition in the release', () => {
    const defined = new Set<string>()
    for (const folder of names('records'))
      for (const file of names(`records/${folder}`)) {
        const theirs = readJson(`records/${folder}/${file}`)
        for (const each of theirs.key ? [theirs.key, theirs.value] : [theirs]) defined.add(each.name)
      }
    const messages = Object.entries(wire).filter(([, value]) => value instanceof MessageSchema)
    expect(messages.map(([name]) => name).sort()).toEqual([...defined].sort())
  })
})
