/**
 * One cleaning of one log, as Apache Kafka does it:
 *
 * 1. The dirty part is read, and the last offset of each of its keys kept, as far as memory goes.
 * 2. All segments up to there are written anew, some of them together, without what is replaced. The new ones are durable
 *    before they are put in place.
 * 3. Each takes the place of those that it was made of with renames alone, which a start completes or takes back.
 *
 * Nothing below the log's end changes its offset, and nobody who reads notices more than that records are gone.
 */
import { assert, type Random } from '@sluice/effects'
import type { Log } from '../log.ts'
import { cleanedSuffix, swapSuffix } from '../segment-names.ts'
import { Segment } from '../segment.ts'
import { filterBatch, type FilterRules } from './batch-filter.ts'
import { BatchReader } from './batch-reader.ts'
import { BatchWriter } from './batch-writer.ts'
import { buildMap } from './build-map.ts'
import type { Cleanable } from './cleanable.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import { hashSeedBytes } from './key-hash.ts'
import { OffsetMap } from './offset-map.ts'
import type { Pace } from './pace.ts'
import { groupSegments } from './segment-groups.ts'
import { awaited, inSteps, type Work } from './work.ts'

export interface CleaningTools {
  readonly random: Random
  readonly pace: Pace
  /** For the keys. */
  readonly mapBytes: number
  readonly mapLoadFactor: number
  /** For what is read, and as much for what is written. */
  readonly bufferBytes: number
  readonly nowMs: number
}

/** What has come of it. */
export interface Cleaned {
  /** Up to here nothing is dirty any more. */
  readonly endOffset: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

export function* cleanLog(log: Log, cleanable: Cleanable, tools: CleaningTools): Work<Cleaned> {
  const map = new OffsetMap({
    keys: cleanable.endOffset - cleanable.firstDirtyOffset,
    bytesMax: tools.mapBytes,
    loadFactor: tools.mapLoadFactor,
    seed: tools.random.bytes(hashSeedBytes),
  })
  yield* buildMap(log, cleanable, map, tools)
  const endOffset = map.latestOffset + 1
  const { store } = log
  const segments = store.segments.filter(({ baseOffset }) => baseOffset < endOffset)
  const groups = groupSegments(yield* sizesOf(segments), {
    segmentBytes: log.config.segmentBytes,
    indexBytes: log.config.segmentIndexBytes,
    endOffset: cleanable.endOffset,
  })
  const cleaning = new LogCleaning(log, map, cleanable.endOffset, tools)
  let bytesAfter = 0
  for (const group of groups) bytesAfter += yield* cleaning.cleanGroup(group.map(({ segment }) => segment))
  const bytesBefore = segments.reduce((sum, { size }) => sum + size, 0)
  return { endOffset, bytesBefore, bytesAfter }
}

function* sizesOf(segments: readonly Segment[]) {
  const sizes = []
  for (const segment of segments) {
    yield* inSteps(segment.loadIndexes())
    const { baseOffset, size, offsets, times } = segment
    sizes.push({ segment, baseOffset, size, offsetEntries: offsets.length, timeEntries: times.length })
    yield
  }
  return sizes
}

class LogCleaning {
  readonly #log: Log
  readonly #endOffset: number
  readonly #tools: CleaningTools
  readonly #rules: FilterRules
  readonly #transactions: CleanedTransactions
  #target: Segment | null = null
  #room = Buffer.alloc(0)

  constructor(log: Log, map: OffsetMap, endOffset: number, tools: CleaningTools) {
    this.#log = log
    this.#endOffset = endOffset
    this.#tools = tools
    this.#transactions = new CleanedTransactions((transaction) => this.#target?.appendAborted(transaction))
    this.#rules = {
      map,
      transactions: this.#transactions,
      isLastOfProducer: (b, at) => log.store.producers.isLastBatch(b, at),
      nowMs: tools.nowMs,
      deleteRetentionMs: log.config.deleteRetentionMs,
      room: (bytes) => this.#roomFor(bytes),
    }
  }

  /** Returns the bytes that are left. */
  *cleanGroup(group: readonly Segment[]): Work<number> {
    const { store } = this.#log
    const [first] = group
    const last = group.at(-1)
    assert(first && last, 'a group has segments')
    const cleaned = Segment.unwritten(store, first.baseOffset, first.createdMs, { suffix: cleanedSuffix })
    cleaned.makeFiles()
    this.#target = cleaned
    cleaned.file.pin()
    try {
      const writer = new BatchWriter(cleaned, this.#tools)
      for (const segment of group) yield* this.#cleanInto(segment, writer)
      yield* writer.end()
      yield* awaited(cleaned.flush())
      cleaned.setModified(last.modifiedMs)
      store.replace(group, cleaned)
      yield* awaited(store.disk.syncDirectory(store.directory))
      return cleaned.size
    } finally {
      this.#target = null
      cleaned.file.unpin()
      if (!store.segments.includes(cleaned)) cleaned.removeFiles(cleanedSuffix, swapSuffix)
    }
  }

  #roomFor(bytes: number): Buffer {
    if (bytes > this.#room.length) this.#room = Buffer.allocUnsafe(bytes)
    return this.#room.subarray(0, bytes)
  }

  *#cleanInto(segment: Segment, writer: BatchWriter): Work<void> {
    const { pace, bufferBytes } = this.#tools
    const { baseOffset, size } = segment
    const next = this.#log.store.segments.find((other) => other.baseOffset > baseOffset)
    this.#transactions.add(this.#log.abortedTransactions(baseOffset, next?.baseOffset ?? this.#endOffset))
    const file = segment.file.pin()
    try {
      const reader = new BatchReader(file, { position: 0, end: size, bufferBytes, pace })
      while (yield* reader.next()) {
        yield
        const left = yield* filterBatch(reader.buffer, reader.at, reader.size, this.#rules)
        if (left) yield* writer.add(left)
      }
    } finally {
      segment.file.unpin()
    }
  }
}
