import { UsageError } from '../../usage-error.ts'
import { type JsonRecord, parseRecordLine, type RecordLine } from '../kafka/record-json.ts'

/*
 * A file of exported topics is NDJSON: first a line for each topic, then its records, then lines of groups. Each line that is
 * no record says what it is in `sluice`.
 */

export interface TopicLine {
  readonly sluice: 'topic'
  readonly topic: string
  readonly replicas: number
  /** Those that it has of its own. */
  readonly configs: Readonly<Record<string, string>>
  /** From where on, and up to where, each partition has records. */
  readonly partitions: readonly { readonly partition: number; readonly start: number; readonly end: number }[]
}

export interface GroupLine {
  readonly sluice: 'group'
  readonly group: string
  readonly offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]
}

type FileLine =
  | TopicLine
  | GroupLine
  | {
      readonly sluice: 'record'
      readonly record: RecordLine & { topic: string; partition: number; offset: number }
    }

export function lineText(line: TopicLine | GroupLine | JsonRecord): string {
  return `${JSON.stringify(line)}\n`
}

export function parseLine(text: string, number: number): FileLine {
  if (text.startsWith('{"sluice":')) {
    try {
      return JSON.parse(text) as TopicLine | GroupLine
    } catch {
      throw new UsageError(`Line ${number} is cut off: ${text.slice(0, 80)}`)
    }
  }
  const record = parseRecordLine(text, number)
  const { topic, partition, offset } = record
  if (topic === undefined || partition === undefined || offset === undefined)
    throw new UsageError(`Line ${number} is not of an export: it says no topic, partition and offset.`)
  return { sluice: 'record', record: { ...record, topic, partition, offset } }
}
