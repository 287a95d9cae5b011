import { join } from 'node:path'
import {
  type Clock,
  type Disk,
  isSystemError,
  type Logger,
  type Processes,
  type Random,
} from '@sluice/effects'
import { type Int64, metadataTopic } from '@sluice/wire'
import {
  CheckpointFile,
  checkpointKey,
  effectOfCheckpointLoss,
  OffsetCheckpoint,
  takeCleanShutdown,
  writeCleanShutdown,
} from './checkpoints.ts'
import type { CleanerConfig } from './cleaner/log-cleaner.ts'
import { DirectoryLock } from './directory-lock.ts'
import {
  asideDirectoryName,
  isDeletedDirectory,
  logDirectoryName,
  putAsidePartitionOf,
  type straySuffix,
  type deleteSuffix,
  topicPartitionOf,
} from './directory-names.ts'
import { FileCache } from './file-cache.ts'
import { LargeBatches } from './large-batches.ts'
import type { LogConfig } from './log-config.ts'
import type { TopicPartition } from './topic-partition.ts'
import type { TellLoss } from './losses.ts'
import { Log, type LogOptions } from './log.ts'
import { openMetaProperties } from './meta-properties.ts'
import type { LoadOptions } from './recovery.ts'
import type { Steps } from './slices.ts'

export interface LogDirectoryOptions {
  disk: Disk
  clock: Clock
  logger: Logger
  random: Random
  /** Without it the directory is not guarded against other processes. */
  processes?: Processes
  /** Made if it is not there. */
  directory: string
  nodeId: number
  clusterId: string
  /** The broker's configuration, by Kafka's names. */
  config: CleanerConfig
  configFor: (topic: string) => LogConfig
  onLoss?: TellLoss
}

/** Told of what happens to any of the logs. */
type LogListener = Pick<LogOptions, 'onBackgroundFailure' | 'onCheckpointsDue'>

/** The logs by `checkpointKey`. */
type Logs = ReadonlyMap<string, Log>

/**
 * One log directory on the disk: its lock, whose it is, its checkpoints, and the directories of its logs. What is
 * made of them is the log manager's.
 */
export class LogDirectory {
  /** From meta.properties. */
  readonly id: string
  readonly #options: LogDirectoryOptions
  readonly #path: string
  readonly #listener: LogListener
  readonly #lock: DirectoryLock
  readonly #files: FileCache
  readonly #largeBatches: LargeBatches
  readonly #recoveryPoints: OffsetCheckpoint
  readonly #logStarts: OffsetCheckpoint
  readonly #cleanerOffsets: OffsetCheckpoint
  #closedInEpoch: Int64 = -1
  #lost: ReadonlySet<string> = new Set()
  #isEmptied = false

  private constructor(
    options: LogDirectoryOptions,
    { lock, id, listener }: { lock: DirectoryLock; id: string; listener: LogListener },
  ) {
    const { disk, directory } = options
    this.id = id
    this.#options = options
    this.#path = directory
    this.#listener = listener
    this.#lock = lock
    this.#files = new FileCache(disk)
    this.#largeBatches = new LargeBatches(options.clock)
    this.#recoveryPoints = new OffsetCheckpoint(disk, directory, CheckpointFile.recoveryPoint)
    this.#logStarts = new OffsetCheckpoint(disk, directory, CheckpointFile.logStart)
    this.#cleanerOffsets = new OffsetCheckpoint(disk, directory, CheckpointFile.cleaner)
  }

  /**
   * Takes the directory for this node. Throws MetaPropertiesError where it belongs to another node or cluster,
   * DirectoryLockedError where it is in use, or the disk's error.
   */
  static take(options: LogDirectoryOptions, listener: LogListener): LogDirectory {
    const { disk, directory, processes } = options
    disk.mkdirSync(directory)
    const lock = DirectoryLock.acquire(disk, directory, processes)
    try {
      const { directoryId: id } = openMetaProperties(options)
      return new LogDirectory(options, { lock, id, listener })
    } catch (error) {
      lock.release(false)
      throw error
    }
  }

  /**
   * The epoch of the broker that has closed this directory cleanly; −1 where none has, or before `load`. Nor has one where
   * logs are gone since, or end before where they did: replicas that have all must lead in its place, not follow it.
   */
  get closedInEpoch(): Int64 {
    return this.#closedInEpoch
  }

