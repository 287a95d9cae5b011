import { readdirSync, readFileSync } from 'node:fs'
import type { Random } from '@sluice/effects'
import { type Api, apiByKey, buildBatchSync, EncodeError, Reader } from '@sluice/wire'

/** A valid request of every (API, version), from the example messages of the release. */
interface SampleRequest {
  api: Api
  version: number
  body: Buffer
}

export function sampleRequests(): SampleRequest[] {
  const data = new URL('../data/kafka-messages/', import.meta.url)
  const examples = new URL('examples/api/', data)
  return readdirSync(examples).flatMap((file) => {
    const definition = new URL(`api/${file.replace('.jsonl', '.json')}`, data)
    const { apiKey } = JSON.parse(readFileSync(definition, 'utf8')) as { apiKey: number }
    const api = apiByKey.get(apiKey)
    if (!api) throw new Error(`${file}: no API has the key ${apiKey}`)
    return readFileSync(new URL(file, examples), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { part: string; version: number; hex: string })
      .filter(({ part }) => part === 'request')
      .map(({ version, hex }) => ({ api, version, body: Buffer.from(hex, 'hex') }))
  })
}

/** The request as it goes over the wire, its size in front. */
export function frameOf({ api, version, body }: SampleRequest, correlationId = 7): Buffer {
  const clientId = Buffer.from('fuzz')
  const head = Buffer.alloc(10)
  head.writeInt16BE(api.apiKey, 0)
  head.writeInt16BE(version, 2)
  head.writeInt32BE(correlationId, 4)
  head.writeInt16BE(clientId.length, 8)
  const isFlexible = api.requestHeaderVersion(version) === 2
  return sized(Buffer.concat([head, clientId, Buffer.alloc(isFlexible ? 1 : 0), body]))
}

export function sized(payload: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32BE(payload.length)
  return Buffer.concat([size, payload])
}

const extremes = [0x00, 0x01, 0x7f, 0x80, 0xff]

/** Bytes changed, cut out, put in or cut off at random places. */
export function mutatedBytes(random: Random, bytes: Buffer): Buffer {
  let result = Buffer.from(bytes)
  for (let changes = 1 + random.int(4); changes > 0 && result.length > 0; changes--) {
    const at = random.int(result.length)
    const kind = random.int(6)
    if (kind === 0) result[at] = random.int(256)
    else if (kind === 1) result[at] = extremes[random.int(extremes.length)] as number
    else if (kind === 2) result = result.subarray(0, at)
    else if (kind === 3)
      result = Buffer.concat([result.subarray(0, at), random.bytes(1 + random.int(8)), result.subarray(at)])
    else if (kind === 4)
      result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + random.int(8))])
    else if (at + 4 <= result.length)
      result.writeInt32BE([0x7fffffff, -0x80000000, -1, 0x00ffffff][random.int(4)] as number, at)
  }
  return result
}

/** Names that a test has made, so that requests get past the first look-up. */
export interface Known {
  topics: readonly string[]
  topicIds: readonly string[]
  groups: readonly string[]
}

const numbers = [0, 1, -1, 2, 5, 100, 32_767, -32_768, 2_147_483_647, -2_147_483_648, 2 ** 40]
const otherStrings = [
  '',
  '.',
  '..',
  'a/b',
  '\u0000',
  'ü',
  'x'.repeat(300),
  'consumer',
  'range',
  '__consumer_offsets',
  '1',
  '-1',
  'segment.bytes',
  'retention.ms',
  'cleanup.policy',
  'compression.type',
  'max.message.bytes',
  'delete,compact',
]

/** With a value most requests end early; so these mostly have none. */
const oftenAbsent: ReadonlyMap<string, string | null> = new Map([
  ['transactionalId', null],
  ['groupInstanceId', null],
  ['memberId', ''],
])

/** The same message with other values in some of its fields, encoded again; null where they cannot be encoded. */
export function mutatedValues(
  random: Random,
  { api, version, body }: SampleRequest,
  known: Known,
): Buffer | null {
  const value = api.request.decode(new Reader(body), version)
  const pick = <T>(from: readonly T[]) => from[random.int(from.length)] as T
  const change = (old: unknown): unknown => {
    if (Buffer.isBuffer(old))
      return random.int(4) === 0 ? mutatedBytes(random, batchOf(random)) : batchOf(random)
    if (Array.isArray(old)) {
      const kind = random.int(6)
      if (kind === 0) return []
      const changed = old.map(maybe)
      return kind === 1 ? [...changed, ...changed] : changed
    }
    if (typeof old === 'object' && old !== null)
      return Object.fromEntries(
        Object.entries(old).map(([name, each]) => [
          name,
          oftenAbsent.has(name) && random.int(4) > 0 ? oftenAbsent.get(name) : maybe(each),
        ]),
      )
    // What the example says is seldom known to the broker: 0, 1 and known names lead further in.
    if (random.int(8) === 0) return old
    if (typeof old === 'number') return random.int(4) > 0 ? random.int(2) : pick(numbers)
    if (typeof old === 'boolean') return random.int(2) === 0
    if (typeof old === 'string' && old.length === 22) return pick([...known.topicIds, old])
    if (random.int(12) === 0) return null
    return pick([pick(known.topics), pick(known.topics), pick(known.groups), pick(otherStrings)])
  }
  // Structs and lists are always walked; of the values in them most change.
  const maybe = (old: unknown): unknown =>
    (typeof old === 'object' && old !== null && !Buffer.isBuffer(old)) || random.int(8) > 0
      ? change(old)
      : old
  try {
    return api.request.encodeToBuffer(version, maybe(value))
  } catch (error) {
    if (error instanceof EncodeError) return null
    throw error
  }
}

function batchOf(random: Random): Buffer {
  const records = Array.from({ length: 1 + random.int(3) }, (_, index) => ({
    key: `k${index}`,
    value: 'v'.repeat(random.int(50)),
  }))
  const idempotent =
    random.int(3) === 0 ? { producerId: random.int(3), producerEpoch: 0, baseSequence: random.int(5) } : {}
  return buildBatchSync({
    records,
    timestamp: random.int(2) === 0 ? 1_700_000_000_000 : -1,
    ...idempotent,
  })
}
