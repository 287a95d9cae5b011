/** A log of keyed records, and what its readers are to find in it whatever the cleaner does. */
import { seededRandom } from '@sluice/effects'
import {
  batchesIn,
  buildBatch,
  readRecordsAsync,
  type Int64,
  RecordBatch,
  type RecordInput,
} from '@sluice/wire'
import { type Cleanable, cleanableOf } from '../cleaner/cleanable.ts'
import { cleanLog, type CleaningTools } from '../cleaner/clean-log.ts'
import { Pace } from '../cleaner/pace.ts'
import { BackgroundWork } from '../cleaner/work.ts'
import type { Log, LogOptions } from '../log.ts'
import { endTransactionMarker } from './end-transaction-marker.ts'
import { LogContext } from './log-context.ts'

export interface KeyedRecord {
  readonly offset: number
  readonly timestamp: Int64
  readonly key: string | null
  readonly value: string | null
}

interface Producer {
  readonly producerId: Int64
  readonly producerEpoch: number
  sequence: number
  isOpen: boolean
}

export class KeyedLog {
  readonly context: LogContext
  log: Log
  /** All that was ever written, but for markers. */
  readonly written: KeyedRecord[] = []
  readonly #producers = new Map<Int64, Producer>()

  constructor(config: Partial<LogOptions['config']> = {}) {
    this.context = new LogContext({
      cleanupPolicy: { compact: true, delete: false },
      minCleanableDirtyRatio: 0,
      indexIntervalBytes: 100,
      ...config,
    })
    this.log = this.context.load()
  }

  get nowMs(): number {
    return this.context.clock.now()
  }

  /** `producerId`: an idempotent one; `isTransactional`: in its open transaction, or a new one. */
  async put(
    records: readonly { key: string | null; value: string | null }[],
    options: { codec?: number; producerId?: Int64; isTransactional?: boolean } = {},
  ): Promise<void> {
    const { logEndOffset: baseOffset } = this.log
    const producer = options.producerId === undefined ? null : this.#producer(options.producerId)
    const inputs: RecordInput[] = records.map((record, at) => ({ ...record, timestamp: this.nowMs + at }))
    const batch = await buildBatch({
      records: inputs,
      baseOffset,
      codec: options.codec ?? 0,
      partitionLeaderEpoch: 0,
      isTransactional: options.isTransactional ?? false,
      ...(producer && {
        producerId: producer.producerId,
        producerEpoch: producer.producerEpoch,
        baseSequence: producer.sequence,
      }),
    })
    for (const [at, { key, value }] of records.entries())
      this.written.push({ offset: baseOffset + at, timestamp: this.nowMs + at, key, value })
    if (producer) {
      producer.sequence += records.length
      if (options.isTransactional) producer.isOpen = true
    }
    this.#append(batch)
  }

  endTransaction(producerId: Int64, commit: boolean): void {
    const producer = this.#producer(producerId)
    if (!producer.isOpen) return
    producer.isOpen = false
    const { producerEpoch } = producer
    const end = { producerId, producerEpoch, coordinatorEpoch: 0, commit }
    const { logEndOffset: baseOffset } = this.log
    this.#append(endTransactionMarker({ ...end, timestamp: this.nowMs, baseOffset, partitionLeaderEpoch: 0 }))
  }

  isOpen(producerId: Int64): boolean {
    return this.#producer(producerId).isOpen
  }

  cleanable(): Cleanable {
    const { store, lastStableOffset } = this.log
    const { config, segments, logStartOffset, endOffset, cleanedOffset } = store
    const facts = { config, segments, logStartOffset, endOffset, cleanedOffset, lastStableOffset }
    return cleanableOf(facts, this.nowMs)
  }

  /** Returns where it has come to. */
  async clean(tools: Partial<CleaningTools> = {}): Promise<number> {
    const work = new BackgroundWork(this.#cleaning(tools), this.context.clock, () => true)
    const cleaned = await work.done
    if (!cleaned) throw new Error('nobody has let it go')
    this.log.store.noteCleaned(cleaned.endOffset)
    return cleaned.endOffset
  }

  #cleaning(tools: Partial<CleaningTools>) {
    return cleanLog(this.log, this.cleanable(), {
      random: seededRandom(1),
      pace: new Pace(this.context.clock, () => Number.MAX_VALUE),
      mapBytes: 1 << 20,
      mapLoadFactor: 0.9,
      bufferBytes: 256,
      nowMs: this.nowMs,
      ...tools,
    })
  }

  /** As the next process finds it, which checks all of it. */
  reload(options: Partial<LogOptions> = {}): void {
    const { highWatermark, store } = this.log
    const cleanedOffset = store.cleanedOffset ?? undefined
    this.log = this.context.reloadAfterKill(this.log, { cleanedOffset, ...options })
    this.log.advanceHighWatermark(highWatermark)
  }

  bytes(): Buffer {
    const parts: Buffer[] = []
    for (let offset = this.log.logStartOffset; offset < this.log.logEndOffset; ) {
      const slice = this.log.read(offset, 1 << 20, this.log.logEndOffset, true)
      if (!slice) break
      const bytes = Buffer.alloc(slice.length)
      slice.file.readSync(bytes, 0, slice.length, slice.position)
      slice.release()
      parts.push(bytes)
      offset = slice.endOffset
    }
    return Buffer.concat(parts)
  }

  /** All that stands there, as a reader finds it that reads what is committed alone, or everything. */
  async records(isolation: 'committed' | 'all' = 'all'): Promise<KeyedRecord[]> {
    const bytes = this.bytes()
    const { lastStableOffset, logEndOffset } = this.log
    const aborted = this.log.abortedTransactions(0, logEndOffset)
    const records: KeyedRecord[] = []
    for (const { at } of batchesIn(bytes)) {
      const offset = RecordBatch.baseOffset(bytes, at)
      const isAborted = aborted.some(
        ({ producerId, firstOffset, lastOffset }) =>
          producerId === RecordBatch.producerId(bytes, at) && offset >= firstOffset && offset <= lastOffset,
      )
      if (RecordBatch.isControl(bytes, at)) continue
      if (isolation === 'committed' && (isAborted || offset >= lastStableOffset)) continue
      for (const { key, value, ...record } of await readRecordsAsync(bytes, at)) {
        const { offset: recordOffset, timestamp } = record
        records.push({
          offset: recordOffset,
          timestamp,
          key: key?.toString() ?? null,
          value: value?.toString() ?? null,
        })
      }
    }
    return records
  }

  #append(batch: Buffer): void {
    const appended = this.log.appendAsFollower(batch)
    if (appended.kind === 'rejected') throw new Error(appended.message)
    this.log.advanceHighWatermark(this.log.logEndOffset)
  }

  #producer(producerId: Int64): Producer {
    const known = this.#producers.get(producerId)
    if (known) return known
    const producer = { producerId, producerEpoch: 0, sequence: 0, isOpen: false }
    this.#producers.set(producerId, producer)
    return producer
  }
}

/** What each key has in the end. */
export function latestOf(records: readonly KeyedRecord[]): Map<string, string> {
  const latest = new Map<string, string>()
  for (const { key, value } of records) {
    if (key === null) continue
    if (value === null) latest.delete(key)
    else latest.set(key, value)
  }
  return latest
}
