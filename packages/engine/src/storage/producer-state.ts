import { type Disk, assert } from '@sluice/effects'
import { ErrorCode, type Int64, RecordBatch, subtractInt64 } from '@sluice/wire'
import type { TellLoss } from './losses.ts'
import {
  isOpenIn,
  judge,
  ok,
  type ProducerBatchFacts,
  type ProducerVerdict,
  type TransactionalFacts,
  type TransactionClaim,
} from './producer-check.ts'
import { ProducerEntry } from './producer-entry.ts'
import {
  type ProducerSnapshotEntry,
  decodeProducerSnapshot,
  encodeProducerSnapshot,
} from './producer-snapshot.ts'
import { deletedSuffix, offsetFilePath, snapshotSuffix } from './segment-names.ts'
import { type UnverifiedBatch, Verification, Verifications } from './verification.ts'

interface CompletedTransaction {
  producerId: Int64
  firstOffset: number
  /** The marker's. */
  lastOffset: number
  aborted: boolean
}

const noClaim: TransactionClaim = {}
const noEpoch = -1

/** Of a coordinator's batch that is only thought of. */
const notYetPlaced = {
  baseOffset: -1,
  lastOffset: -1,
  maxTimestamp: -1,
  baseSequence: 0,
  lastSequence: 0,
  isTransactional: true,
}

/** Most logs have no producers with ids, and an empty map takes 200 bytes. Never written to. */
const none = new Map<never, never>()

/** A transaction whose end stands in the log but maybe not yet below the high watermark. */
interface Decided {
  firstOffset: number
  lastOffset: number
}

/** The log whose producers they are. */
interface ProducersLog {
  readonly disk: Disk
  readonly directory: string
  readonly onLoss?: TellLoss
}

const effectOfSnapshotLoss =
  'what idempotent producers have sent is known from an older one and the records behind it'

/**
 * What a log knows of its idempotent and transactional producers.
 *
 * Two layers. `check` judges a batch against the staged state and, if it may enter, adds it there; `apply` puts a
 * batch that is written into the hard state; `dropStaged` forgets what was staged. A batch with offsets below
 * `mapEndOffset` is part of the hard state, and a snapshot named by that offset holds it.
 */
export class ProducerState {
  readonly #log: ProducersLog
  #entries: Map<Int64, ProducerEntry> = none
  #staged: Map<Int64, ProducerEntry> | null = null
  /** Open transactions by first offset, in rising order: a log is written in order. */
  #open: Map<number, Int64> = none
  #decided: Decided[] = []
  /** Of producers that would begin a transaction here. */
  readonly #verifications = new Verifications()
  #snapshotOffsets: number[] = []
  /** Those that may not be durable yet. */
  readonly #unsyncedSnapshots = new Set<number>()
  /** Offsets of snapshots that are there, of which nobody knows whether they are right. */
  readonly #doubted = new Set<number>()
  /** Of the one that the disk did not take whole. */
  #tornSnapshotOffset: number | null = null
  mapEndOffset = 0
  #lastSnapshotOffset = 0

  constructor(log: ProducersLog) {
    this.#log = log
  }

  get entries(): Iterable<ProducerEntry> {
    return this.#entries.values()
  }

  get size(): number {
    return this.#entries.size
  }

  /** Whether what is known of its producer rests on this batch alone: its last one, or the marker that began its epoch. */
  isLastBatch(b: Buffer, at: number): boolean {
    const entry = this.#entries.get(RecordBatch.producerId(b, at))
    if (!entry) return false
    if (entry.lastOffset >= 0) return entry.lastOffset === RecordBatch.lastOffset(b, at)
    return RecordBatch.isControl(b, at) && entry.epoch === RecordBatch.producerEpoch(b, at)
  }

  // ---- appending

