import { type Int64 } from '@sluice/wire'
import { join } from 'node:path'
import {
  assert,
  type Clock,
  type Disk,
  isSystemError,
  type Logger,
  type Processes,
  raise,
  type Random,
  type Timer,
} from '@sluice/effects'
import {
  CheckpointFile,
  OffsetCheckpoint,
  checkpointKey,
  takeCleanShutdown,
  writeCleanShutdown,
} from './checkpoints.ts'
import { DirectoryLock } from './directory-lock.ts'
import {
  asideDirectoryName,
  deleteSuffix,
  isDeletedDirectory,
  logDirectoryName,
  straySuffix,
  topicPartitionOf,
} from './directory-names.ts'
import { FileCache } from './file-cache.ts'
import type { LogConfig } from './log-config.ts'
import type { TopicPartition } from './log-store.ts'
import { Log, type LogOptions } from './log.ts'
import { openMetaProperties } from './meta-properties.ts'
import type { LoadOptions } from './recovery.ts'
import { inSlices, type Steps } from './slices.ts'

/** Lives beside the brokers' logs in a combined Kafka node's directory, and is the controller's. */
const metadataTopic = '__cluster_metadata'

/** Files that were not used for about this long are closed. */
const idleFilesCheckMs = 60_000

/** `setTimeout` knows no longer delays; nobody waits for them. */
const intervalMaxMs = 0x7fffffff

export interface LogManagerOptions {
  disk: Disk
  clock: Clock
  logger: Logger
  random: Random
  /** Without it the directory is not guarded against other processes. */
  processes?: Processes
  /** A log directory; made if it is not there. */
  directory: string
  nodeId: number
  clusterId: string
  /** The broker's configuration, by Kafka's names. */
  config: { long(name: string): number }
  configFor: (topic: string) => LogConfig
}

/**
 * All logs in one log directory: loads them, makes and removes them, writes the checkpoints, and does what is to
 * be done from time to time: retention, flushes, expiry of producers.
 */
export class LogManager {
  readonly directory: string
  readonly #options: LogManagerOptions
  readonly #files: FileCache
  readonly #loading = new AbortController()
  #lock: DirectoryLock | null = null
  #directoryId: string | null = null
  readonly #logs = new Map<string, Log>()
  readonly #timers = new Set<Timer>()
  readonly #recoveryPoints: OffsetCheckpoint
  readonly #logStarts: OffsetCheckpoint
  readonly #cleanerOffsets: OffsetCheckpoint
  #cleaned = new Map<string, number>()
  #state: 'new' | 'loading' | 'loaded' | 'stopped' = 'new'
  #checkpointsDue = false
  /** One function for all logs. */
  readonly #logFailed = (error: unknown) => this.#failed('background work on a log failed', error)

  constructor(options: LogManagerOptions) {
    const { disk, directory } = options
    this.#options = options
    this.directory = directory
    this.#files = new FileCache(disk)
    this.#recoveryPoints = new OffsetCheckpoint(disk, directory, CheckpointFile.recoveryPoint)
    this.#logStarts = new OffsetCheckpoint(disk, directory, CheckpointFile.logStart)
    this.#cleanerOffsets = new OffsetCheckpoint(disk, directory, CheckpointFile.cleaner)
  }

