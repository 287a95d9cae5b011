/** What the tests of this directory share: a log on a disk in memory, and batches to feed it. */
import { dirname } from 'node:path'
import { keepDirectorySync, MemoryDisk, TestClock, silentLogger } from '@sluice/effects'
import { type BatchInput, RecordBatch, buildBatch, readRecords } from '@sluice/wire'
import { FileCache } from '../file-cache.ts'
import type { LogConfig } from '../log-config.ts'
import { defaultLogConfig } from './default-log-config.ts'
import { Log, type LogOptions, type Rejected, type StageResult, type Validated } from '../log.ts'

export const startMs = 1_700_000_000_000

export class LogContext {
  readonly clock = new TestClock(startMs)
  disk = new MemoryDisk(() => this.clock.now())
  files = new FileCache(this.disk)
  readonly directory = '/data/events-0'
  config: LogConfig = defaultLogConfig
  readonly failures: unknown[] = []

  constructor(config: Partial<LogConfig> = {}) {
    keepDirectorySync(this.disk, dirname(this.directory))
    this.config = { ...defaultLogConfig, ...config }
  }

  load(options: Partial<LogOptions> = {}): Log {
    if (!options.isNew && !this.disk.existsSync(this.directory)) keepDirectorySync(this.disk, this.directory)
    return Log.load({
      disk: this.disk,
      clock: this.clock,
      logger: silentLogger,
      files: this.files,
      directory: this.directory,
      topicPartition: { topic: 'events', partition: 0 },
      config: this.config,
      clean: true,
      recoveryPoint: 0,
      logStartOffset: 0,
      onBackgroundFailure: (error) => void this.failures.push(error),
      ...options,
    })
  }

  /** The log as the next process finds it after a kill of this one. */
  reloadAfterKill(log: Log, options: Partial<LogOptions> = {}): Log {
    log.close({ clean: false })
    this.files = new FileCache(this.disk)
    return this.load({ clean: false, ...options })
  }

  reloadAfterStop(log: Log, options: Partial<LogOptions> = {}): Log {
    log.close({ clean: true })
    this.files = new FileCache(this.disk)
    return this.load({ clean: true, recoveryPoint: log.recoveryPoint, ...options })
  }

  fileNames(): string[] {
    return this.disk
      .readdirSync(this.directory)
      .map(({ name }) => name)
      .sort()
  }

  file(name: string): Buffer {
    return this.disk.readFileSync(`${this.directory}/${name}`)
  }
}

/** A batch of records `key-<n>`/`value-<n>`, one each unless told. */
export function batchOf(count = 1, input: Partial<BatchInput> & { value?: string } = {}): Buffer {
  const { value = 'value', ...rest } = input
  const built = buildBatch({
    timestamp: startMs,
    records: Array.from({ length: count }, (_, index) => ({
      key: `key-${index}`,
      value: `${value}-${index}`,
    })),
    ...rest,
  })
  if (built instanceof Promise) throw new Error('this codec has no synchronous form here')
  return built
}

export function validateNow(log: Log, batch: Buffer, nowMs = startMs): Validated | Rejected {
  const validated = log.validate(batch, { origin: 'client', nowMs })
  if (validated instanceof Promise) throw new Error('this codec has no synchronous form here')
  return validated
}

export function stage(log: Log, batch: Buffer, leaderEpoch = 0): StageResult {
  const validated = validateNow(log, batch)
  return validated.kind === 'rejected' ? validated : log.stage(validated, leaderEpoch)
}

/** As the only replica does it: what is written is committed. */
export function append(log: Log, batch: Buffer, leaderEpoch = 0): StageResult {
  const result = stage(log, batch, leaderEpoch)
  log.commit()
  log.advanceHighWatermark(log.logEndOffset)
  return result
}

interface ReadBatch {
  baseOffset: number
  lastOffset: number
  values: (string | null)[]
}

/** Everything between two offsets, through as many reads as it takes. */
export function readAll(
  log: Log,
  from = log.logStartOffset,
  upTo = log.logEndOffset,
  maxBytes = 1 << 20,
): ReadBatch[] {
  const batches: ReadBatch[] = []
  for (let offset = from; offset < upTo; ) {
    const slice = log.read(offset, maxBytes, upTo, true)
    if (!slice) break
    const bytes = Buffer.alloc(slice.length)
    slice.file.readSync(bytes, 0, slice.length, slice.position)
    slice.release()
    batches.push(...batchesOf(bytes))
    if (slice.endOffset <= offset) throw new Error(`a read at ${offset} ends at ${slice.endOffset}`)
    offset = slice.endOffset
  }
  return batches
}

function batchesOf(bytes: Buffer): ReadBatch[] {
  const batches: ReadBatch[] = []
  for (let at = 0; at < bytes.length; at += RecordBatch.sizeInBytes(bytes, at)) {
    if (!RecordBatch.isCrcValid(bytes, at, RecordBatch.sizeInBytes(bytes, at)))
      throw new Error(`bad CRC at ${at}`)
    const isPlain = !RecordBatch.isControl(bytes, at)
    batches.push({
      baseOffset: RecordBatch.baseOffset(bytes, at),
      lastOffset: RecordBatch.lastOffset(bytes, at),
      values: isPlain ? readRecords(bytes, at).map((record) => record.value?.toString() ?? null) : [],
    })
  }
  return batches
}

export const valuesOf = (batches: readonly ReadBatch[]): (string | null)[] =>
  batches.flatMap((one) => one.values)
