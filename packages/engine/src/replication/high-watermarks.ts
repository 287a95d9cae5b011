import { type Clock, type Disk, isSystemError, type Logger, raise, type Timer } from '@sluice/effects'
import { join } from 'node:path'
import {
  CheckpointFile,
  OffsetCheckpoint,
  checkpointKey,
  effectOfCheckpointLoss,
} from '../storage/checkpoints.ts'
import { logDirectoryName } from '../storage/directory-names.ts'
import type { LogManager } from '../storage/log-manager.ts'
import type { Log } from '../storage/log.ts'

interface HighWatermarksOptions {
  disk: Disk
  clock: Clock
  logger: Logger
  logs: LogManager
  /** `replica.high.watermark.checkpoint.interval.ms`. */
  intervalMs: number
}

/**
 * `replication-offset-checkpoint`: the high watermarks of a log directory. A broker that starts begins with them,
 * because its logs alone cannot say what is committed. They may be old, which is safe: a leader finds out anew.
 */
export class HighWatermarks {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #logs: LogManager
  readonly #checkpoint: OffsetCheckpoint
  readonly #intervalMs: number
  /** What the file said of logs that no partition has taken since: their own high watermarks do not count yet. */
  #untaken = new Map<string, number>()
  #interval: Timer | null = null
  #soon: Timer | null = null

  constructor({ disk, clock, logger, logs, intervalMs }: HighWatermarksOptions) {
    this.#clock = clock
    this.#logger = logger
    this.#logs = logs
    this.#intervalMs = intervalMs
    this.#checkpoint = new OffsetCheckpoint(disk, logs.directory, CheckpointFile.highWatermark)
  }

  /** The logs are loaded, all of them: what is written from now on speaks of each. */
  begin(): void {
    const found = this.#checkpoint.read()
    const name = CheckpointFile.highWatermark
    if (!found) {
      this.#logger.warn('a checkpoint cannot be read; it counts as empty', { name })
      const path = join(this.#logs.directory, name)
      this.#logs.tellLoss({ kind: 'file unreadable', path, effect: effectOfCheckpointLoss[name] })
    }
    this.#untaken = found ?? new Map()
    this.#tellLostRecords()
    this.#interval = this.#scheduleNext()
  }

  /** What was committed has been acknowledged: a log that ends before has lost it, to a power cut say. */
  #tellLostRecords(): void {
    for (const { topicPartition, logEndOffset } of this.#logs.all()) {
      const committed = this.#untaken.get(checkpointKey(topicPartition)) ?? 0
      if (committed <= logEndOffset) continue
      const log = logDirectoryName(topicPartition)
      const records = committed - logEndOffset
      this.#logs.tellLoss({ kind: 'log cut', log, offset: logEndOffset, records, bytes: 0 })
    }
  }

  /** Where a partition begins with its log; from now on the log says it. */
  take({ topicPartition, logEndOffset }: Pick<Log, 'topicPartition' | 'logEndOffset'>): number {
    const key = checkpointKey(topicPartition)
    const highWatermark = this.#untaken.get(key) ?? 0
    this.#untaken.delete(key)
    if (highWatermark <= logEndOffset) return highWatermark
    // The next start would take what was committed of a log that is gone for what is committed, or lost, of this one.
    this.writeSoon()
    return logEndOffset
  }

  /**
   * After a deletion: a topic made anew under an old name must not find the offsets of the old one. A topic's
   * partitions go one by one, so one write serves them all.
   */
  writeSoon(): void {
    this.#soon ??= this.#clock.schedule(0, () => {
      this.#soon = null
      this.#write()
    })
  }

  /** `clean`: the last ones are written. A disk that refuses leaves the older ones. */
  close({ clean }: { clean: boolean }): void {
    this.#interval?.cancel()
    this.#soon?.cancel()
    if (!clean || !this.#interval) return
    try {
      this.#checkpoint.write(this.#current())
    } catch (error) {
      this.#failed(error)
    }
  }

  #scheduleNext(): Timer {
    return this.#clock.schedule(this.#intervalMs, () => {
      this.#interval = this.#scheduleNext()
      this.#write()
    })
  }

  #write(): void {
    this.#checkpoint.writeSoon(this.#current()).catch((error: unknown) => this.#failed(error))
  }

  #failed(error: unknown): void {
    if (isSystemError(error)) this.#logs.disk.failed('the high watermarks could not be written', error)
    else raise(this.#clock, error)
  }

  #current(): Map<string, number> {
    const current = new Map<string, number>()
    for (const log of this.#logs.all()) {
      const key = checkpointKey(log.topicPartition)
      current.set(key, this.#untaken.get(key) ?? log.highWatermark)
    }
    return current
  }
}