  /**
   * Takes the directory and loads every log of it, in slices; after an unclean stop this recovers them, as the
   * topics are configured by now. Rejects with MetaPropertiesError for a directory of another node or cluster, with
   * DirectoryLockedError for one in use, with the disk's error, or when the signal is aborted or `stop` called
   * meanwhile: then nothing is held any more.
   */
  async load(signal: AbortSignal): Promise<void> {
    assert(this.#state === 'new', 'logs are loaded once')
    this.#state = 'loading'
    try {
      const given = AbortSignal.any([signal, this.#loading.signal])
      await inSlices(this.#load(), this.#options.clock, given)
    } catch (error) {
      this.#state = 'stopped'
      this.#cancelTimers()
      this.#closeAll(false)
      this.#lock?.release(false)
      throw error
    }
    this.#state = 'loaded'
    this.#startTimers()
  }

  /** From meta.properties. */
  get directoryId(): string {
    assert(this.#directoryId, 'a directory has its id when it is loaded')
    return this.#directoryId
  }

  get(topicPartition: TopicPartition): Log | undefined {
    return this.#logs.get(checkpointKey(topicPartition))
  }

  all(): Iterable<Log> {
    return this.#logs.values()
  }

  getOrCreate(topicPartition: TopicPartition, topicId: string): Log {
    assert(this.#state === 'loaded', 'a log is made only where all logs are loaded')
    const found = this.get(topicPartition)
    if (found && (found.topicId === null || found.topicId === topicId)) {
      found.assignTopicId(topicId)
      return found
    }
    // The topic was deleted and made anew while this broker was away.
    if (found) this.#putAside(found, straySuffix)
    const state = { clean: true, recoveryPoint: 0, logStartOffset: 0 }
    const log = Log.load({ ...this.#logOptions(topicPartition, state), topicId })
    this.#logs.set(checkpointKey(topicPartition), log)
    return log
  }

  /** The log is gone for everyone; its directory goes after `file.delete.delay.ms`. */
  delete(topicPartition: TopicPartition): void {
    const log = this.get(topicPartition)
    if (!log) return
    this.#removeDirectoryLater(this.#putAside(log, deleteSuffix), log.config.fileDeleteDelayMs)
    this.#writeCheckpointsSoon()
  }

  /** Puts aside the logs of topics that the metadata does not know (Kafka's `-stray`). Returns how many. */
  removeStrays(isKnown: (topicId: string) => boolean): number {
    const strays = [...this.#logs.values()].filter((log) => log.topicId !== null && !isKnown(log.topicId))
    for (const log of strays) {
      const directory = this.#putAside(log, straySuffix)
      this.#options.logger.warn('the topic of a log is not known; the log is put aside', {
        ...log.topicPartition,
        topicId: log.topicId,
        directory,
      })
    }
    return strays.length
  }

  /** Of the file system; -1 where that cannot be said. */
  space(): { totalBytes: number; usableBytes: number } {
    return this.#options.disk.spaceSync(this.directory)
  }

  /** Removes what retention takes from all logs, now. */
  applyRetention(): void {
    for (const log of this.#logs.values()) log.applyRetention(this.#options.clock.now())
  }

  /**
   * `clean`: everything is durable, checkpointed and marked so, and the next start recovers nothing. Else, and
   * always before everything is loaded, files are let go as they are.
   */
  stop(options: { clean: boolean; brokerEpoch?: Int64 }): void {
    if (this.#state === 'loading')
      this.#loading.abort(new Error('the logs are stopped while they are loaded'))
    if (this.#state !== 'loaded') return
    this.#state = 'stopped'
    this.#cancelTimers()
    const clean = this.#closeAll(options.clean) && options.clean && this.#markClean(options.brokerEpoch ?? -1)
    this.#lock?.release(clean)
  }

  #cancelTimers(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  /** Whether the disk takes the last words; where it does not, the next start recovers. */
  #markClean(brokerEpoch: Int64): boolean {
    try {
      this.#writeCheckpoints()
      this.#cleanerOffsets.write(this.#cleaned)
      writeCleanShutdown(this.#options.disk, this.directory, brokerEpoch)
      return true
    } catch (error) {
      if (!isSystemError(error)) throw error
      this.#options.logger.error('the disk refuses a clean stop', { directory: this.directory, error })
      return false
    }
  }

  // ---- loading

  *#load(): Steps {
    const { disk, clock, logger, directory, processes } = this.#options
    const startedMs = clock.monotonic()
    disk.mkdirSync(directory)
    this.#lock = DirectoryLock.acquire(disk, directory, processes)
    this.#directoryId = openMetaProperties(this.#options).directoryId
    const clean = takeCleanShutdown(disk, this.directory)
    const recoveryPoints = this.#readCheckpoint(this.#recoveryPoints, CheckpointFile.recoveryPoint)
    const logStarts = this.#readCheckpoint(this.#logStarts, CheckpointFile.logStart)
    this.#cleaned = this.#readCheckpoint(this.#cleanerOffsets, CheckpointFile.cleaner)
    for (const { name, isDirectory } of disk.readdirSync(this.directory)) {
      if (!isDirectory) continue
      if (isDeletedDirectory(name)) {
        const delayMs = this.#options.config.long('log.segment.delete.delay.ms')
        this.#removeDirectoryLater(join(this.directory, name), delayMs)
      }
      const topicPartition = topicPartitionOf(name)
      if (!topicPartition || topicPartition.topic === metadataTopic) continue
      const key = checkpointKey(topicPartition)
      const logStartOffset = logStarts.get(key) ?? 0
      const state = { clean, recoveryPoint: recoveryPoints.get(key) ?? 0, logStartOffset }
      this.#logs.set(key, yield* Log.loadInSteps(this.#logOptions(topicPartition, state)))
      yield
    }
    if (this.#logs.size === 0) return
    const ms = Math.round(clock.monotonic() - startedMs)
    logger.info(clean ? 'logs loaded' : 'logs recovered after an unclean stop', { logs: this.#logs.size, ms })
  }

  #readCheckpoint(checkpoint: OffsetCheckpoint, name: string): Map<string, number> {
    const offsets = checkpoint.read()
    if (!offsets) this.#options.logger.warn('a checkpoint cannot be read; it counts as empty', { name })
    return offsets ?? new Map()
  }

  #logOptions(topicPartition: TopicPartition, state: LoadOptions): LogOptions {
    const { disk, clock, logger, random } = this.#options
    return {
      ...state,
      disk,
      clock,
      logger,
      random,
      topicPartition,
      files: this.#files,
      directory: join(this.directory, logDirectoryName(topicPartition)),
      config: this.#options.configFor(topicPartition.topic),
      producerIdExpirationMs: this.#options.config.long('producer.id.expiration.ms'),
      onBackgroundFailure: this.#logFailed,
    }
  }

  // ---- removing

  /** Takes the log out of use and renames its directory; returns the new path. */
  #putAside(log: Log, suffix: string): string {
    const { topicPartition } = log
    const key = checkpointKey(topicPartition)
    const hex = this.#options.random.bytes(16).toString('hex')
    const directory = join(this.directory, asideDirectoryName(topicPartition, hex, suffix))
    this.#options.disk.renameSync(log.directory, directory)
    log.movedTo(directory)
    log.close({ clean: false })
    this.#logs.delete(key)
    this.#cleaned.delete(key)
    return directory
  }

  #removeDirectoryLater(directory: string, delayMs: number): void {
    this.#schedule(delayMs, () => this.#options.disk.removeSync(directory))
  }

  // ---- from time to time

  #startTimers(): void {
    const { config } = this.#options
    const checkpointMs = Math.min(
      config.long('log.flush.offset.checkpoint.interval.ms'),
      config.long('log.flush.start.offset.checkpoint.interval.ms'),
    )
    this.#every(checkpointMs, checkpointMs, () => this.#writeCheckpointsSoon())
    this.#every(
      config.long('log.initial.task.delay.ms'),
      config.long('log.retention.check.interval.ms'),
      () => this.applyRetention(),
    )
    const flushMs = config.long('log.flush.scheduler.interval.ms')
    this.#every(flushMs, flushMs, () => this.#flushDue())
    const expiryMs = config.long('producer.id.expiration.check.interval.ms')
    this.#every(expiryMs, expiryMs, () => {
      for (const log of this.#logs.values()) log.removeExpiredProducers(this.#options.clock.now())
    })
    this.#every(idleFilesCheckMs, idleFilesCheckMs, () => this.#files.closeUnused())
  }

  #flushDue(): void {
    const nowMs = this.#options.clock.now()
    for (const log of this.#logs.values()) {
      if (log.recoveryPoint >= log.logEndOffset || nowMs - log.lastFlushMs < log.config.flushMs) continue
      log.flush().catch((error: unknown) => this.#failed('a flush failed', error))
    }
  }

  #every(firstMs: number, intervalMs: number, work: () => void): void {
    this.#schedule(firstMs, () => {
      this.#every(intervalMs, intervalMs, work)
      work()
    })
  }

  #schedule(delayMs: number, work: () => void): void {
    if (delayMs > intervalMaxMs) return
    const timer = this.#options.clock.schedule(delayMs, () => {
      this.#timers.delete(timer)
      try {
        work()
      } catch (error) {
        this.#failed('upkeep of the logs failed', error)
      }
    })
    this.#timers.add(timer)
  }

  /** Nobody waits for this work: what the disk refuses is told, and tried again in time; a bug is the broker's. */
  #failed(message: string, error: unknown): void {
    if (isSystemError(error)) this.#options.logger.error(message, { error })
    else raise(this.#options.clock, error)
  }

  // ---- checkpoints and stopping

  /**
   * A topic made anew under an old name must not find the offsets of the old one. A topic's partitions go one by
   * one, so one write serves them all.
   */
  #writeCheckpointsSoon(): void {
    if (this.#checkpointsDue) return
    this.#checkpointsDue = true
    this.#schedule(0, () => {
      this.#checkpointsDue = false
      this.#background(this.#recoveryPoints.writeSoon(this.#currentRecoveryPoints()))
      this.#background(this.#logStarts.writeSoon(this.#currentLogStarts()))
    })
  }

  #writeCheckpoints(): void {
    this.#recoveryPoints.write(this.#currentRecoveryPoints())
    this.#logStarts.write(this.#currentLogStarts())
  }

  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#failed('a checkpoint could not be written', error))
  }

  #currentRecoveryPoints(): Map<string, number> {
    return new Map([...this.#logs].map(([key, log]) => [key, log.recoveryPoint]))
  }

  #currentLogStarts(): Map<string, number> {
    const logStarts = new Map<string, number>()
    for (const [key, log] of this.#logs)
      if (log.logStartOffset > log.firstSegmentBaseOffset) logStarts.set(key, log.logStartOffset)
    return logStarts
  }

  /** Whether all went well. */
  #closeAll(clean: boolean): boolean {
    let well = true
    for (const log of this.#logs.values()) {
      try {
        log.close({ clean })
      } catch (error) {
        well = false
        this.#failed(`the log of ${checkpointKey(log.topicPartition)} could not be closed cleanly`, error)
      }
    }
    return well
  }
}