  /** May this batch of a client or coordinator enter the log? Kafka's rules since 2.5 (KIP-360), and KIP-890's markers. */
  check(
    batch: ProducerBatchFacts,
    origin: 'client' | 'coordinator',
    claim: TransactionClaim = noClaim,
  ): ProducerVerdict {
    const known = this.#known(batch.producerId)
    const verdict = judge(known, batch, origin, claim, this.#verifications.of(batch))
    if (verdict.kind !== 'ok') return verdict
    this.#staged ??= new Map()
    let entry = this.#staged.get(batch.producerId)
    if (!entry) {
      entry = known?.clone() ?? new ProducerEntry(batch.producerId)
      this.#staged.set(batch.producerId, entry)
    }
    addTo(entry, batch)
    this.#verifications.pass(batch)
    return ok
  }

  /** Why a coordinator's batch would not be taken as all stands now; 0 where it would. */
  refusal(of: TransactionalFacts, claim: TransactionClaim): ErrorCode {
    const { producerId } = of
    const batch = { ...notYetPlaced, ...of }
    const verdict = judge(this.#known(producerId), batch, 'coordinator', claim, this.#verifications.of(of))
    return verdict.kind === 'rejected' ? verdict.error : ErrorCode.NONE
  }

  #known(producerId: Int64): ProducerEntry | undefined {
    return this.#staged?.get(producerId) ?? this.#entries.get(producerId)
  }

  dropStaged(): void {
    this.#staged = null
  }

  /** Whether a transaction of the producer is open here, in this epoch. */
  isOpen(producerId: Int64, producerEpoch: number): boolean {
    return isOpenIn(this.#known(producerId), producerEpoch)
  }

  /**
   * The producer would write to a transaction. Null where it is open already; else its coordinator is to be asked, and
   * the result stands for that question: an end of that transaction that comes before the batch makes it void (KIP-890).
   */
  verify(batch: UnverifiedBatch, nowMs: number): Verification | null {
    const { producerId, producerEpoch } = batch
    if (this.isOpen(producerId, producerEpoch)) return null
    const epoch = this.#known(producerId)?.epoch ?? noEpoch
    return producerEpoch < epoch ? new Verification(batch, nowMs) : this.#verifications.ask(batch, nowMs)
  }

  /**
   * Takes a batch that stands in the log into the state, without judging it. Returns the transaction that it
   * ends, if it ends one with records; the caller then calls `complete`.
   */
  apply(batch: ProducerBatchFacts): CompletedTransaction | null {
    let entry = this.#entries.get(batch.producerId)
    if (!entry) {
      entry = new ProducerEntry(batch.producerId)
      if (this.#entries === none) this.#entries = new Map()
      this.#entries.set(batch.producerId, entry)
    }
    const firstOffset = entry.transactionFirstOffset
    addTo(entry, batch)
    // What is staged has done so when it was judged: who has asked since then writes behind it.
    if (this.#staged === null) this.#verifications.pass(batch)
    if (!batch.marker) {
      if (firstOffset === null && entry.transactionFirstOffset !== null) {
        if (this.#open === none) this.#open = new Map()
        this.#open.set(entry.transactionFirstOffset, batch.producerId)
      }
      return null
    }
    if (firstOffset === null) return null
    const { producerId, lastOffset } = batch
    return { producerId, firstOffset, lastOffset, aborted: !batch.marker.commit }
  }

  /** The last stable offset once this transaction is complete: an aborted one is indexed with it. */
  lastStableOffsetAfter(transaction: CompletedTransaction): number {
    for (const [firstOffset, producerId] of this.#open)
      if (producerId !== transaction.producerId) return firstOffset
    return transaction.lastOffset + 1
  }

  complete(transaction: CompletedTransaction): void {
    const wasOpen = this.#open.delete(transaction.firstOffset)
    assert(
      wasOpen,
      `transaction of producer ${transaction.producerId} at ${transaction.firstOffset} was not open`,
    )
    this.#decided.push({ firstOffset: transaction.firstOffset, lastOffset: transaction.lastOffset })
  }

  /** First offset of the oldest transaction that is open, or whose marker is not below the high watermark yet. */
  get firstUnstableOffset(): number | null {
    let first: number | null = null
    for (const offset of this.#open.keys()) {
      first = offset
      break
    }
    for (const { firstOffset } of this.#decided)
      if (first === null || firstOffset < first) first = firstOffset
    return first
  }

  /** A transaction whose end is committed can no longer come undone. */
  highWatermarkMoved(highWatermark: number): void {
    if (this.#decided.length > 0)
      this.#decided = this.#decided.filter((one) => one.lastOffset >= highWatermark)
  }

  /** Forgets producers that have been silent too long and have no open transaction. */
  removeExpired(nowMs: number, expirationMs: number): void {
    for (const entry of this.#entries.values())
      if (isExpired(entry, nowMs, expirationMs)) this.#entries.delete(entry.producerId)
    this.#verifications.removeExpired(nowMs, expirationMs)
  }

  /** Transactions wholly below the log's start are no longer of interest. */
  logStartMoved(logStartOffset: number): void {
    this.#decided = this.#decided.filter((one) => one.lastOffset >= logStartOffset)
    for (const [firstOffset, producerId] of this.#open) {
      const entry = this.#entries.get(producerId)
      if (firstOffset < logStartOffset && (!entry || entry.lastOffset < logStartOffset)) {
        this.#open.delete(firstOffset)
        if (entry) entry.transactionFirstOffset = null
      }
    }
    if (this.mapEndOffset < logStartOffset) this.mapEndOffset = logStartOffset
  }

  // ---- snapshots

  get snapshotOffsets(): readonly number[] {
    return this.#snapshotOffsets
  }

  get latestSnapshotOffset(): number | null {
    return this.#snapshotOffsets.at(-1) ?? null
  }

  /** The snapshots that stand in the directory. */
  knowSnapshots(offsets: readonly number[]): void {
    this.#snapshotOffsets = [...offsets].sort((a, b) => a - b)
    for (const offset of offsets) this.#unsyncedSnapshots.add(offset)
  }

  /** A clean stop has made them durable. */
  noteDurable(): void {
    this.#unsyncedSnapshots.clear()
  }

  /** Writes `<mapEndOffset>.snapshot` unless the newest one says the same. */
  takeSnapshot(): void {
    const offset = this.mapEndOffset
    if (offset <= this.#lastSnapshotOffset) return
    this.#removeTorn()
    this.#writeSnapshot(offset, this.#encode())
    this.#doubted.delete(offset)
    this.#lastSnapshotOffset = offset
    this.#unsyncedSnapshots.add(offset)
    if (!this.#snapshotOffsets.includes(offset)) this.#snapshotOffsets.push(offset)
  }

  #encode(): Buffer {
    return encodeProducerSnapshot([...this.#entries.values()].map(snapshotEntry))
  }

  #writeSnapshot(offset: number, bytes: Buffer): void {
    this.#tornSnapshotOffset = offset
    // Not durable at once: its CRC tells a torn one, and the state can be made from an older one and the log.
    const file = this.#log.disk.openSync(this.#path(offset), 'write')
    try {
      if (file.sizeSync() > 0) file.truncateSync(0)
      file.writeSync(bytes, 0)
    } finally {
      file.closeSync()
    }
    this.#tornSnapshotOffset = null
  }

  /**
   * A recovery begins at this offset: whether snapshots behind it are right shows where it comes to them. To remove all of
   * them and write them again would make a start wait for the disk thousands of times.
   */
  doubtSnapshotsAfter(offset: number): void {
    for (const known of this.#snapshotOffsets) if (known > offset) this.#doubted.add(known)
    this.#snapshotOffsets = this.#snapshotOffsets.filter((known) => known <= offset)
  }

  /** The state is that at this offset by now: a doubted snapshot that says so is none any more. */
  confirmSnapshot(offset: number): void {
    if (!this.#doubted.has(offset)) return
    const bytes = this.#encode()
    if (!this.#log.disk.readFileSync(this.#path(offset)).equals(bytes)) return
    this.#doubted.delete(offset)
    this.#snapshotOffsets.push(offset)
    this.#lastSnapshotOffset = offset
  }

  /** Those that were not confirmed go. */
  removeDoubted(): void {
    for (const offset of this.#doubted) this.removeSnapshot(offset)
  }

  /** The same as `flushSnapshot` off the event loop. */
  async flushSnapshotSoon(offset: number): Promise<void> {
    if (!this.#unsyncedSnapshots.has(offset)) return
    const file = this.#log.disk.openSync(this.#path(offset), 'read')
    try {
      await file.sync()
      this.#unsyncedSnapshots.delete(offset)
    } finally {
      file.closeSync()
    }
  }

  /** Makes the snapshot of this offset durable, if there is one. */
  flushSnapshot(offset: number): void {
    if (!this.#unsyncedSnapshots.has(offset)) return
    const file = this.#log.disk.openSync(this.#path(offset), 'write')
    try {
      file.syncSync()
      this.#unsyncedSnapshots.delete(offset)
    } finally {
      file.closeSync()
    }
  }

  removeSnapshot(offset: number): void {
    this.#log.disk.removeSync(this.#path(offset))
    this.#snapshotOffsets = this.#snapshotOffsets.filter((known) => known !== offset)
    this.#unsyncedSnapshots.delete(offset)
    this.#doubted.delete(offset)
  }

  #removeTorn(): void {
    if (this.#tornSnapshotOffset === null) return
    this.removeSnapshot(this.#tornSnapshotOffset)
    this.#tornSnapshotOffset = null
  }

  /** Renames a snapshot to `.deleted`; returns the new path, null if there is none. */
  markSnapshotDeleted(offset: number): string | null {
    if (!this.#snapshotOffsets.includes(offset)) return null
    this.#snapshotOffsets = this.#snapshotOffsets.filter((known) => known !== offset)
    this.#unsyncedSnapshots.delete(offset)
    const path = this.#path(offset) + deletedSuffix
    this.#log.disk.renameSync(this.#path(offset), path)
    return path
  }

  /**
   * Empties the state and loads the newest readable snapshot at or below `upTo`; later ones and unreadable ones
   * go. The caller applies the batches from `mapEndOffset` on.
   */
  reload(logStartOffset: number, upTo: number, nowMs: number, expirationMs: number): void {
    this.#entries = none
    this.#open = none
    this.#decided = []
    this.#staged = null
    this.#verifications.clear()
    this.#removeTorn()
    for (const offset of this.#snapshotOffsets.filter((known) => known > upTo)) this.removeSnapshot(offset)
    for (let offset = this.latestSnapshotOffset; offset !== null; offset = this.latestSnapshotOffset) {
      const entries = decodeProducerSnapshot(this.#log.disk.readFileSync(this.#path(offset)))
      if (entries) {
        this.#load(entries, nowMs, expirationMs)
        this.mapEndOffset = offset
        this.#lastSnapshotOffset = offset
        return
      }
      this.#log.onLoss?.({ kind: 'file unreadable', path: this.#path(offset), effect: effectOfSnapshotLoss })
      this.removeSnapshot(offset)
    }
    this.mapEndOffset = logStartOffset
    this.#lastSnapshotOffset = logStartOffset
  }

  #load(entries: readonly ProducerSnapshotEntry[], nowMs: number, expirationMs: number): void {
    if (entries.length === 0) return
    this.#entries = new Map()
    const open: { firstOffset: number; producerId: Int64 }[] = []
    for (const saved of entries) {
      const entry = entryOfSnapshot(saved)
      if (isExpired(entry, nowMs, expirationMs)) continue
      this.#entries.set(entry.producerId, entry)
      if (entry.transactionFirstOffset !== null)
        open.push({ firstOffset: entry.transactionFirstOffset, producerId: entry.producerId })
    }
    if (open.length > 0) this.#open = new Map()
    open.sort((a, b) => a.firstOffset - b.firstOffset)
    for (const { firstOffset, producerId } of open) this.#open.set(firstOffset, producerId)
  }

  #path(offset: number): string {
    return offsetFilePath(this.#log.directory, offset, snapshotSuffix)
  }
}

function addTo(entry: ProducerEntry, batch: ProducerBatchFacts): void {
  if (batch.marker) {
    entry.endTransaction(batch.producerEpoch, batch.marker.coordinatorEpoch, batch.maxTimestamp)
    return
  }
  const { baseSequence, lastSequence, baseOffset, lastOffset, maxTimestamp } = batch
  entry.addBatch(
    batch.producerEpoch,
    {
      firstSequence: baseSequence,
      lastSequence,
      firstOffset: baseOffset,
      lastOffset,
      timestamp: maxTimestamp,
    },
    batch.isTransactional,
  )
}

function isExpired(entry: ProducerEntry, nowMs: number, expirationMs: number): boolean {
  return entry.transactionFirstOffset === null && subtractInt64(nowMs, entry.lastTimestamp) >= expirationMs
}

function snapshotEntry(entry: ProducerEntry): ProducerSnapshotEntry {
  const last = entry.batches.at(-1)
  return {
    producerId: entry.producerId,
    epoch: entry.epoch,
    lastSequence: last ? last.lastSequence : -1,
    lastOffset: last ? last.lastOffset : -1,
    offsetDelta: last ? last.lastOffset - last.firstOffset : 0,
    timestamp: entry.lastTimestamp,
    coordinatorEpoch: entry.coordinatorEpoch,
    currentTransactionFirstOffset: entry.transactionFirstOffset ?? -1,
  }
}

function entryOfSnapshot(saved: ProducerSnapshotEntry): ProducerEntry {
  const entry = new ProducerEntry(saved.producerId)
  entry.epoch = saved.epoch
  entry.coordinatorEpoch = saved.coordinatorEpoch
  entry.lastTimestamp = saved.timestamp
  entry.transactionFirstOffset =
    saved.currentTransactionFirstOffset >= 0 ? saved.currentTransactionFirstOffset : null
  if (saved.lastOffset >= 0) {
    const firstSequence = saved.lastSequence - saved.offsetDelta
    entry.batches.push({
      // The sequence went round inside the batch.
      firstSequence: firstSequence < 0 ? firstSequence + 0x8000_0000 : firstSequence,
      lastSequence: saved.lastSequence,
      firstOffset: saved.lastOffset - saved.offsetDelta,
      lastOffset: saved.lastOffset,
      timestamp: saved.timestamp,
    })
  }
  return entry
}
