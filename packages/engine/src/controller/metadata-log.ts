import { join } from 'node:path'
import { assert, type Clock, type Logger } from '@sluice/effects'
import {
  buildBatchSync,
  ControlRecordType,
  controlBatch,
  FeatureLevelRecord,
  LeaderChangeMessage,
  type Int64,
  metadataTopic,
} from '@sluice/wire'
import { bootstrapFeatures } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import {
  type LoggedRecord,
  type NewRecord,
  newRecord,
  type SealedRecord,
  sealRecord,
} from '../metadata/records.ts'
import { FileCache } from '../storage/file-cache.ts'
import { Log, type LogConfig } from '../storage/log.ts'
import { atOnce, eachInSteps, type Steps } from '../storage/slices.ts'
import { type MetadataBatch, metadataBatches } from './batches.ts'
import {
  acceptMissingEnd,
  beforeMetadataCut,
  type DamageOptions,
  MetadataDamagedError,
  metadataLogName,
} from './metadata-damage.ts'
import { type QuorumState, readQuorumState, writeQuorumState } from './quorum-state.ts'
import {
  bootstrapSnapshot,
  BrokenSnapshotError,
  listSnapshots,
  readSnapshot,
  type SnapshotId,
  snapshotName,
  writeSnapshot,
} from './snapshots.ts'

/** Fixed by Apache Kafka. */
export const metadataTopicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
const readBytesMax = 8 * 1024 * 1024
/** For others, who may be slow to take it: as much as Apache Kafka's observers ask for. */
const readerBytesMax = 1024 * 1024

/** A reader has stayed away for too long to be told what it missed: it has to begin anew, with the image. */
export class MetadataGoneError extends Error {
  override name = 'MetadataGoneError'
}

/** Records as one batch of the log. */
export interface SealedBatch {
  readonly sealed: readonly SealedRecord[]
  readonly bytes: Buffer
}

type ReaderPlace =
  | { readonly kind: 'valid' }
  | { readonly kind: 'diverging'; readonly end: { readonly epoch: number; readonly endOffset: number } }
  | { readonly kind: 'snapshot'; readonly id: SnapshotId }

interface SnapshotPart {
  readonly sizeInBytes: number
  readonly bytes: Buffer
}

interface MetadataLogOptions extends DamageOptions {
  clock: Clock
  logger: Logger
  /** The controller's log directory. */
  directory: string
  nodeId: number
  logConfig: LogConfig
  /** `metadata.max.retention.bytes`, of the log and its snapshots together. */
  retentionBytes: number
}

/**
 * The cluster's metadata log in Apache Kafka's KRaft format, with one static voter: itself. Records are in the page
 * cache after `append` and durable after the next `flush`; each `open` is an election that only we can win.
 *
 * The only voter's disk is the majority: what is durable is committed.
 *
 * Invariants: a snapshot holds exactly what the log says before its end offset; the log begins at or before the end
 * of the oldest snapshot; what is below the newest snapshot's end is never needed to load.
 */
export class MetadataLog {
  readonly #options: MetadataLogOptions
  readonly #log: Log
  readonly #directory: string
  readonly #epoch: number
  #snapshots: SnapshotId[]
  #lastTimestamp: Int64 = 0
  #bytesSinceSnapshot = 0

  private constructor(options: MetadataLogOptions, directory: string, log: Log, epoch: number) {
    this.#options = options
    this.#directory = directory
    this.#log = log
    this.#epoch = epoch
    this.#snapshots = listSnapshots(options.disk, directory)
  }

