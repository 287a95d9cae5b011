import {
  addInt64,
  type Int64,
  maxInt64,
  RecordBatch,
  type RecordCursor,
  subtractInt64,
  varintSize,
  varlongSize,
  writeVarint,
  writeVarlong,
} from '@sluice/wire'
import type { Work } from './work.ts'

const recordsPerStep = 500
const bytesPerStep = 64 * 1024

/** The times that a batch with only these records has. */
interface BatchTimes {
  readonly base: Int64
  readonly max: Int64
  /** To be added to each record's distance from the base; null: they all have the batch's own time. */
  readonly shift: Int64 | null
}

/**
 * The records of one batch that stay. Offsets count from the batch's base, which stays: of a record only the distance of
 * its time from the batch's changes, and all behind it is copied.
 */
export class KeptRecords {
  readonly #section: Buffer
  readonly #timestampDeltas: Int64[] = []
  readonly #restAt: number[] = []
  readonly #ends: number[] = []
  hasTombstone = false

  constructor(section: Buffer) {
    this.#section = section
  }

  get length(): number {
    return this.#ends.length
  }

  add(record: RecordCursor): void {
    this.#timestampDeltas.push(record.timestampDelta)
    this.#restAt.push(record.restAt)
    this.#ends.push(record.end)
    if (record.valueLength < 0) this.hasTombstone = true
  }

  timesIn(b: Buffer, at: number, horizonMs: Int64 | null): BatchTimes {
    const oldBase = RecordBatch.baseTimestamp(b, at)
    if (RecordBatch.timestampType(b, at) === RecordBatch.TimestampType.logAppendTime) {
      const max = RecordBatch.maxTimestamp(b, at)
      return { base: horizonMs ?? max, max, shift: null }
    }
    const first = this.#timestampDeltas[0] ?? 0
    const largest = this.#timestampDeltas.reduce((a, b) => maxInt64(a, b), first)
    const base = horizonMs ?? addInt64(oldBase, first)
    return { base, max: addInt64(oldBase, largest), shift: subtractInt64(oldBase, base) }
  }

  /** Behind a header, for which `room` has more than is asked for. */
  *encode(times: BatchTimes, room: (bytes: number) => Buffer): Work<Buffer> {
    const deltas = this.#timestampDeltas.map((delta) =>
      times.shift === null ? subtractInt64(times.max, times.base) : addInt64(times.shift, delta),
    )
    let bytes = 0
    for (const [index, delta] of deltas.entries()) {
      const body = this.#bodyBytes(index, delta)
      bytes += varintSize(body) + body
    }
    yield
    const out = room(bytes)
    let at = out.length - bytes
    let nextStepAt = bytesPerStep
    for (const [index, delta] of deltas.entries()) {
      at = writeVarint(out, at, this.#bodyBytes(index, delta))
      out[at++] = 0
      at = writeVarlong(out, at, delta)
      at += this.#section.copy(out, at, this.#restAt[index], this.#ends[index])
      if (at < nextStepAt && index % recordsPerStep < recordsPerStep - 1) continue
      nextStepAt = at + bytesPerStep
      yield
    }
    return out
  }

  /** Of a record behind its length: attributes, distance in time, rest. */
  #bodyBytes(index: number, delta: Int64): number {
    return 1 + varlongSize(delta) + (this.#ends[index] as number) - (this.#restAt[index] as number)
  }
}
