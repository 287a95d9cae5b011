import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import type { LogEvent, StoredEvent } from './log-event.ts'

/** Of one file; a stream has so many, and then loses the oldest. */
const segmentBytesMax = 1_048_576
const segmentsMax = 16
const noteName = 'stream.json'

interface LogStreamOptions {
  disk: Disk
  directory: string
}

interface Segment {
  path: string
  firstSequence: number
  count: number
  bytes: number
  oldestMs: number
  youngestMs: number
}

interface Note {
  formatVersion: 1
  name: string
  createdAtMs: number
}

/**
 * The events of one log stream, in files of whole lines that are named by the sequence number of their first event. It is
 * bounded: a file that is full is followed by another, and the oldest one goes. What a crash cut short is no line and is
 * written over.
 */
export class LogStream {
  readonly name: string
  readonly createdAtMs: number
  readonly directory: string
  readonly #disk: Disk
  readonly #segments: Segment[] = []
  #ingestedAtMs: number | null = null

  private constructor({ disk, directory }: LogStreamOptions, { name, createdAtMs }: Note) {
    this.#disk = disk
    this.directory = directory
    this.name = name
    this.createdAtMs = createdAtMs
  }

  static create(options: LogStreamOptions, name: string, createdAtMs: number): LogStream {
    const { disk, directory } = options
    const note: Note = { formatVersion: 1, name, createdAtMs }
    disk.mkdirSync(directory)
    disk.writeFileAtomicSync(join(directory, noteName), `${JSON.stringify(note)}\n`)
    return new LogStream(options, note)
  }

  /** Undefined where the directory holds none. */
  static open(options: LogStreamOptions): LogStream | undefined {
    const { disk, directory } = options
    const path = join(directory, noteName)
    if (!disk.existsSync(path)) return undefined
    const stream = new LogStream(options, JSON.parse(disk.readFileSync(path).toString()) as Note)
    const names = disk.readdirSync(directory).map(({ name }) => name)
    for (const name of names.filter((one) => one.endsWith('.ndjson')).sort()) stream.#take(name)
    return stream
  }

  /** Null where it has none. */
  get oldestMs(): number | null {
    return this.#segments.length === 0 ? null : Math.min(...this.#segments.map(({ oldestMs }) => oldestMs))
  }

  get youngestMs(): number | null {
    return this.#segments.length === 0
      ? null
      : Math.max(...this.#segments.map(({ youngestMs }) => youngestMs))
  }

  get ingestedAtMs(): number | null {
    return this.#ingestedAtMs
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get firstSequence(): number {
    return this.#segments[0]?.firstSequence ?? 0
  }

  /** Of the event that comes next. */
  get nextSequence(): number {
    const last = this.#segments.at(-1)
    return last ? last.firstSequence + last.count : 0
  }

  /** Throws the disk's error; then those behind it are not kept. */
  append(events: readonly LogEvent[], ingestedAtMs: number): void {
    for (let at = 0; at < events.length; ) at += this.#appendSome(events.slice(at), ingestedAtMs)
    if (events.length > 0) this.#ingestedAtMs = ingestedAtMs
  }

  /** As many as its file takes, with one write: at least one. */
  #appendSome(events: readonly LogEvent[], ingestedAtMs: number): number {
    const first = this.nextSequence
    const lines: Buffer[] = []
    let segment: Segment | undefined
    let bytes = 0
    for (const event of events) {
      const sequence = first + lines.length
      const line = Buffer.from(`${JSON.stringify({ ...event, sequence, ingestedAtMs })}\n`)
      if (segment && segment.bytes + bytes + line.length > segmentBytesMax) break
      segment ??= this.#segmentFor(line.length, sequence, event)
      lines.push(line)
      bytes += line.length
    }
    if (!segment) return 0
    const file = this.#disk.openSync(segment.path, 'write')
    try {
      file.writevSync(lines, segment.bytes)
    } finally {
      file.closeSync()
    }
    for (const [at, line] of lines.entries()) count(segment, events[at], line.length)
    return lines.length
  }

  /** Files all of whose events are older go. */
  dropBefore(timestampMs: number): void {
    while ((this.#segments[0]?.youngestMs ?? timestampMs) < timestampMs) this.#dropOldest()
  }

  /** From a sequence number on, file by file: whoever has enough reads no further. */
  *from(sequence: number): Generator<StoredEvent> {
    // A file that is full may go while somebody reads.
    for (const segment of [...this.#segments])
      if (segment.firstSequence + segment.count > sequence)
        for (const event of this.#read(segment)) if (event.sequence >= sequence) yield event
  }

  /** Those before a sequence number, the youngest first. */
  *before(sequence: number): Generator<StoredEvent> {
    for (const segment of [...this.#segments].reverse())
      if (segment.firstSequence < sequence)
        for (const event of this.#read(segment).reverse()) if (event.sequence < sequence) yield event
  }

  #segmentFor(bytes: number, sequence: number, { timestampMs }: LogEvent): Segment {
    const last = this.#segments.at(-1)
    if (last && last.bytes + bytes <= segmentBytesMax) return last
    const path = join(this.directory, `${String(sequence).padStart(16, '0')}.ndjson`)
    const first = { path, firstSequence: sequence, count: 0, bytes: 0 }
    const segment = { ...first, oldestMs: timestampMs, youngestMs: timestampMs }
    this.#segments.push(segment)
    while (this.#segments.length > segmentsMax) this.#dropOldest()
    return segment
  }

  #dropOldest(): void {
    const oldest = this.#segments.shift()
    if (oldest) this.#disk.removeSync(oldest.path)
  }

  #take(name: string): void {
    const path = join(this.directory, name)
    const firstSequence = Number.parseInt(name, 10)
    const segment: Segment = { path, firstSequence, count: 0, bytes: 0, oldestMs: Infinity, youngestMs: 0 }
    for (const { line, event } of linesIn(this.#disk.readFileSync(path))) {
      count(segment, event, Buffer.byteLength(line) + 1)
      this.#ingestedAtMs = event.ingestedAtMs
    }
    if (segment.count > 0) this.#segments.push(segment)
    else this.#disk.removeSync(path)
  }

  #read({ path, bytes }: Segment): StoredEvent[] {
    if (!this.#disk.existsSync(path)) return []
    return linesIn(this.#disk.readFileSync(path).subarray(0, bytes)).map(({ event }) => event)
  }
}

function count(segment: Segment, { timestampMs = 0 }: Partial<LogEvent> = {}, bytes: number): void {
  segment.count++
  segment.bytes += bytes
  segment.oldestMs = Math.min(segment.oldestMs, timestampMs)
  segment.youngestMs = Math.max(segment.youngestMs, timestampMs)
}

/** The whole lines, up to the first that is none of ours. */
function linesIn(bytes: Buffer): { line: string; event: StoredEvent }[] {
  const found: { line: string; event: StoredEvent }[] = []
  const lines = bytes.toString().split('\n')
  // Behind the last line's end there is nothing, or what was cut short.
  for (const line of lines.slice(0, -1)) {
    try {
      found.push({ line, event: JSON.parse(line) as StoredEvent })
    } catch {
      break
    }
  }
  return found
}