  /** Opens the log, made if it is not there, brings the image up to its end, and begins a new epoch: in steps. */
  static *open(options: MetadataLogOptions, image: MetadataImage): Steps<MetadataLog> {
    const { disk, clock, logger, nodeId } = options
    const directory = join(options.directory, metadataLogName)
    disk.mkdirSync(directory)
    const before = readQuorumState(disk, directory, options.onLoss)
    const log = yield* Log.loadInSteps({
      disk,
      clock,
      logger,
      files: new FileCache(disk),
      directory,
      topicPartition: { topic: metadataTopic, partition: 0 },
      topicId: metadataTopicId,
      config: options.logConfig,
      // Nothing vouches for this log but itself, so all of it is checked, as Apache Kafka does.
      clean: false,
      recoveryPoint: 0,
      logStartOffset: 0,
      onLoss: options.onLoss,
      beforeCut: (tail) => beforeMetadataCut(options, directory, tail),
    })
    let metadata: MetadataLog | null = null
    try {
      const epoch = Math.max(before?.leaderEpoch ?? 0, log.leaderEpochs.latestEpoch ?? 0) + 1
      const opened = new MetadataLog(options, directory, log, epoch)
      yield* opened.#load(image)
      opened.#checkEnd(image, before)
      if (!before) format(options, directory)
      // The vote comes before anything that stands under it.
      writeQuorumState(disk, directory, { leaderId: nodeId, leaderEpoch: epoch })
      opened.#appendLeaderChange(image)
      return (metadata = opened)
    } finally {
      if (!metadata) log.close({ clean: false })
    }
  }

  get epoch(): number {
    return this.#epoch
  }

  /** Offset of the next record. */
  get endOffset(): number {
    return this.#log.logEndOffset
  }

  /** Bytes appended that no snapshot holds yet. */
  get bytesSinceSnapshot(): number {
    return this.#bytesSinceSnapshot
  }

  /** Makes a batch for the end of the log as it is now. */
  *sealInSteps(records: readonly NewRecord[]): Steps<SealedBatch> {
    assert(records.length > 0, 'a metadata batch holds a record')
    const sealed = yield* eachInSteps(records, sealRecord)
    const bytes = buildBatchSync({
      baseOffset: this.endOffset,
      partitionLeaderEpoch: this.#epoch,
      timestamp: this.#now(),
      records: sealed.map((record) => ({ key: null, value: record.bytes })),
    })
    yield
    return { sealed, bytes }
  }

