import { parseSequenceNumber } from '../../streams/sequence-number.ts'
import type { Stream } from '../../streams/stream.ts'
import { shardIdOf, type ShardRecord } from '../../streams/stream-record.ts'
import { invalidArgument } from './exceptions.ts'
import type { Services } from './services.ts'

/** Where a reader wants to begin. */
interface StartingPosition {
  type: string | undefined
  sequenceNumber: string | undefined
  time: Date | undefined
  /** For sentences. */
  operation: string
}

/** The offset in the shard that it means. */
export async function offsetOf(
  services: Pick<Services, 'streams' | 'clock'>,
  stream: Stream,
  shard: ShardRecord,
  position: StartingPosition,
): Promise<number> {
  const { type, time } = position
  checkMembers(position)
  switch (type) {
    case 'LATEST':
      return stream.endOffset(shard)
    case 'TRIM_HORIZON':
      return stream.offsetAt(shard, 0)
    case 'AT_TIMESTAMP':
      return stream.offsetAt(shard, checkedTime(services, time))
    default: {
      const place = placeOf(services, stream, shard, position)
      const offset = type === 'AFTER_SEQUENCE_NUMBER' ? place : place - 1
      return Math.min(Math.max(offset, 0), await stream.endOffset(shard))
    }
  }
}

/** A sequence number, or a time, goes with the types that ask for it. */
function checkMembers({ type, sequenceNumber, time }: StartingPosition): void {
  const bySequence = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER'
  if (bySequence !== (sequenceNumber !== undefined))
    throw invalidArgument(
      `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and ${bySequence ? 'no' : 'also a'} StartingSequenceNumber.`,
    )
  if (type === 'AT_TIMESTAMP' && !time)
    throw invalidArgument(
      `Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.`,
    )
}

function checkedTime({ clock }: Pick<Services, 'clock'>, time: Date | undefined): number {
  const ms = time?.getTime() ?? 0
  const nowMs = clock.now()
  if (ms > nowMs)
    throw invalidArgument(
      `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${ms}, currentTimestampInMillis: ${nowMs}`,
    )
  return ms
}

/** Of the record with this sequence number in the shard, from 1 on. */
function placeOf(
  { streams }: Pick<Services, 'streams'>,
  { record }: Stream,
  shard: ShardRecord,
  { sequenceNumber = '', operation }: StartingPosition,
): number {
  const parsed = parseSequenceNumber(sequenceNumber)
  const shardId = shardIdOf(shard.number)
  const where = `StartingSequenceNumber ${sequenceNumber} used in ${operation} on shard ${shardId} in stream ${record.name} under account ${streams.place.account} is invalid`
  if (!parsed) throw invalidArgument(`${where}.`)
  if (parsed.shard !== shard.number)
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes ${shardIdOf(parsed.shard)}, while it was used in a call to a shard with ${shardId}`,
    )
  if (parsed.shardCreatedSeconds !== Math.floor(shard.createdAtMs / 1_000))
    throw invalidArgument(`${where} because it did not come from this stream.`)
  return Number(parsed.place)
}
