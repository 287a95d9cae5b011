import { assert } from '@sluice/effects'
import type { Int64 } from '@sluice/wire'
import { checkpointKey } from './checkpoints.ts'
import { LogCleaner } from './cleaner/log-cleaner.ts'
import { deleteSuffix, logDirectoryName, straySuffix } from './directory-names.ts'
import { LogDirectory, type LogDirectoryOptions } from './log-directory.ts'
import type { TopicPartition } from './topic-partition.ts'
import type { Loss } from './losses.ts'
import type { Log } from './log.ts'
import { NodeDisk } from './node-disk.ts'
import { inSlices } from './slices.ts'
import { type Chore, Upkeep } from './upkeep.ts'

/** Files that were not used for about this long are closed. */
const idleFilesCheckMs = 60_000

/** All logs of a broker: loads them, makes and removes them, and has done what is due from time to time. */
export class LogManager {
  readonly directory: string
  /** Of whose disk all of them are. */
  readonly disk: NodeDisk
  readonly #options: LogDirectoryOptions
  readonly #upkeep: Upkeep
  readonly #cleaner: LogCleaner
  readonly #logs = new Map<string, Log>()
  readonly #loading = new AbortController()
  #state: 'new' | 'loading' | 'loaded' | 'stopped' = 'new'
  #taken: LogDirectory | null = null
  /** A write of the checkpoints that has not begun yet. */
  #saving: Promise<void> | null = null

