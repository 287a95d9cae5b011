import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import {
  buildBatchSync,
  ControlRecordType,
  controlBatch,
  SnapshotFooterRecord,
  SnapshotHeaderRecord,
  type Int64,
} from '@sluice/wire'
import { type NewRecord, sealRecord } from '../metadata/records.ts'
import { eachInSteps, type Steps } from '../storage/slices.ts'
import { type MetadataBatch, metadataBatches } from './batches.ts'

/** A snapshot holds all that the log says before `endOffset`. */
export interface SnapshotId {
  readonly endOffset: number
  /** Of the last record in it. */
  readonly epoch: number
}

/** What `format` leaves behind: the features of a new cluster, none of its log. */
export const bootstrapSnapshot: SnapshotId = { endOffset: 0, epoch: 0 }

const namePattern = /^(\d{20})-(\d{10})\.checkpoint$/
/** Data batches of a snapshot stay below what one read takes in. */
const batchBytesMax = 1_000_000
/** Snapshots never change. */
const readOnlyMode = 0o400

export function snapshotName({ endOffset, epoch }: SnapshotId): string {
  return `${String(endOffset).padStart(20, '0')}-${String(epoch).padStart(10, '0')}.checkpoint`
}

/** The snapshots of a directory, oldest first, without the bootstrap one. */
export function listSnapshots(disk: Disk, directory: string): SnapshotId[] {
  return disk
    .readdirSync(directory)
    .flatMap(({ name }) => {
      const match = namePattern.exec(name)
      return match ? [{ endOffset: Number(match[1]), epoch: Number(match[2]) }] : []
    })
    .filter(({ endOffset }) => endOffset > 0)
    .sort((a, b) => a.endOffset - b.endOffset || a.epoch - b.epoch)
}

/** The file is not what was written. */
export class BrokenSnapshotError extends Error {
  override name = 'BrokenSnapshotError'
}

/** All of its batches, or BrokenSnapshotError. */
export function readSnapshot(disk: Disk, path: string): MetadataBatch[] {
  const bytes = disk.readFileSync(path)
  let batches: MetadataBatch[]
  try {
    batches = [...metadataBatches(bytes)]
  } catch (error) {
    throw new BrokenSnapshotError(`${path} is broken: ${(error as Error).message}`, { cause: error })
  }
  if (!batches.at(-1)?.controlTypes.includes(ControlRecordType.snapshotFooter))
    throw new BrokenSnapshotError(`${path} has no end`)
  return batches
}

/** Writes a snapshot, durable when it has ended; in steps. Offsets count from 0 within the file. */
export function* writeSnapshot(
  disk: Disk,
  directory: string,
  id: SnapshotId,
  content: { records: readonly NewRecord[]; lastContainedLogTimestamp: Int64; nowMs: number },
): Steps {
  const { lastContainedLogTimestamp, nowMs } = content
  const common = { timestamp: nowMs, partitionLeaderEpoch: id.epoch }
  const header = SnapshotHeaderRecord.encodeToBuffer(0, { version: 0, lastContainedLogTimestamp })
  const batches = [
    controlBatch([{ type: ControlRecordType.snapshotHeader, value: header }], { ...common, baseOffset: 0 }),
  ]
  let offset = 1
  const sealed = yield* eachInSteps(content.records, (record) => sealRecord(record).bytes)
  for (const values of chunks(sealed)) {
    const records = values.map((value) => ({ key: null, value }))
    batches.push(buildBatchSync({ ...common, baseOffset: offset, records }))
    offset += values.length
    yield
  }
  const footer = SnapshotFooterRecord.encodeToBuffer(0, { version: 0 })
  batches.push(
    controlBatch([{ type: ControlRecordType.snapshotFooter, value: footer }], {
      ...common,
      baseOffset: offset,
    }),
  )
  const path = join(directory, snapshotName(id))
  disk.writeFileAtomicSync(path, Buffer.concat(batches), { mode: readOnlyMode })
}

function chunks(values: readonly Buffer[]): Buffer[][] {
  const result: Buffer[][] = []
  let current: Buffer[] = []
  let bytes = 0
  for (const value of values) {
    if (bytes + value.length > batchBytesMax && current.length > 0) {
      result.push(current)
      current = []
      bytes = 0
    }
    current.push(value)
    bytes += value.length
  }
  if (current.length > 0) result.push(current)
  return result
}
