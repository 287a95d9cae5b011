import { thrownMidway } from '@sluice/effects'
import {
  batchesIn,
  ControlRecordType,
  controlRecordType,
  readRecords,
  readRecordsAsync,
  RecordBatch,
  type Int64,
  type RecordView,
} from '@sluice/wire'
import type { CoordinatorLog } from './coordinator-log.ts'

/** Where a record comes from. */
export interface RecordFacts {
  /** −1 outside transactions, as the epoch. */
  readonly producerId: Int64
  readonly producerEpoch: number
  readonly transactional: boolean
}

interface Replayer<Rec> {
  replay(record: Rec, facts: RecordFacts): void
  replayEndTransaction(producerId: Int64, committed: boolean): void
}

interface Decoder<Rec> {
  decode(key: Buffer, value: Buffer | null): Rec | null
}

/**
 * Replays a partition's log; returns how many records. Stops when `isWanted` turns false. Bytes that cannot be read
 * are thrown as they come; what replay throws is a bug, and thrown as one.
 */
export async function readShardLog<Rec>(
  log: CoordinatorLog,
  partition: number,
  codec: Decoder<Rec>,
  shard: Replayer<Rec>,
  isWanted: () => boolean,
): Promise<number> {
  let count = 0
  for await (const chunk of log.read(partition)) {
    for (const { at } of batchesIn(chunk)) {
      if (!isWanted()) return count
      // Offsets may be compressed in a log that Apache Kafka has written (offsets.topic.compression.codec).
      const records =
        RecordBatch.codec(chunk, at) === 0 ? readRecords(chunk, at) : await readRecordsAsync(chunk, at)
      count += RecordBatch.isControl(chunk, at)
        ? replayMarker(shard, RecordBatch.producerId(chunk, at), records)
        : replayRecords(shard, codec, factsOf(chunk, at), records)
    }
  }
  return count
}

function factsOf(chunk: Buffer, at: number): RecordFacts {
  return {
    producerId: RecordBatch.producerId(chunk, at),
    producerEpoch: RecordBatch.producerEpoch(chunk, at),
    transactional: RecordBatch.isTransactional(chunk, at),
  }
}

function replayRecords<Rec>(
  shard: Replayer<Rec>,
  codec: Decoder<Rec>,
  facts: RecordFacts,
  records: readonly RecordView[],
): number {
  let count = 0
  for (const { key, value } of records) {
    const record = key === null ? null : codec.decode(key, value)
    if (record === null) continue
    replaying(() => shard.replay(record, facts))
    count++
  }
  return count
}

/** A marker is no record of the shard. */
function replayMarker(shard: Replayer<never>, producerId: Int64, records: readonly RecordView[]): 0 {
  const type = controlRecordType(records[0]?.key ?? null)
  if (type === ControlRecordType.commit) replaying(() => shard.replayEndTransaction(producerId, true))
  if (type === ControlRecordType.abort) replaying(() => shard.replayEndTransaction(producerId, false))
  return 0
}

function replaying(replay: () => void): void {
  try {
    replay()
  } catch (error) {
    throw thrownMidway(error)
  }
}
