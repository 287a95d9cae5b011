import { type Clock, type Logger, type Random, thrownMidway } from '@sluice/effects'
import {
  CorruptDataError,
  CorruptRecordError,
  DecompressedSizeError,
  UnsupportedCodecError,
} from '@sluice/wire'
import { CorruptLogError } from '../batch-scan.ts'
import type { Log } from '../log.ts'
import { SegmentOverflowError } from './batch-writer.ts'
import { type Cleanable, cleanableOf } from './cleanable.ts'
import { type Cleaned, cleanLog } from './clean-log.ts'
import { Pace } from './pace.ts'
import { BackgroundWork } from './work.ts'

/** The broker's own, by Kafka's names. */
export interface CleanerConfig {
  long(name: string): number
  double(name: string): number
  boolean(name: string): boolean
}

interface LogCleanerOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly random: Random
  readonly config: CleanerConfig
  readonly logs: () => Iterable<Log>
  /** Calls back once, later. */
  readonly later: (delayMs: number, work: () => void) => void
  /** Whatever has gone wrong, and is not the fault of one log. */
  readonly failed: (message: string, error: unknown) => void
  /** Recovery points, and how far logs are cleaned. */
  readonly saveCheckpoints: () => Promise<void>
}

/** What reading the bytes of one log may end with. */
const faultsOfLog = [
  CorruptLogError,
  CorruptRecordError,
  CorruptDataError,
  DecompressedSizeError,
  UnsupportedCodecError,
  SegmentOverflowError,
]

/**
 * Cleans the logs of a broker one after the other, the dirtiest first, in the background; when none is due it rests for
 * `log.cleaner.backoff.ms`.
 */
export class LogCleaner {
  readonly #options: LogCleanerOptions
  readonly #pace: Pace
  /** What cannot be read stays as it is. */
  readonly #uncleanable = new WeakSet<Log>()
  #current: { readonly log: Log; readonly work: BackgroundWork<Cleaned> | null } | null = null
  #isOver = false

  constructor(options: LogCleanerOptions) {
    this.#options = options
    this.#pace = new Pace(options.clock, () => options.config.double('log.cleaner.io.max.bytes.per.second'))
  }

  begin(): void {
    const { config, later } = this.#options
    if (config.boolean('log.cleaner.enable'))
      later(config.long('log.cleaner.backoff.ms'), () => void this.#cleanAllThatAreDue())
  }

  /** At once, with what is under way. */
  end(): void {
    this.#isOver = true
    this.#current?.work?.letGo()
  }

  /** The log is about to be closed. */
  letGo(log: Log): void {
    if (this.#current?.log === log) this.#current.work?.letGo()
  }

  /** Whether its closed segments have to stay. */
  isCleaning(log: Log): boolean {
    return this.#current?.log === log
  }

  async #cleanAllThatAreDue(): Promise<void> {
    try {
      for (let next = this.#dirtiest(); next && !this.#isOver; next = this.#dirtiest())
        await this.#clean(next.log, next.cleanable)
    } catch (error) {
      if (!this.#isOver) this.#options.failed('a log could not be compacted', thrownMidway(error))
    }
    if (!this.#isOver) this.begin()
  }

  #dirtiest(): { log: Log; cleanable: Cleanable } | null {
    const nowMs = this.#options.clock.now()
    let dirtiest: { log: Log; cleanable: Cleanable } | null = null
    for (const log of this.#options.logs()) {
      if (!log.config.cleanupPolicy.compact || this.#uncleanable.has(log)) continue
      const { store, lastStableOffset } = log
      const { config, segments, logStartOffset, endOffset, cleanedOffset } = store
      const facts = { config, segments, logStartOffset, endOffset, cleanedOffset, lastStableOffset }
      const cleanable = cleanableOf(facts, nowMs)
      if (cleanable.isDue && cleanable.dirtyRatio > (dirtiest?.cleanable.dirtyRatio ?? 0))
        dirtiest = { log, cleanable }
    }
    return dirtiest
  }

  async #clean(log: Log, cleanable: Cleanable): Promise<void> {
    const { clock, logger, saveCheckpoints } = this.#options
    const { store, topicPartition } = log
    this.#current = { log, work: null }
    const startedMs = clock.monotonic()
    const { cuts } = store
    const isWanted = () =>
      !this.#isOver && !store.isClosed && store.cuts === cuts && store.config.cleanupPolicy.compact
    try {
      // A recovery that begins behind all that is cleaned meets no hole that a cleaning has made; whoever meets one all
      // the same, when the topic may not be compacted any more, knows from the checkpoint that it is none of a loss.
      await store.flushBelow(cleanable.endOffset)
      store.noteCleaned(cleanable.firstDirtyOffset)
      await saveCheckpoints()
      if (!isWanted()) return
      const work = new BackgroundWork(cleanLog(log, cleanable, this.#tools()), clock, isWanted)
      this.#current = { log, work }
      const cleaned = await work.done
      if (!cleaned || !isWanted()) return
      store.noteCleaned(cleaned.endOffset)
      await saveCheckpoints()
      const ms = Math.round(clock.monotonic() - startedMs)
      logger.info('a log was compacted', { ...topicPartition, ...cleaned, ms })
    } catch (error) {
      if (!faultsOfLog.some((fault) => error instanceof fault)) throw error
      this.#uncleanable.add(log)
      logger.error('a log cannot be read, and is compacted no more', { ...topicPartition, error })
    } finally {
      this.#current = null
    }
  }

  /** All that a cleaner may have is this one's: on one event loop several would not be faster. */
  #tools() {
    const { clock, random, config } = this.#options
    return {
      random,
      pace: this.#pace,
      mapBytes: config.long('log.cleaner.dedupe.buffer.size'),
      mapLoadFactor: config.double('log.cleaner.io.buffer.load.factor'),
      bufferBytes: Math.max(bufferBytesMin, Math.floor(config.long('log.cleaner.io.buffer.size') / 2)),
      nowMs: clock.now(),
    }
  }
}

const bufferBytesMin = 64
