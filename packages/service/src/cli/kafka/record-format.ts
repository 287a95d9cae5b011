import type { TopicRecord } from '@sluice/client'
import { codecName } from '@sluice/wire'
import { UsageError } from '../../usage-error.ts'
import { isNumberForm, numberBytes, type NumberForm } from './number-form.ts'
import { type FormatPiece, parseFormat } from './format-text.ts'

/*
 * Format strings as rpk has them: %k the key, %v{hex} the value in hexadecimal, %d{strftime[%F %T]} …
 */

export const formatHelp = `
Format strings (-f), as rpk has them:
  %t %p %o %d %k %v %h{...}   topic, partition, offset, timestamp, key, value, headers (each as '%h{%k=%v }' says)
  %T %K %V %H                 how many bytes topic, key and value have, and how many headers there are
  %e %x %y %i                 leader epoch, producer id, producer epoch, which record of this run it is, from 1 on
  %a{compression} %a{transactional-bit} %a{timestamp-type}
  \\n \\t \\r \\\\ \\x00 %% %{ %}    characters
  {hex} {base64} {base64raw} {json}           after %t %k %v
  {ascii} {hex64} {hex32} … {big64} {little32} … {byte} {bool}   after numbers
  {strftime[%Y-%m-%dT%H:%M:%SZ]} {iso}        after %d, in UTC
`

type Print = (record: TopicRecord, count: number) => string | Buffer

/** Compiles a format; whatever it gives is written as it is. */
export function recordFormat(format: string): Print {
  const prints = parseFormat(format).map(printOf)
  return (record, count) => {
    const parts = prints.map((print) => print(record, count))
    if (parts.every((part) => typeof part === 'string')) return parts.join('')
    return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  }
}

function printOf(piece: FormatPiece): Print {
  if (piece.kind === 'text') return () => piece.text
  const { verb, modifier } = piece
  const number = numbers[verb]
  if (number) return numberPrint(verb, modifier, number)
  const bytes = texts[verb]
  if (bytes) return bytesPrint(verb, modifier, bytes)
  if (verb === 'd') return timePrint(modifier)
  if (verb === 'h') return headersPrint(modifier)
  if (verb === 'a') return attributePrint(modifier)
  throw new UsageError(`A format has no %${verb}. See --help for what there is.`)
}

const numbers: Readonly<Record<string, (record: TopicRecord, count: number) => number | bigint>> = {
  p: ({ partition }) => partition,
  o: ({ offset }) => offset,
  e: ({ leaderEpoch }) => leaderEpoch,
  x: ({ producerId }) => producerId,
  y: ({ producerEpoch }) => producerEpoch,
  i: (_, count) => count,
  T: ({ topic }) => Buffer.byteLength(topic),
  K: ({ key }) => key?.length ?? 0,
  V: ({ value }) => value?.length ?? 0,
  H: ({ headers }) => headers.length,
}

const texts: Readonly<Record<string, (record: TopicRecord) => Buffer>> = {
  t: ({ topic }) => Buffer.from(topic),
  k: ({ key }) => key ?? Buffer.alloc(0),
  v: ({ value }) => value ?? Buffer.alloc(0),
}

function numberPrint(
  verb: string,
  modifier: string | null,
  of: (record: TopicRecord, count: number) => number | bigint,
): Print {
  const form = modifier ?? 'ascii'
  if (!isNumberForm(form))
    throw new UsageError(`%${verb} has no form {${form}}. See --help for what there is.`)
  return (record, count) => numberText(form, of(record, count))
}

function numberText(form: NumberForm, value: number | bigint): string | Buffer {
  if (form === 'ascii') return String(value)
  return form === 'bool' ? String(Number(value) !== 0) : numberBytes(form, value)
}

function bytesPrint(verb: string, modifier: string | null, of: (record: TopicRecord) => Buffer): Print {
  switch (modifier) {
    case null:
      return (record) => of(record)
    case 'hex':
      return (record) => of(record).toString('hex')
    case 'base64':
      return (record) => of(record).toString('base64')
    case 'base64raw':
      return (record) => of(record).toString('base64').replace(/=+$/, '')
    case 'json':
      return (record) => JSON.stringify(of(record).toString())
    default:
      throw new UsageError(`%${verb} has no form {${modifier}}: it has hex, base64, base64raw and json.`)
  }
}

function timePrint(modifier: string | null): Print {
  const strftime = /^strftime\[(.*)\]$/s.exec(modifier ?? '')?.[1]
  if (strftime !== undefined) return datePrint((date) => formatTime(strftime, date))
  if (modifier === 'iso') return datePrint((date) => date.toISOString())
  return numberPrint('d', modifier, ({ timestamp }) => timestamp)
}

/** A timestamp that no calendar has is written as it is. */
function datePrint(print: (date: Date) => string): Print {
  return ({ timestamp }) => {
    const date = new Date(Number(timestamp))
    return Number.isNaN(date.getTime()) ? String(timestamp) : print(date)
  }
}

const two = (n: number) => String(n).padStart(2, '0')
const timeParts: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getUTCFullYear()),
  m: (date) => two(date.getUTCMonth() + 1),
  d: (date) => two(date.getUTCDate()),
  H: (date) => two(date.getUTCHours()),
  M: (date) => two(date.getUTCMinutes()),
  S: (date) => two(date.getUTCSeconds()),
  f: (date) => `${String(date.getUTCMilliseconds()).padStart(3, '0')}000`,
  F: (date) => date.toISOString().slice(0, 10),
  T: (date) => date.toISOString().slice(11, 19),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  Z: () => 'UTC',
  z: () => '+0000',
  '%': () => '%',
}

/** In UTC: what a script reads is the same everywhere. */
function formatTime(format: string, date: Date): string {
  return format.replace(/%(.)/gs, (whole, part: string) => timeParts[part]?.(date) ?? whole)
}

function headersPrint(modifier: string | null): Print {
  if (modifier === null) throw new UsageError('%h says in braces how a header is written: %h{%k=%v }.')
  const print = recordFormat(modifier)
  return (record, count) => {
    const parts = record.headers.map(({ key, value }) =>
      print({ ...record, key: Buffer.from(key), value, headers: [] }, count),
    )
    return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  }
}

function attributePrint(modifier: string | null): Print {
  switch (modifier) {
    case 'compression':
      return ({ codec }) => codecName(codec)
    case 'transactional-bit':
      return ({ isTransactional }) => (isTransactional ? '1' : '0')
    case 'timestamp-type':
      return ({ timestampType }) => String(timestampType)
    default:
      throw new UsageError('%a takes {compression}, {transactional-bit} or {timestamp-type}.')
  }
}
