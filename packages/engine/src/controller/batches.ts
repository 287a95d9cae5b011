import {
  batchesIn,
  type ControlRecordType,
  controlRecordType,
  decodeMetadataRecord,
  RecordBatch,
  readRecords,
  type Int64,
} from '@sluice/wire'
import type { LoggedRecord } from '../metadata/records.ts'

/** One batch of the metadata log or of a snapshot. */
export interface MetadataBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly epoch: number
  readonly maxTimestamp: Int64
  readonly sizeInBytes: number
  /** Types of the control records; empty in a data batch. */
  readonly controlTypes: readonly (ControlRecordType | number)[]
  /** Empty in a control batch. */
  readonly records: readonly LoggedRecord[]
}

/** The whole batches in `bytes`. Throws where one is corrupt or holds a record that we cannot read. */
export function* metadataBatches(bytes: Buffer): Generator<MetadataBatch> {
  for (const { at, size } of batchesIn(bytes)) {
    const baseOffset = RecordBatch.baseOffset(bytes, at)
    if (!RecordBatch.isCrcValid(bytes, at, size))
      throw new Error(`the metadata batch at offset ${baseOffset} has a wrong checksum`)
    const epoch = RecordBatch.partitionLeaderEpoch(bytes, at)
    const views = readRecords(bytes, at)
    const isControl = RecordBatch.isControl(bytes, at)
    yield {
      baseOffset,
      lastOffset: RecordBatch.lastOffset(bytes, at),
      epoch,
      maxTimestamp: RecordBatch.maxTimestamp(bytes, at),
      sizeInBytes: size,
      controlTypes: isControl ? views.map(({ key }) => controlRecordType(key) ?? -1) : [],
      records: isControl
        ? []
        : views.map(({ offset, value }) => ({
            ...decodeMetadataRecord(value ?? Buffer.alloc(0)),
            offset,
            epoch,
          })),
    }
  }
}