  constructor(options: LogDirectoryOptions) {
    this.#options = options
    this.directory = options.directory
    this.disk = new NodeDisk(options)
    this.#upkeep = new Upkeep({ ...options, disk: this.disk })
    this.#cleaner = new LogCleaner({
      ...options,
      logs: () => this.#logs.values(),
      later: (delayMs, work) => this.#upkeep.once(delayMs, work),
      failed: (message, error) => this.#upkeep.failed(message, error),
      saveCheckpoints: () => this.#onDisk.writeCheckpoints(this.#logs),
    })
  }

  /**
   * Takes the directory and loads every log of it, in slices; after an unclean stop this recovers them, as the
   * topics are configured by now. Rejects as `LogDirectory.take` throws, with the disk's error, or when the signal is
   * aborted or `stop` called meanwhile: then nothing is held any more.
   */
  async load(signal: AbortSignal): Promise<void> {
    assert(this.#state === 'new', 'logs are loaded once')
    this.#state = 'loading'
    const { clock } = this.#options
    try {
      this.#taken = LogDirectory.take(this.#options, {
        onBackgroundFailure: (error) => this.#upkeep.failed('background work on a log failed', error),
        onCheckpointsDue: () => void this.saveCheckpoints(),
      })
      await inSlices(this.#taken.load(this.#logs), clock, AbortSignal.any([signal, this.#loading.signal]))
    } catch (error) {
      this.#state = 'stopped'
      this.#closeAll(false)
      this.#taken?.release({ clean: false })
      throw error
    }
    this.#state = 'loaded'
    const delayMs = this.#options.config.long('log.segment.delete.delay.ms')
    const taken = this.#taken
    for (const path of taken.deletedLogs()) this.#removeLater(path, delayMs)
    this.#upkeep.begin(this.#chores(taken))
    this.#cleaner.begin()
    this.disk.begin(() => taken.isGone())
    if (taken.lost.size > 0) void this.saveCheckpoints()
  }

  /** The epoch in which this broker stopped cleanly the last time; −1 where it did not. */
  get closedInEpoch(): Int64 {
    return this.#onDisk.closedInEpoch
  }

  /** From meta.properties. */
  get directoryId(): string {
    assert(this.#taken, 'a directory has its id when it is taken')
    return this.#taken.id
  }

  get(topicPartition: TopicPartition): Log | undefined {
    return this.#logs.get(checkpointKey(topicPartition))
  }

  all(): Iterable<Log> {
    return this.#logs.values()
  }

  /** A log of it was here by the checkpoints, or may have been where these are gone, too, and was not found at the start. */
  isLost(topicPartition: TopicPartition): boolean {
    return this.#onDisk.isEmptied || this.#onDisk.lost.has(checkpointKey(topicPartition))
  }

  getOrCreate(topicPartition: TopicPartition, topicId: string): Log {
    const found = this.get(topicPartition)
    if (found && (found.topicId === null || found.topicId === topicId)) {
      found.assignTopicId(topicId)
      return found
    }
    // The topic was deleted and made anew while this broker was away.
    if (found)
      this.#putStrayAside(found, 'the topic of a log was made anew meanwhile; the old log is put aside')
    const log = this.#onDisk.create(topicPartition, topicId)
    this.#logs.set(checkpointKey(topicPartition), log)
    return log
  }

  /** The log is gone for everyone; its directory goes after `file.delete.delay.ms`. */
  delete(topicPartition: TopicPartition): void {
    const log = this.get(topicPartition)
    if (!log) return
    const path = this.#putAside(log, deleteSuffix)
    if (path !== null) this.#removeLater(path, log.config.fileDeleteDelayMs)
  }

  /**
   * Puts aside the logs of partitions that by the metadata are not here: of topics that were deleted while the broker
   * was away, or moved to others (Kafka's `-stray`). Returns how many.
   */
  removeStrays(isHere: (log: Pick<Log, 'topicId' | 'topicPartition'>) => boolean): number {
    const strays = [...this.#logs.values()].filter((log) => !isHere(log))
    for (const log of strays)
      this.#putStrayAside(log, 'by the metadata the partition of a log is not here; the log is put aside')
    return strays.length
  }

  #putStrayAside(log: Log, message: string): void {
    const { topicPartition, topicId } = log
    const directory = this.#putAside(log, straySuffix)
    if (directory === null) return
    this.#options.logger.warn(message, { ...topicPartition, topicId, directory })
    this.tellLoss({ kind: 'log put aside', log: logDirectoryName(topicPartition), directory })
  }

  tellLoss(loss: Loss): void {
    this.#options.onLoss?.(loss)
  }

  /**
   * Resolves when what the checkpoints say is right, or the disk has refused it, which is told. What is asked for in one go is
   * one write: a topic's partitions go one by one.
   */
  saveCheckpoints(): Promise<void> {
    this.#saving ??= Promise.resolve().then(() => this.#save())
    return this.#saving
  }

  async #save(): Promise<void> {
    this.#saving = null
    if (this.#state !== 'loaded') return
    try {
      await this.#onDisk.writeCheckpoints(this.#logs)
    } catch (error) {
      this.#upkeep.failed('a checkpoint could not be written', error)
    }
  }

  /** Of the file system; -1 where that cannot be said. */
  space(): { totalBytes: number; usableBytes: number } {
    return this.#options.disk.spaceSync(this.directory)
  }

  /** Removes what retention takes from all logs, now. */
  applyRetention(): void {
    for (const log of this.#logs.values())
      if (!this.#cleaner.isCleaning(log)) log.applyRetention(this.#options.clock.now())
  }

  /**
   * `clean`: everything is durable, checkpointed and marked so, and the next start recovers nothing. Else, and
   * always before everything is loaded, files are let go as they are.
   */
  stop(options: { clean: boolean; brokerEpoch?: Int64 }): void {
    if (this.#state === 'loading')
      this.#loading.abort(new Error('the logs are stopped while they are loaded'))
    if (this.#state !== 'loaded') return
    const directory = this.#onDisk
    this.#state = 'stopped'
    this.#cleaner.end()
    this.#upkeep.end()
    this.disk.end()
    let clean = false
    try {
      clean =
        this.#closeAll(options.clean) &&
        options.clean &&
        directory.markClean(this.#logs, options.brokerEpoch ?? -1)
    } finally {
      directory.release({ clean })
    }
  }

  get #onDisk(): LogDirectory {
    assert(this.#taken && this.#state === 'loaded', 'logs are used while they are loaded')
    return this.#taken
  }

  #chores(directory: LogDirectory): Chore[] {
    const { config, clock } = this.#options
    return [
      {
        everyMs: Math.min(
          config.long('log.flush.offset.checkpoint.interval.ms'),
          config.long('log.flush.start.offset.checkpoint.interval.ms'),
        ),
        work: () => void this.saveCheckpoints(),
      },
      {
        firstMs: config.long('log.initial.task.delay.ms'),
        everyMs: config.long('log.retention.check.interval.ms'),
        work: () => this.applyRetention(),
      },
      { everyMs: config.long('log.flush.scheduler.interval.ms'), work: () => this.#flushDue() },
      {
        everyMs: config.long('producer.id.expiration.check.interval.ms'),
        work: () => {
          for (const log of this.#logs.values()) log.removeExpiredProducers(clock.now())
        },
      },
      { everyMs: idleFilesCheckMs, work: () => directory.closeUnusedFiles() },
    ]
  }

  #flushDue(): void {
    const nowMs = this.#options.clock.now()
    for (const log of this.#logs.values()) {
      if (log.recoveryPoint >= log.logEndOffset || nowMs - log.lastFlushMs < log.config.flushMs) continue
      log.flush().catch((error: unknown) => this.#upkeep.failed('a flush failed', error))
    }
  }

  /** Takes the log out of use. */
  #putAside(log: Log, suffix: typeof deleteSuffix | typeof straySuffix): string | null {
    this.#cleaner.letGo(log)
    const path = this.#onDisk.putAside(log, suffix)
    this.#logs.delete(checkpointKey(log.topicPartition))
    // A log made anew under its name must not find its offsets: after a kill records would be taken for deleted ones.
    void this.saveCheckpoints()
    return path
  }

  #removeLater(path: string, delayMs: number): void {
    this.#upkeep.once(delayMs, () => this.#options.disk.removeSync(path))
  }

  /** Whether all went well. */
  #closeAll(clean: boolean): boolean {
    let well = true
    for (const log of this.#logs.values()) {
      try {
        log.close({ clean })
      } catch (error) {
        well = false
        this.#upkeep.failed(
          `the log of ${checkpointKey(log.topicPartition)} could not be closed cleanly`,
          error,
        )
      }
    }
    return well
  }
}
