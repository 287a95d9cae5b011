import {
  batchesIn,
  ControlRecordType,
  controlRecordType,
  readRecords,
  readRecordsAsync,
  RecordBatch,
} from '@sluice/wire'
import type { CoordinatorLog } from './coordinator-log.ts'

/** Where a record comes from. */
export interface RecordFacts {
  /** Null for a record that was just decided. */
  readonly offset: number | null
  readonly producerId: number
  readonly transactional: boolean
}

interface Replayer<Rec> {
  replay(record: Rec, facts: RecordFacts): void
  replayEndTransaction(producerId: number, committed: boolean): void
}

interface Decoder<Rec> {
  decode(key: Buffer, value: Buffer | null): Rec | null
}

/** Replays a partition's log; returns how many records. Stops when `isWanted` turns false. */
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
      const producerId = RecordBatch.producerId(chunk, at)
      if (RecordBatch.isControl(chunk, at)) {
        const type = controlRecordType(records[0]?.key ?? null)
        if (type === ControlRecordType.commit) shard.replayEndTransaction(producerId, true)
        if (type === ControlRecordType.abort) shard.replayEndTransaction(producerId, false)
        continue
      }
      const transactional = RecordBatch.isTransactional(chunk, at)
      for (const { key, value, offset } of records) {
        const record = key === null ? null : codec.decode(key, value)
        if (record === null) continue
        shard.replay(record, { offset, producerId, transactional })
        count++
      }
    }
  }
  return count
}
