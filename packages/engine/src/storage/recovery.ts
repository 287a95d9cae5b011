/**
 * Fills a log from its directory, as Apache Kafka does at a start:
 *
 * 1. Files of unfinished removals, compactions and creations go; a finished compaction (`.swap`) is completed.
 * 2. After an unclean stop every segment from the recovery point on is read from its first byte: each batch must
 *    be whole, with a good checksum, offsets that rise and a leader epoch that does not fall. The first that is not ends the
 *    log: the segment is cut there and later segments go. So it does where a power cut has taken the end of a segment and left
 *    the next one: a replica with a hole would pass for one that has everything. Where it has taken back the removal of a
 *    segment, that one may stand behind what was written in its place since, under a later epoch: Apache Kafka keeps it, and
 *    leaders take it for their own. Indexes, leader epochs and producer state are made anew on the way.
 * 3. After a clean stop what stands there is trusted, as far as the last segments' headers go. Apache Kafka looks no further;
 *    here a segment that has lost its end, or is gone, is told, and the log stays as it is; and leader epochs are compared with
 *    a few batches.
 * 4. The log's start, its epochs and its producer state are brought in line with what is there. A log that ends before its
 *    start has lost its end, or its start is another log's: what there is of it goes, and is told.
 *
 * A log may have many gigabytes, and others wait for the event loop: so all of this is done in steps.
 */
import { join } from 'node:path'
import type { DiskFile } from '@sluice/effects'
import { RecordBatch } from '@sluice/wire'
import { type BatchFacts, concernsProducer, readBatchFacts } from './batch-facts.ts'
import type { BatchHeader } from './batch-headers.ts'
import { CorruptLogError, scanBatches } from './batch-scan.ts'
import { logDirectoryName } from './directory-names.ts'
import { checkEpochs, doesAgree } from './epochs-check.ts'
import type { EpochEntry } from './leader-epochs.ts'
import type { LogStore } from './log-store.ts'
import { type LostTail, lostTail } from './lost-tail.ts'
import { canHold } from './offset-index.ts'
import { rebuildProducers } from './rebuild-producers.ts'
import {
  cleanedSuffix,
  deletedSuffix,
  indexSuffixes,
  logSuffix,
  offsetFilePath,
  offsetOfFileName,
  snapshotSuffix,
  swapSuffix,
} from './segment-names.ts'
import { Segment } from './segment.ts'
import type { Steps } from './slices.ts'

export interface LoadOptions {
  /** Did the broker stop cleanly, so that what stands there can be trusted? */
  clean: boolean
  recoveryPoint: number
  /** From the checkpoint: records may have been deleted up to here, inside the first segment. */
  logStartOffset: number
  /**
   * From the checkpoint: the cleaner has come so far, and may have left holes. Undefined where it has never been here; null
   * where the checkpoint is gone, and nobody knows.
   */
  cleanedOffset?: number | null | undefined
}

export function* loadLog(store: LogStore, options: LoadOptions): Steps {
  const names = store.partitionMetadata.isMade ? yield* removeLeftOvers(store) : []
  const segments = openSegments(store, names)
  const logStart = Math.max(options.logStartOffset, segments[0]?.baseOffset ?? 0)
  store.found(segments, logStart)
  if (typeof options.cleanedOffset === 'number') store.noteCleaned(options.cleanedOffset)
  store.producers.knowSnapshots(
    names.map((name) => offsetOfFileName(name, snapshotSuffix)).filter((offset) => offset !== null),
  )
  removeStraySnapshots(store)
  if (segments.length === 0) {
    // Files come with the first records: where some were durable they are gone.
    if (logStart < options.recoveryPoint)
      tellCut(store, { offset: logStart, endOffset: options.recoveryPoint, bytes: 0 })
    yield* store.beginAt(logStart)
    if (!options.clean) store.foundDurable(false)
    return
  }
  const seen: BatchHeader[] = []
  const trusted = options.clean ? yield* trustedEnd(store, seen) : null
  store.foundDurable(trusted !== null)
  const end = trusted ?? (yield* recoverFrom(store, options))
  // A clean stop checkpoints the end: a file that lacks whole batches at its end does not show it.
  if (options.clean && end < options.recoveryPoint)
    tellCut(store, { offset: end, endOffset: options.recoveryPoint, bytes: 0 })
  if (end < logStart) {
    store.logger.warn('the log ends before its start; it begins anew', { ...store.topicPartition })
    yield* giveUp(store, 0, 0, store.segmentAt(0).baseOffset)
    store.restartAt(logStart)
    return
  }
  store.ended(end, trusted ?? options.recoveryPoint)
  if (trusted !== null) {
    yield* rebuildProducers(store, end)
    yield* tellHoles(store, seen)
    yield* checkEpochs(store, seen)
  }
}

