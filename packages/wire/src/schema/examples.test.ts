import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as wire from '../index.ts'
import { type Message, MessageSchema } from './message.ts'
import { RequestHeader } from './request-header.ts'
import { ResponseHeader } from './response-header.ts'
import type { FieldShape, StructShape, TypeShape } from './shape.ts'

// Every example message of the release: bytes that Kafka's own classes wrote, with what they mean.

const data = new URL('../../../../test/data/kafka-messages/', import.meta.url)

interface Example {
  part: 'request' | 'response' | 'key' | 'value' | 'message'
  version: number
  kind: 'filled' | 'bare' | 'default'
  hex: string
  json: unknown
}

function filesUnder(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, data), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  )
}

function messageFor(file: string, part: Example['part']): Message {
  const definition = JSON.parse(readFileSync(new URL(`${file}.json`, data), 'utf8'))
  const name = part === 'message' ? definition.name : definition[part].name
  if (definition.apiKey !== undefined) {
    const api = wire.apiByKey.get(definition.apiKey)
    if (api) return part === 'request' ? api.request : api.response
  }
  if (name === 'RequestHeader') return RequestHeader
  if (name === 'ResponseHeader') return ResponseHeader
  const found = (wire as Record<string, unknown>)[name]
  if (!(found instanceof MessageSchema)) throw new Error(`${name} is not exported`)
  return found
}

/** The json form of the examples as values of ours: bytes from base64, all else alike. */
function fromJson(type: TypeShape, json: unknown): unknown {
  if (json === null || json === undefined) return json
  if (type.kind === 'array') return (json as unknown[]).map((each) => fromJson(type.element, each))
  if (type.kind === 'struct') return structFromJson(type, json as Record<string, unknown>)
  if (type.kind === 'bytes' || type.kind === 'records') return Buffer.from(json as string, 'base64')
  return type.kind === 'hash64' ? BigInt(json as number) : json
}

function structFromJson(shape: StructShape, json: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(json).map(([name, value]) => {
    const field = shape.fields.find((each) => each.name === name) as FieldShape
    return [name, fromJson(field.type, value)]
  })
  return Object.fromEntries(entries)
}

function inSteps<T>(steps: Generator<undefined, T, undefined>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

const files = filesUnder('examples').sort()

describe('the example messages of the release', () => {
  it('are all there', () => {
    const lines = files.flatMap((file) => readFileSync(new URL(file, data), 'utf8').trim().split('\n'))
    expect(lines).toHaveLength(1708)
  })

  it.each(files)('%s decode and encode alike', (file) => {
    const definition = file.replace('examples/', '').replace('.jsonl', '')
    for (const line of readFileSync(new URL(file, data), 'utf8').trim().split('\n')) {
      const example: Example = JSON.parse(line)
      const message = messageFor(definition, example.part)
      const title = `${message.name} ${example.version} ${example.kind}`
      const decoded = message.decodeBuffer(Buffer.from(example.hex, 'hex'), example.version)
      expect(decoded, title).toMatchObject(fromJson(message.shape, example.json) as object)
      expect(message.encodeToBuffer(example.version, decoded).toString('hex'), title).toBe(example.hex)
      const bytes = new wire.Reader(Buffer.from(example.hex, 'hex'))
      expect(inSteps(message.decodeInSteps(bytes, example.version)), title).toEqual(decoded)
      const writer = new wire.Writer()
      inSteps(message.encodeInSteps(writer, example.version, decoded))
      expect(writer.finish().toString('hex'), title).toBe(example.hex)
      if (example.kind === 'default')
        expect(message.encodeToBuffer(example.version, {}).toString('hex'), title).toBe(example.hex)
    }
  })
})
