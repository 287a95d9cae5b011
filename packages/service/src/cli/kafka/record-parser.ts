import { UsageError } from '../../usage-error.ts'
import { type FormatPiece, parseFormat } from './format-text.ts'
import { isNumberForm, type NumberForm, numberOf, numberSize } from './number-form.ts'
import { parseRecordLine, type RecordLine } from './record-json.ts'

export const inputFormatHelp = `
Input (-f), as rpk has it, '%v\\n' by default:
  %k %v %t %p %d     key, value, topic, partition, timestamp; each goes up to the text that follows it
  %K %V              how many bytes the key, the value behind it has: %V{big32}%v
  {hex} {base64}     after %k %v
  {ascii} {hex64} {big32} {little16} {byte} …   after %p %d %K %V
  \\n \\t \\x00 %%      characters
With --ndjson a line is {"key":…,"value":…,"headers":{…},"partition":…,"timestamp":…,"topic":…}, as consume -o ndjson writes it:
bytes that are no text are {"base64":"…"}, and other JSON than text is written as it is.
`

/** Takes bytes as they come, and gives whole records. */
export interface RecordParser {
  push(bytes: Buffer): RecordLine[]
  /** What is left at the end. */
  end(): RecordLine[]
}

export function ndjsonParser(): RecordParser {
  let rest: Buffer = Buffer.alloc(0)
  let number = 0
  const parse = (line: string): RecordLine[] => {
    number++
    return line.trim() === '' ? [] : [parseRecordLine(line, number)]
  }
  return {
    push(bytes) {
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      const end = all.lastIndexOf('\n') + 1
      rest = all.subarray(end)
      return all.subarray(0, end).toString().split('\n').slice(0, -1).flatMap(parse)
    },
    end: () => (rest.length === 0 ? [] : parse(rest.toString())),
  }
}

const known = 'kvtpdKV'
/** Longer than any record may be: a format that does not fit the input ends here, not with the memory. */
const recordBytesMax = 256 * 1024 * 1024

/** By a format: each verb goes up to the text that follows it, or has the size that was read before. */
export function formatParser(format: string): RecordParser {
  const pieces = parseFormat(format)
  check(pieces, format)
  let rest: Buffer = Buffer.alloc(0)
  let count = 0
  const take = (isEnd: boolean): RecordLine[] => {
    const records: RecordLine[] = []
    while (rest.length > 0) {
      const read = parseOne(pieces, rest, isEnd, count + 1)
      if (!read) break
      records.push(read.record)
      count++
      rest = rest.subarray(read.size)
    }
    if (rest.length > recordBytesMax)
      throw new UsageError(`Record ${count + 1} does not end: is the format right?`)
    return records
  }
  return {
    push(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      return take(false)
    },
    end() {
      const records = take(true)
      if (rest.length > 0)
        throw new UsageError(
          `The input ends within record ${count + 1}, which does not fit the format ${format}.`,
        )
      return records
    },
  }
}

function check(pieces: readonly FormatPiece[], format: string): void {
  const verbs = pieces.flatMap((piece) => (piece.kind === 'verb' ? [piece] : []))
  if (verbs.length === 0) throw new UsageError('A format for input has at least %v or %k in it.')
  for (const { verb, modifier } of verbs) {
    if (!known.includes(verb))
      throw new UsageError(`A format for input has no %${verb}. See --help for what there is.`)
    const forms = 'kvt'.includes(verb)
      ? modifier === null || ['hex', 'base64'].includes(modifier)
      : isNumberForm(modifier ?? 'ascii')
    if (!forms) throw new UsageError(`%${verb} has no form {${modifier}}. See --help for what there is.`)
  }
  for (const [at, piece] of pieces.entries()) {
    const next = pieces[at + 1]
    const hasSize = piece.kind === 'verb' && sizeVerb(piece.verb, pieces.slice(0, at))
    const isFixed =
      piece.kind === 'verb' && 'pdKV'.includes(piece.verb) && numberSize(formOf(piece.modifier)) !== null
    if (piece.kind === 'verb' && next?.kind === 'verb' && !hasSize && !isFixed)
      throw new UsageError(
        `Nothing tells where %${piece.verb} ends in ${JSON.stringify(format)}: put text behind it, or its size before.`,
      )
  }
}

function sizeVerb(verb: string, before: readonly FormatPiece[]): boolean {
  return before.some(
    (piece) => piece.kind === 'verb' && piece.verb === verb.toUpperCase() && verb !== piece.verb,
  )
}

function formOf(modifier: string | null): NumberForm {
  return modifier !== null && isNumberForm(modifier) ? modifier : 'ascii'
}

/** Null: more has to come. */
function parseOne(
  pieces: readonly FormatPiece[],
  bytes: Buffer,
  isEnd: boolean,
  number: number,
): { record: RecordLine; size: number } | null {
  const record: RecordLine = { key: null, value: null, headers: [] }
  const sizes = new Map<string, number>()
  let at = 0
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === 'text') {
      const expected = Buffer.from(piece.text)
      const found = bytes.subarray(at, at + expected.length)
      if (found.length < expected.length && expected.subarray(0, found.length).equals(found)) {
        // The last one may lack what stands behind it.
        if (!isEnd || index < pieces.length - 1) return null
        return { record, size: bytes.length }
      }
      if (!found.equals(expected))
        throw new UsageError(
          `Record ${number} does not fit the format: it has ${JSON.stringify(found.toString())} where ${JSON.stringify(piece.text)} should be.`,
        )
      at += expected.length
      continue
    }
    const end = endOf(pieces, index, bytes, at, sizes, isEnd)
    if (end === null) return null
    set(record, sizes, piece, bytes.subarray(at, end), number)
    at = end
  }
  return { record, size: at }
}

function endOf(
  pieces: readonly FormatPiece[],
  index: number,
  bytes: Buffer,
  at: number,
  sizes: ReadonlyMap<string, number>,
  isEnd: boolean,
): number | null {
  const piece = pieces[index]
  if (piece?.kind !== 'verb') return at
  const { verb, modifier } = piece
  const size = 'pdKV'.includes(verb) ? numberSize(formOf(modifier)) : sizes.get(verb)
  if (size != null) return at + size <= bytes.length ? at + size : null
  const next = pieces[index + 1]
  if (!next) return isEnd ? bytes.length : null
  const found = bytes.indexOf(next.kind === 'text' ? next.text : '', at)
  if (found >= 0) return found
  return isEnd && index + 2 === pieces.length ? bytes.length : null
}

function set(
  record: RecordLine,
  sizes: Map<string, number>,
  { verb, modifier }: { verb: string; modifier: string | null },
  bytes: Buffer,
  number: number,
): void {
  if (verb === 'k') record.key = decoded(bytes, modifier)
  else if (verb === 'v') record.value = decoded(bytes, modifier)
  else if (verb === 't') record.topic = decoded(bytes, modifier).toString()
  else {
    const value = numberOf(formOf(modifier), bytes)
    if (!Number.isSafeInteger(value) || value < 0)
      throw new UsageError(`Record ${number} has no number for %${verb}: ${JSON.stringify(bytes.toString())}`)
    if (verb === 'p') record.partition = value
    else if (verb === 'd') record.timestamp = value
    else sizes.set(verb.toLowerCase(), value)
  }
}

/** A copy: the bytes are a part of what is read next, too. */
function decoded(bytes: Buffer, modifier: string | null): Buffer {
  if (modifier === 'hex') return Buffer.from(bytes.toString(), 'hex')
  return modifier === 'base64' ? Buffer.from(bytes.toString(), 'base64') : Buffer.from(bytes)
}
