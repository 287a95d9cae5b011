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
  const read = objectOf(line, number)
  const headers = read['headers'] ?? []
  const pairs = Array.isArray(headers)
    ? headers.map(({ key, value }: { key: string; value: unknown }) => [key, value] as const)
    : Object.entries(headers)
  const timestamp = read['timestamp']
  return {
    ...(typeof read['topic'] === 'string' && { topic: read['topic'] }),
    ...(typeof read['partition'] === 'number' && { partition: read['partition'] }),
    ...(typeof read['offset'] === 'number' && { offset: read['offset'] }),
    ...((typeof timestamp === 'number' || typeof timestamp === 'string') && {
      timestamp: timestampOf(timestamp, number),
    }),
    key: bytesOfJson(read['key']),
    value: bytesOfJson(read['value']),
    headers: pairs.map(([key, value]) => ({ key: String(key), value: bytesOfJson(value) })),
  }
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

function timestampOf(given: number | string, number: number): number | bigint {
  if (typeof given === 'number') return given
  if (/^-?\d+$/.test(given)) return Number.isSafeInteger(Number(given)) ? Number(given) : BigInt(given)
  const ms = Date.parse(given)
  if (!Number.isNaN(ms)) return ms
  throw new UsageError(`Line ${number} has no time in "timestamp": ${given}`)
}
