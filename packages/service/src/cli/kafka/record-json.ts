import type { TopicRecord } from '@sluice/client'
import { UsageError } from '../../usage-error.ts'

/** Bytes as JSON has them: text where they are UTF-8, else base64 in an object. */
type JsonBytes = string | null | { readonly base64: string }

/** A record as NDJSON has it, in and out: what `consume` and `export` write `produce` and `import` read. */
export interface JsonRecord {
  topic: string
  partition: number
  offset: number
  timestamp: number | string
  key: JsonBytes
  value: JsonBytes
  headers: { key: string; value: JsonBytes }[]
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function jsonBytes(bytes: Buffer | null): JsonBytes {
  if (bytes === null) return null
  try {
    return strict.decode(bytes)
  } catch {
    return { base64: bytes.toString('base64') }
  }
}

export function jsonRecord({
  topic,
  partition,
  offset,
  timestamp,
  key,
  value,
  headers,
}: TopicRecord): JsonRecord {
  return {
    topic,
    partition,
    offset,
    // Beyond what a number holds exactly it is text.
    timestamp: typeof timestamp === 'bigint' ? String(timestamp) : timestamp,
    key: jsonBytes(key),
    value: jsonBytes(value),
    headers: headers.map((header) => ({ key: header.key, value: jsonBytes(header.value) })),
  }
}

/** Other JSON than text is written as it is: `{"value": {"n": 1}}` is the record `{"n":1}`. */
function bytesOfJson(json: unknown): Buffer | null {
  if (json === null || json === undefined) return null
  if (typeof json === 'string') return Buffer.from(json)
  const { base64, ...others } = json as Record<string, unknown>
  if (typeof base64 === 'string' && Object.keys(others).length === 0) return Buffer.from(base64, 'base64')
  return Buffer.from(JSON.stringify(json))
}

/** What a line of NDJSON says of a record; all but the value may be missing. */
export interface RecordLine {
  topic?: string
  partition?: number
  offset?: number
  timestamp?: number | bigint
  key: Buffer | null
  value: Buffer | null
  headers: { key: string; value: Buffer | null }[]
}

export function parseRecordLine(line: string, number: number): RecordLine {
  const { topic, partition, offset, timestamp, key, value, headers } = objectOf(line, number)
  const wrong = (name: string, given: unknown) =>
    new UsageError(`Line ${number} has a ${name} that is none: ${JSON.stringify(given)}`)
  if (topic != null && typeof topic !== 'string') throw wrong('topic', topic)
  if (partition != null && !isPlace(partition)) throw wrong('partition', partition)
  if (offset != null && !isPlace(offset)) throw wrong('offset', offset)
  return {
    ...(topic != null && { topic }),
    ...(partition != null && { partition }),
    ...(offset != null && { offset }),
    ...(timestamp != null && { timestamp: timestampOf(timestamp, number) }),
    key: bytesOfJson(key),
    value: bytesOfJson(value),
    headers: headersOf(headers ?? [], () => wrong('list of headers', headers)),
  }
}

function isPlace(given: unknown): given is number {
  return Number.isSafeInteger(given) && Number(given) >= 0
}

/** As `consume` writes them, or as an object. */
function headersOf(given: unknown, wrong: () => Error): RecordLine['headers'] {
  if (typeof given !== 'object' || given === null) throw wrong()
  if (!Array.isArray(given))
    return Object.entries(given).map(([key, value]) => ({ key, value: bytesOfJson(value) }))
  return given.map((header: { key?: unknown; value?: unknown } | null) => {
    if (typeof header?.key !== 'string') throw wrong()
    return { key: header.key, value: bytesOfJson(header.value) }
  })
}

function objectOf(line: string, number: number): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(line)
    if (typeof read === 'object' && read !== null && !Array.isArray(read))
      return read as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new UsageError(
    `Line ${number} is not a record in JSON, such as {"key":"k","value":"v"}: ${line.slice(0, 80)}`,
  )
}

function timestampOf(given: unknown, number: number): number | bigint {
  if (Number.isSafeInteger(given)) return Number(given)
  if (typeof given === 'string' && /^-?\d+$/.test(given))
    return Number.isSafeInteger(Number(given)) ? Number(given) : BigInt(given)
  const ms = typeof given === 'string' ? Date.parse(given) : NaN
  if (!Number.isNaN(ms)) return ms
  throw new UsageError(`Line ${number} has no time in "timestamp": ${JSON.stringify(given)}`)
}
