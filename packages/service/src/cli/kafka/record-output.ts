import type { TopicRecord } from '@sluice/client'
import type { OutputFormat } from '../output.ts'
import { recordFormat } from './record-format.ts'
import { jsonBytes, jsonRecord } from './record-json.ts'

/** How records are written, one after the other, for as long as they come. */
export interface RecordOutput {
  readonly head: string
  write(record: TopicRecord, count: number): string | Buffer
  readonly tail: string
}

export async function recordOutput(output: OutputFormat, format: string | undefined): Promise<RecordOutput> {
  if (format !== undefined) return { head: '', write: recordFormat(format), tail: '' }
  switch (output) {
    case 'table':
      return { head: row('PARTITION', 'OFFSET', 'TIME', 'KEY', 'VALUE'), write: rowOf, tail: '' }
    case 'ndjson':
      return { head: '', write: (record) => `${JSON.stringify(jsonRecord(record))}\n`, tail: '' }
    case 'json':
      return {
        head: '[',
        write: (record, count) => `${count === 1 ? '' : ','}\n  ${JSON.stringify(jsonRecord(record))}`,
        tail: '\n]\n',
      }
    case 'yaml': {
      const { stringify } = await import('yaml')
      return { head: '', write: (record) => stringify([jsonRecord(record)]), tail: '' }
    }
  }
}

function rowOf({ topic, partition, offset, timestamp, key, value }: TopicRecord): string {
  const at = new Date(Number(timestamp))
  const time = Number.isNaN(at.getTime()) ? String(timestamp) : at.toISOString()
  return row(`${topic}-${partition}`, String(offset), time, shown(key), shown(value))
}

function row(place: string, offset: string, time: string, key: string, value: string): string {
  return (
    `${place.padEnd(18)}  ${offset.padStart(8)}  ${time.padEnd(24)}  ${key.padEnd(12)}  ${value}`.trimEnd() +
    '\n'
  )
}

/** On one line, and nothing in it that a terminal would obey. */
function shown(bytes: Buffer | null): string {
  const json = jsonBytes(bytes)
  if (json === null) return '(null)'
  if (typeof json !== 'string') return `0x${bytes?.toString('hex')}`
  return json.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => JSON.stringify(character).slice(1, -1))
}