  /** Writes a batch, made for this end of the log, and returns its records as any reader of the log will find them. */
  append({ sealed, bytes }: SealedBatch): LoggedRecord[] {
    const baseOffset = this.endOffset
    this.#write(bytes)
    return sealed.map(({ decoded }, i) =>
      Object.assign(decoded, { offset: baseOffset + i, epoch: this.#epoch }),
    )
  }

  /** End of what is durable, and so committed. */
  get committedEnd(): number {
    return this.#log.highWatermark
  }

  get startOffset(): number {
    return this.#log.logStartOffset
  }

  get newestSnapshot(): SnapshotId | null {
    return this.#snapshots.at(-1) ?? null
  }

  /**
   * Whether a reader that stands at `offset`, behind a record of `epoch`, can go on from there. If not: where the log
   * that it knows parts from this one, or the snapshot that it has to begin with.
   */
  placeOf(offset: number, epoch: number): ReaderPlace {
    if (this.startOffset === 0 && offset === 0) return { kind: 'valid' }
    // A log that has all its records begins with what formatting has left, and nobody can be behind that.
    const oldest = this.startOffset === 0 ? bootstrapSnapshot : this.#snapshots[0]
    const newest = this.newestSnapshot
    const isBehind =
      oldest &&
      (offset < this.startOffset ||
        (offset === this.startOffset && epoch !== oldest.epoch) ||
        epoch < oldest.epoch)
    if (isBehind && newest) return { kind: 'snapshot', id: newest }
    const end = this.#log.leaderEpochs.endOffsetFor(epoch)
    if (end.epoch !== epoch || end.endOffset < offset) return { kind: 'diverging', end }
    return { kind: 'valid' }
  }

  /** Whole batches of what is committed, of `bytesMax` or one at least; nothing at its end. */
  readCommitted(offset: number, bytesMax: number): Buffer {
    if (offset >= this.committedEnd) return Buffer.alloc(0)
    return this.#read(offset, this.committedEnd, Math.max(0, Math.min(bytesMax, readerBytesMax)))
  }

  /** A part of a snapshot, and how large the whole is. Null: there is no such snapshot (any more). */
  readSnapshotPart(id: SnapshotId, position: number, bytesMax: number): SnapshotPart | null {
    const { disk } = this.#options
    if (!this.#snapshots.some(({ endOffset, epoch }) => endOffset === id.endOffset && epoch === id.epoch))
      return null
    const file = disk.openSync(join(this.#directory, snapshotName(id)), 'read')
    try {
      const sizeInBytes = file.sizeSync()
      const length = Math.max(0, Math.min(sizeInBytes - position, bytesMax, readerBytesMax))
      const bytes = Buffer.allocUnsafe(length)
      const read = length === 0 ? 0 : file.readSync(bytes, 0, length, position)
      return { sizeInBytes, bytes: bytes.subarray(0, read) }
    } finally {
      file.closeSync()
    }
  }

  /** Takes back what was appended from `offset` on and nobody has seen. */
  takeBack(offset: number): void {
    this.#log.truncateTo(offset)
  }

  /** What a reader that has seen `offset` has missed. Throws MetadataGoneError. */
  recordsAfter(offset: number): LoggedRecord[] {
    if (this.#log.logStartOffset > offset + 1)
      throw new MetadataGoneError(`the metadata behind offset ${offset} is only in snapshots by now`)
    const records: LoggedRecord[] = []
    for (const batch of this.#batches(offset + 1))
      records.push(...batch.records.filter((record) => record.offset > offset))
    return records
  }

  /** Resolves when everything that is appended by now is durable. */
  async flush(): Promise<void> {
    await this.#log.flushRecords()
    this.#log.advanceHighWatermark(this.#log.recoveryPoint)
  }

  /** Blocks until everything is durable. */
  flushSync(): void {
    this.#log.flushSync()
    this.#log.advanceHighWatermark(this.#log.recoveryPoint)
  }

  /**
   * Writes the image, which must be at the end of the log and durable there, and drops what nobody needs now. In steps: it
   * is what the image is at the first one, whatever is appended meanwhile.
   */
  *snapshot(image: MetadataImage): Steps {
    assert(image.offset === this.endOffset - 1, 'a snapshot is taken of the whole log')
    const { disk, clock } = this.#options
    const id = { endOffset: image.offset + 1, epoch: image.epoch }
    const contained = this.#bytesSinceSnapshot
    yield* writeSnapshot(disk, this.#directory, id, {
      records: image.records(),
      lastContainedLogTimestamp: this.#lastTimestamp,
      nowMs: clock.now(),
    })
    this.#snapshots.push(id)
    this.#bytesSinceSnapshot -= contained
    this.#clean()
  }

  close(options: { clean: boolean }): void {
    this.#log.close(options)
  }

  #now(): number {
    return this.#options.clock.now()
  }

  #write(batch: Buffer): void {
    const outcome = this.#log.appendAsFollower(batch)
    assert(outcome.kind === 'appended', 'the metadata log takes a batch that we have built')
    this.#bytesSinceSnapshot += batch.length
    this.#lastTimestamp = this.#now()
  }

  #appendLeaderChange(image: MetadataImage): void {
    const voters = [{ voterId: this.#options.nodeId }]
    const message = { version: 0, leaderId: this.#options.nodeId, voters, grantingVoters: voters }
    const value = LeaderChangeMessage.encodeToBuffer(0, message)
    const baseOffset = this.endOffset
    this.#write(
      controlBatch([{ type: ControlRecordType.leaderChange, value }], {
        baseOffset,
        partitionLeaderEpoch: this.#epoch,
        timestamp: this.#now(),
      }),
    )
    image.skipTo(baseOffset, this.#epoch)
  }

  *#load(image: MetadataImage): Steps {
    yield* this.#loadNewestSnapshot(image)
    const from = this.#snapshots.at(-1)?.endOffset ?? 0
    // The log was cut short of what the snapshot holds, or deleted: it goes on behind the snapshot.
    if (this.endOffset < from) this.#log.truncateFullyAndStartAt(from)
    if (this.#log.logStartOffset > from)
      throw new MetadataDamagedError(
        `The metadata log in ${this.#directory} begins at offset ${this.#log.logStartOffset}, and no snapshot holds what was before.`,
        { isAcceptable: false },
      )
    for (const batch of this.#batches(from)) {
      if (batch.records.length > 0) image.replay(batch.records.filter((record) => record.offset >= from))
      else image.skipTo(batch.lastOffset, batch.epoch)
      this.#lastTimestamp = batch.maxTimestamp
      this.#bytesSinceSnapshot += batch.sizeInBytes
      yield
    }
  }

  /**
   * Each epoch begins with a record, and after a clean stop all of them are there. The log of a new cluster, or of one
   * that was killed when it had hardly begun, is the only one that may be empty.
   */
  #checkEnd(image: MetadataImage, before: QuorumState | null): void {
    const { wasClean, isExpected } = this.#options
    const isShort = wasClean && before !== null && image.epoch < before.leaderEpoch
    const isGone = isExpected === true && this.endOffset === 0
    if (isShort || isGone) acceptMissingEnd(this.#options, this.#directory, this.endOffset)
  }

  /** From the one that holds `from` to the end of the log. */
  *#batches(from: number): Iterable<MetadataBatch> {
    for (let offset = from; offset < this.endOffset; )
      for (const batch of metadataBatches(this.#read(offset))) {
        yield batch
        offset = batch.lastOffset + 1
      }
  }

  /** Those that cannot be read are put aside: an older one, with more of the log, tells the same. */
  *#loadNewestSnapshot(image: MetadataImage): Steps {
    const { disk, logger, onLoss } = this.#options
    for (let id = this.#snapshots.at(-1); id; id = this.#snapshots.at(-1)) {
      const path = join(this.#directory, snapshotName(id))
      try {
        // All of it is read before any of it counts.
        const batches = readSnapshot(disk, path)
        for (const { records } of batches) {
          image.replay(records)
          yield
        }
        image.skipTo(id.endOffset - 1, id.epoch)
        return
      } catch (error) {
        if (!(error instanceof BrokenSnapshotError)) throw error
        logger.warn('a metadata snapshot cannot be read and is put aside', { path, error })
        onLoss?.({ kind: 'file unreadable', path, effect: 'it is put aside as a file .unreadable' })
        disk.renameSync(path, `${path}.unreadable`)
        this.#snapshots = this.#snapshots.slice(0, -1)
      }
    }
  }

  #read(offset: number, upTo = this.endOffset, bytesMax = readBytesMax): Buffer {
    const slice = this.#log.read(offset, bytesMax, upTo, true)
    assert(slice, `nothing at offset ${offset} of the metadata log`)
    try {
      const bytes = Buffer.allocUnsafe(slice.length)
      const read = slice.file.readSync(bytes, 0, slice.length, slice.position)
      assert(read === slice.length, 'a slice of the metadata log is whole')
      return bytes
    } finally {
      slice.release()
    }
  }

  /** While log and snapshots are too large together, the oldest snapshot goes, with the log before the next one. */
  #clean(): void {
    const { disk, logger, retentionBytes } = this.#options
    const path = (id: SnapshotId) => join(this.#directory, snapshotName(id))
    const sizes = () => this.#snapshots.reduce((sum, id) => sum + disk.statSync(path(id)).size, 0)
    while (this.#snapshots.length > 1 && this.#log.sizeInBytes + sizes() > retentionBytes) {
      const [oldest, next] = this.#snapshots
      assert(oldest && next, 'there are two snapshots')
      this.#log.deleteRecordsBefore(next.endOffset)
      this.#log.applyRetention(this.#now())
      disk.removeSync(path(oldest))
      this.#snapshots = this.#snapshots.slice(1)
      logger.debug('an old metadata snapshot is removed', { endOffset: oldest.endOffset })
    }
  }
}

/** As `kafka-storage format` leaves a directory whose voters are static: the bootstrap snapshot names features only. */
function format(options: MetadataLogOptions, directory: string): void {
  const nowMs = options.clock.now()
  const records = bootstrapFeatures.map(({ name, level }) =>
    newRecord(FeatureLevelRecord, { name, featureLevel: level }),
  )
  atOnce(
    writeSnapshot(options.disk, directory, bootstrapSnapshot, {
      records,
      lastContainedLogTimestamp: nowMs,
      nowMs,
    }),
  )
}