  /** Logs that checkpoints name, and `load` has not found: by `checkpointKey`. */
  get lost(): ReadonlySet<string> {
    return this.#lost
  }

  /** There is no log, and none of the checkpoints that a start leaves: nobody can tell what was here. */
  get isEmptied(): boolean {
    return this.#isEmptied
  }

  // ---- loading and making

  /** Loads every log, one after the other, into `logs`; after an unclean stop this recovers them. */
  *load(logs: Map<string, Log>): Steps {
    const { disk, clock, logger } = this.#options
    const startedMs = clock.monotonic()
    const shutdown = takeCleanShutdown(disk, this.#path)
    const clean = shutdown !== null
    const isUsed = disk.existsSync(join(this.#path, CheckpointFile.recoveryPoint))
    const recoveryPoints = this.#readCheckpoint(this.#recoveryPoints, CheckpointFile.recoveryPoint)
    const logStarts = this.#readCheckpoint(this.#logStarts, CheckpointFile.logStart)
    const isCleanerKnown = disk.existsSync(join(this.#path, CheckpointFile.cleaner))
    const readOffsets = this.#readCheckpoint(this.#cleanerOffsets, CheckpointFile.cleaner)
    const cleanedOffsets = isCleanerKnown ? readOffsets : null
    let isWhole = true
    for (const name of this.#directoryNames()) {
      const topicPartition = topicPartitionOf(name)
      // The metadata log lives here in a combined Kafka node's directory, and is the controller's.
      if (!topicPartition || topicPartition.topic === metadataTopic) continue
      const key = checkpointKey(topicPartition)
      const state = {
        clean,
        recoveryPoint: recoveryPoints?.get(key) ?? 0,
        logStartOffset: logStarts?.get(key) ?? 0,
        cleanedOffset: cleanedOffsets && cleanedOffsets.get(key),
      }
      const log = yield* Log.loadInSteps(this.#logOptions(topicPartition, state))
      logs.set(key, log)
      isWhole &&= log.logEndOffset >= state.recoveryPoint
      yield
    }
    this.#lost = new Set([
      ...this.#missing(logs, CheckpointFile.recoveryPoint, recoveryPoints),
      ...this.#missing(logs, CheckpointFile.logStart, logStarts),
      ...this.#missing(logs, CheckpointFile.cleaner, cleanedOffsets),
      ...this.#missing(logs, CheckpointFile.highWatermark, this.#committed()),
    ])
    this.#isEmptied = !isUsed && logs.size === 0
    if (shutdown !== null && isWhole && this.#lost.size === 0) this.#closedInEpoch = shutdown.brokerEpoch
    if (logs.size === 0) return
    const ms = Math.round(clock.monotonic() - startedMs)
    logger.info(clean ? 'logs loaded' : 'logs recovered after an unclean stop', { logs: logs.size, ms })
  }

  /** Logs that the checkpoint names, and that are not there, but for those that were put aside since it was written. */
  #missing(logs: Logs, name: CheckpointFile, offsets: ReadonlyMap<string, number> | null): string[] {
    const keys = [...(offsets?.keys() ?? [])].filter((key) => !logs.has(key))
    if (keys.length === 0) return []
    const writtenMs = this.#modifiedMs(name)
    const aside = new Set<string>()
    for (const directory of this.#directoryNames()) {
      const topicPartition = putAsidePartitionOf(directory)
      if (topicPartition && this.#modifiedMs(directory) >= writtenMs) aside.add(checkpointKey(topicPartition))
    }
    return keys.filter((key) => !aside.has(key))
  }

  #modifiedMs(name: string): number {
    return this.#options.disk.statSync(join(this.#path, name)).modifiedAtMs
  }

  /** High watermarks of logs that have committed records. */
  #committed(): Map<string, number> {
    const { disk } = this.#options
    // The one whose it is makes the file.
    if (!disk.existsSync(join(this.#path, CheckpointFile.highWatermark))) return new Map()
    const offsets = new OffsetCheckpoint(disk, this.#path, CheckpointFile.highWatermark).read()
    return new Map([...(offsets ?? [])].filter(([, offset]) => offset > 0))
  }

  create(topicPartition: TopicPartition, topicId: string): Log {
    const options = this.#logOptions(topicPartition, { clean: true, recoveryPoint: 0, logStartOffset: 0 })
    return Log.load({ ...options, topicId, isNew: !this.#options.disk.existsSync(options.directory) })
  }

  #logOptions(topicPartition: TopicPartition, state: LoadOptions): LogOptions {
    const { disk, clock, logger, random, config, configFor, onLoss } = this.#options
    return {
      ...state,
      onLoss,
      disk,
      clock,
      logger,
      random,
      topicPartition,
      files: this.#files,
      largeBatches: this.#largeBatches,
      directory: join(this.#path, logDirectoryName(topicPartition)),
      config: configFor(topicPartition.topic),
      producerIdExpirationMs: config.long('producer.id.expiration.ms'),
      ...this.#listener,
    }
  }

  // ---- removing

  /**
   * Renames the log's directory, so that its name is free, and closes the log; returns the new path, or null where the log
   * has no directory.
   */
  putAside(log: Log, suffix: typeof deleteSuffix | typeof straySuffix): string | null {
    const { topicPartition } = log
    if (!log.hasDirectory) {
      log.close({ clean: false })
      return null
    }
    const { disk, clock, random } = this.#options
    const hex = random.bytes(16).toString('hex')
    const path = join(this.#path, asideDirectoryName(topicPartition, hex, suffix))
    // Checkpoints that are older name it: the next start is not to miss it.
    disk.setModifiedSync(log.directory, clock.now())
    disk.renameSync(log.directory, path)
    log.movedTo(path)
    log.close({ clean: false })
    return path
  }

  /** Paths of deleted logs that an earlier process has left. */
  deletedLogs(): string[] {
    return this.#directoryNames()
      .filter(isDeletedDirectory)
      .map((name) => join(this.#path, name))
  }

  /** It was removed or moved away. */
  isGone(): boolean {
    return this.#lock.isGone()
  }

  closeUnusedFiles(): void {
    this.#files.closeUnused()
  }

  // ---- checkpoints and the end

  /** Off the event loop. */
  async writeCheckpoints(logs: Logs): Promise<void> {
    await Promise.all([
      this.#recoveryPoints.writeSoon(recoveryPointsOf(logs)),
      this.#logStarts.writeSoon(logStartsOf(logs)),
      this.#cleanerOffsets.writeSoon(cleanedOffsetsOf(logs)),
    ])
  }

  /**
   * Writes what the next start needs to recover nothing, the mark of a clean stop last. False where the disk
   * refuses.
   */
  markClean(logs: Logs, brokerEpoch: Int64): boolean {
    try {
      this.#recoveryPoints.write(recoveryPointsOf(logs))
      this.#logStarts.write(logStartsOf(logs))
      this.#cleanerOffsets.write(cleanedOffsetsOf(logs))
      writeCleanShutdown(this.#options.disk, this.#path, brokerEpoch)
      return true
    } catch (error) {
      if (!isSystemError(error)) throw error
      this.#options.logger.error('the disk refuses a clean stop', { directory: this.#path, error })
      return false
    }
  }

  /** Another process may take the directory from now on. */
  release({ clean }: { clean: boolean }): void {
    this.#lock.release(clean)
  }

  /** Null where it cannot be read. */
  #readCheckpoint(checkpoint: OffsetCheckpoint, name: CheckpointFile): Map<string, number> | null {
    const offsets = checkpoint.read()
    if (offsets) return offsets
    this.#options.logger.warn('a checkpoint cannot be read; it counts as empty', { name })
    this.#options.onLoss?.({
      kind: 'file unreadable',
      path: join(this.#path, name),
      effect: effectOfCheckpointLoss[name],
    })
    return null
  }

  #directoryNames(): string[] {
    const entries = this.#options.disk.readdirSync(this.#path)
    return entries.filter((entry) => entry.isDirectory).map((entry) => entry.name)
  }
}

function recoveryPointsOf(logs: Logs): Map<string, number> {
  // Whatever is named here has to be there at the next start.
  return new Map(
    [...logs].filter(([, log]) => log.hasDirectory).map(([key, log]) => [key, log.recoveryPoint]),
  )
}

function logStartsOf(logs: Logs): Map<string, number> {
  const logStarts = new Map<string, number>()
  for (const [key, log] of logs)
    if (log.logStartOffset > log.firstSegmentBaseOffset) logStarts.set(key, log.logStartOffset)
  return logStarts
}

function cleanedOffsetsOf(logs: Logs): Map<string, number> {
  const offsets = new Map<string, number>()
  for (const [key, { store }] of logs) if (store.cleanedOffset !== null) offsets.set(key, store.cleanedOffset)
  return offsets
}