function* tellHoles(store: LogStore, seen: BatchHeader[]): Steps {
  const { segments, topicPartition, onLoss } = store
  if (mayHaveHoles(store)) return
  const log = logDirectoryName(topicPartition)
  for (const [at, { baseOffset: endOffset }] of segments.slice(1).entries()) {
    const segment = segments[at] as Segment
    const last = yield* segment.findLastWhole(endOffset)
    if (last) seen.push(last)
    const offset = last?.nextOffset ?? segment.baseOffset
    if (offset < endOffset) onLoss({ kind: 'log has a hole', log, offset, endOffset })
    yield
  }
}

/** Returns the names that are left. */
function* removeLeftOvers(store: LogStore): Steps<string[]> {
  const { disk } = store
  const files = () => {
    const entries = disk.readdirSync(store.directory)
    return entries.filter((entry) => !entry.isDirectory).map((entry) => entry.name)
  }
  let names = files()
  const unfinished = names.filter((name) =>
    [deletedSuffix, cleanedSuffix, swapSuffix, '.tmp'].some((suffix) => name.endsWith(suffix)),
  )
  if (unfinished.length > 0) {
    const swaps = removeUnfinished(store, unfinished)
    for (const name of swaps)
      if (name.endsWith(logSuffix + swapSuffix)) yield* completeSwap(store, name, files())
    for (const name of swaps) disk.renameSync(store.path(name), store.path(name.slice(0, -swapSuffix.length)))
    names = files()
  }
  const logs = new Set(names.filter((name) => name.endsWith(logSuffix)))
  return names.filter((name) => {
    const suffix = indexSuffixes.find((one) => name.endsWith(one))
    if (!suffix || logs.has(name.slice(0, -suffix.length) + logSuffix)) return true
    disk.unlinkSync(store.path(name))
    return false
  })
}

/**
 * What was not finished goes, but for compacted segments that were complete; returns their files. A swap file from the first
 * unfinished offset on is a part of what was not (KAFKA-6264).
 */
function removeUnfinished(store: LogStore, unfinished: readonly string[]): string[] {
  const cleaned = unfinished
    .filter((name) => name.endsWith(cleanedSuffix))
    .map((name) => Number.parseInt(name, 10))
  const firstCleaned = Math.min(...cleaned)
  const swaps = unfinished.filter(
    (name) => name.endsWith(swapSuffix) && Number.parseInt(name, 10) < firstCleaned,
  )
  for (const name of unfinished) if (!swaps.includes(name)) store.disk.unlinkSync(store.path(name))
  return swaps
}

/** A compacted segment was complete: the segments that it replaces go. */
function* completeSwap(store: LogStore, swapName: string, names: readonly string[]): Steps {
  const { disk } = store
  const base = offsetOfFileName(swapName, logSuffix + swapSuffix)
  if (base === null) return
  const file = disk.openSync(join(store.directory, swapName), 'read')
  let end = base
  try {
    yield* scanBatches(file, 0, file.sizeSync(), (buffer, at) => {
      end = RecordBatch.nextOffset(buffer, at)
      return true
    })
  } finally {
    file.closeSync()
  }
  for (const name of names) {
    const replaced = offsetOfFileName(name, logSuffix)
    if (replaced === null || replaced < base || replaced >= Math.max(end, base + 1)) continue
    for (const suffix of [logSuffix, ...indexSuffixes])
      disk.removeSync(offsetFilePath(store.directory, replaced, suffix))
  }
}

function openSegments(store: LogStore, names: readonly string[]): Segment[] {
  const bases = names.map((name) => offsetOfFileName(name, logSuffix)).filter((base) => base !== null)
  bases.sort((a, b) => a - b)
  return bases.map((base) => {
    const { size } = store.disk.statSync(offsetFilePath(store.directory, base, logSuffix))
    return new Segment(store, base, size, store.clock.now())
  })
}

/**
 * Of the snapshots that belong to no segment only the newest may stay, and only if it is younger than the last
 * segment's base: it is the one of the clean stop.
 */
function removeStraySnapshots(store: LogStore): void {
  const bases = new Set(store.segments.map((segment) => segment.baseOffset))
  const lastBase = store.segments.at(-1)?.baseOffset ?? -1
  const newest = store.producers.latestSnapshotOffset
  for (const offset of store.producers.snapshotOffsets)
    if (!bases.has(offset) && !(offset === newest && offset > lastBase))
      store.producers.removeSnapshot(offset)
}

/** The end as the last segment's headers have it; null where they do not hold what a clean stop leaves. */
function* trustedEnd(store: LogStore, seen: BatchHeader[]): Steps<number | null> {
  try {
    yield* store.active.loadIndexes()
    const last = store.active.findLast()
    if (last) seen.push(last)
    const end = last?.nextOffset ?? store.active.baseOffset
    const before = store.segments.at(-2)
    // An empty last segment must not hide records of the one before it.
    if (store.active.size > 0 || !before) return end
    yield* before.loadIndexes()
    const lastBefore = before.findLast()
    if (lastBefore) seen.push(lastBefore)
    return (lastBefore?.nextOffset ?? before.baseOffset) <= store.active.baseOffset ? end : null
  } catch (error) {
    if (!(error instanceof CorruptLogError)) throw error
    store.logger.warn('the log is not as a clean stop leaves it: recovering', {
      ...store.topicPartition,
      error,
    })
    return null
  }
}

/** Returns where the log ends. */
function* recoverFrom(store: LogStore, options: LoadOptions): Steps<number> {
  const recoveryPoint = options.clean ? 0 : options.recoveryPoint
  // Where it says that a segment is durable to its last record, the end of its indexes may not have been.
  const reached = yield* readingFrom(store, store.floorIndex(Math.max(0, recoveryPoint - 1)))
  const { first } = reached
  let { epoch } = reached
  let end = store.segmentAt(first).baseOffset
  // The file may be from before a cut: it may name epochs that began where others were written since.
  const named = store.leaderEpochs.entries
  store.leaderEpochs.truncateFromEnd(end)
  store.producers.doubtSnapshotsAfter(end)
  yield* rebuildProducers(store, end)
  for (let index = first; index < store.segments.length; index++) {
    const segment = store.segmentAt(index)
    const follows =
      index === first || segment.baseOffset === end || (yield* isCompacted(store, options, index, end))
    if (!follows) {
      const segmentBase = segment.baseOffset
      store.logger.warn('a segment does not follow the one before it', {
        ...store.topicPartition,
        segment: segmentBase,
        end,
      })
      yield* giveUp(store, index, 0, end)
      store.removeFrom(index)
      break
    }
    const recovered = yield* recoverSegment(store, index, { named, end, epoch })
    end = recovered.end
    epoch = recovered.epoch
    if (recovered.isCut) store.removeFrom(index + 1)
  }
  store.producers.removeDoubted()
  return end
}

/**
 * Where the reading begins, and the last epoch in front of that: at the segment that is asked for, unless the one before it has
 * its offsets, too, or ends with an epoch of which the file does not know. Then the recovery point is from before a cut.
 */
function* readingFrom(store: LogStore, index: number): Steps<{ first: number; epoch: number }> {
  for (let first = index; first > 0; first--) {
    const { baseOffset } = store.segmentAt(first)
    const last = yield* store.segmentAt(first - 1).findLastWhole(baseOffset)
    if (!last) return { first, epoch: noEpoch }
    if (last.nextOffset <= baseOffset && doesAgree(store, last)) return { first, epoch: last.leaderEpoch }
  }
  return { first: 0, epoch: noEpoch }
}

/** Compaction leaves them, also in a log whose topic is not compacted any more. */
function mayHaveHoles({ config, cleanedOffset }: LogStore): boolean {
  return config.cleanupPolicy.compact || cleanedOffset !== null
}

/**
 * Whether the hole in front of a segment is the cleaner's. Before it begins all is durable up to where it will come, and the
 * checkpoints say so: a hole behind that is of a power cut, and so are those of a log where it has never been. Where its
 * checkpoint is gone a hole counts as its own that records follow, for what stands there would be lost. A leader's compaction
 * leaves a follower none between segments, but one that no segment can hold.
 */
function* isCompacted(
  store: LogStore,
  { recoveryPoint, cleanedOffset }: LoadOptions,
  index: number,
  end: number,
): Steps<boolean> {
  const later = store.segments.slice(index)
  const [next] = later
  if (!next || next.baseOffset <= end || !mayHaveHoles(store)) return false
  const known = Math.max(recoveryPoint, store.cleanedOffset ?? 0)
  if (next.baseOffset <= known || !canHold(end, next.baseOffset)) return true
  return cleanedOffset === null && (yield* areRecordsIn(later))
}

/** A piece of a batch that a power cut has torn is none. */
function* areRecordsIn(segments: readonly Segment[]): Steps<boolean> {
  for (const segment of segments) {
    const file = segment.file.pin()
    let isWhole = false
    try {
      yield* scanBatches(file, 0, file.sizeSync(), (buffer, at, size) => {
        isWhole = RecordBatch.isCrcValid(buffer, at, size)
        return false
      })
    } finally {
      segment.file.unpin()
    }
    if (isWhole) return true
  }
  return false
}

/** The log ends at `offset`: what stands from `position` of the segment at `index` on is about to go. */
function* giveUp(store: LogStore, index: number, position: number, offset: number): Steps {
  const tail = yield* lostTail(store.segments.slice(index), position, offset)
  if (store.beforeCut) yield* store.beforeCut(tail)
  else tellCut(store, tail)
}

function tellCut(
  store: LogStore,
  { offset, endOffset, bytes }: Pick<LostTail, 'offset' | 'endOffset' | 'bytes'>,
): void {
  if (endOffset <= offset && bytes === 0) return
  const log = logDirectoryName(store.topicPartition)
  store.onLoss({ kind: 'log cut', log, offset, records: endOffset - offset, bytes })
}

/** Of batches of older formats. */
const noEpoch = -1

interface Recovered {
  end: number
  /** Of the last batch that has one. */
  epoch: number
  isCut: boolean
}

/** What is known when a segment is read. */
interface Before {
  /** Epochs, as the file has them. */
  readonly named: readonly EpochEntry[]
  /** Of the segment in front of it. */
  readonly end: number
  readonly epoch: number
}

function* recoverSegment(store: LogStore, index: number, before: Before): Steps<Recovered> {
  const segment = store.segmentAt(index)
  // Its indexes are only kept while it is open.
  const file = segment.file.pin()
  try {
    return yield* recoverBatches(store, index, file, before)
  } finally {
    segment.file.unpin()
  }
}

function* recoverBatches(
  store: LogStore,
  index: number,
  file: DiskFile,
  { named, end, epoch: epochBefore }: Before,
): Steps<Recovered> {
  const segment = store.segmentAt(index)
  const physicalEnd = file.sizeSync()
  const { producers } = store
  producers.mapEndOffset = Math.max(producers.mapEndOffset, segment.baseOffset)
  producers.takeSnapshot()
  segment.beginRebuild()
  let next = segment.baseOffset
  let behind = end
  let epoch = epochBefore
  const validEnd = yield* scanBatches(file, 0, physicalEnd, (buffer, at, size) => {
    const facts = factsOfValid(buffer, at, size, segment, next)
    if (!facts || (facts.leaderEpoch !== noEpoch && facts.leaderEpoch < epoch)) return false
    epoch = Math.max(epoch, facts.leaderEpoch)
    segment.noteAppended(facts)
    assignEpochs(store, facts, named, behind)
    if (concernsProducer(facts, RecordBatch.isControl(buffer, at))) store.applyToProducers(facts, segment)
    next = facts.lastOffset + 1
    behind = next
    producers.confirmSnapshot(next)
    return true
  })
  if (validEnd < physicalEnd) yield* giveUp(store, index, validEnd, next)
  segment.endRebuild()
  producers.mapEndOffset = next
  if (validEnd === physicalEnd) return { end: next, epoch, isCut: false }
  store.logger.warn('the log was cut behind the last record batch that can be a part of it', {
    ...store.topicPartition,
    segment: segment.baseOffset,
    position: validEnd,
    bytesCut: physicalEnd - validEnd,
  })
  return { end: next, epoch, isCut: true }
}

/**
 * An epoch begins with its first batch. Compaction may have removed that, and whole epochs: where the file agrees with the
 * batch that is found it says where these began.
 */
function assignEpochs(
  { leaderEpochs }: LogStore,
  batch: BatchFacts,
  named: Before['named'],
  end: number,
): void {
  const { leaderEpoch, baseOffset } = batch
  if (leaderEpoch < 0 || leaderEpoch <= (leaderEpochs.latestEpoch ?? -1)) return
  const before = named.filter(({ startOffset }) => startOffset <= baseOffset)
  if (before.at(-1)?.epoch === leaderEpoch)
    for (const { epoch, startOffset } of before)
      if (startOffset >= end) leaderEpochs.assign(epoch, startOffset)
  leaderEpochs.assign(leaderEpoch, baseOffset)
}

/** Null where the batch cannot be a part of the log. */
function factsOfValid(
  b: Buffer,
  at: number,
  size: number,
  segment: Segment,
  next: number,
): BatchFacts | null {
  if (RecordBatch.magic(b, at) !== RecordBatch.currentMagic || !RecordBatch.isCrcValid(b, at, size))
    return null
  const first = RecordBatch.baseOffset(b, at)
  const last = RecordBatch.lastOffset(b, at)
  if (first < next || last < first || !segment.canHold(last)) return null
  return readBatchFacts(b, at, size)
}
