import { isUtf8 } from 'node:buffer'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { RecordFormatType, S3CompressionType } from '@aws-sdk/client-kinesis'
import { CodecId, compress } from '@sluice/wire'
import { keptShards } from '../shards.ts'
import type { StoredRecord, Stream } from '../stream.ts'
import { shardIdOf } from '../stream-record.ts'
import type { ChannelRecord } from './channel-record.ts'
import { keyOf, objectPath, suffixOf } from './object-key.ts'

/** Uncompressed, of what is delivered at once; what is more is delivered after it. */
const deliveryBytesMax = 16 * 1_048_576
const pageSize = { countMax: 10_000, bytesMax: 1_048_576 }

/** An object that is to be put into a bucket. */
interface DeliveredObject {
  /** Below the directory of all buckets. */
  path: string
  body: Uint8Array
}

/** What is to be delivered next. */
export interface Delivery {
  objects: DeliveredObject[]
  /** Where the next one begins. */
  undelivered: Record<string, number>
  counts: DeliveryCounts
  /** There is more than that. */
  isFull: boolean
}

interface DeliveryCounts {
  bytes: number
  records: number
  failed: number
  objectBytes: number
  /** Of the oldest record; null where there is none. */
  oldestMs: number | null
}

/** A record that its channel cannot deliver. */
interface DeadLetter {
  shardId: string
  record: StoredRecord
  errorMessage: string
}

/** The records of all shards that are not delivered yet, in the order of shards and in theirs, as objects. */
export async function nextDelivery(channel: ChannelRecord, stream: Stream, nowMs: number): Promise<Delivery> {
  const groups = new Map<string, { atMs: number; bodies: Uint8Array[] }>()
  const dead: DeadLetter[] = []
  const undelivered = { ...channel.undelivered }
  const counts: DeliveryCounts = { bytes: 0, records: 0, failed: 0, objectBytes: 0, oldestMs: null }
  const [{ RecordConfiguration: { RecordFormatType: format } = {} } = {}] =
    channel.spec.StreamConfigurationList ?? []
  for (const shard of keptShards(stream.record, nowMs)) {
    const shardId = shardIdOf(shard.number)
    let next: number | null = undelivered[shardId] ?? 0
    while (next !== null && counts.bytes < deliveryBytesMax) {
      const page = await stream.read(shard, next, pageSize)
      for (const record of page.records) {
        counts.bytes += record.data.length
        counts.records++
        counts.oldestMs = Math.min(counts.oldestMs ?? record.arrivedAtMs, record.arrivedAtMs)
        const errorMessage = problemOf(format, record.data)
        if (errorMessage !== null) dead.push({ shardId, record, errorMessage })
        else {
          const { text } = keyOf(channel, record.arrivedAtMs)
          const group = groups.get(text) ?? { atMs: record.arrivedAtMs, bodies: [] }
          groups.set(text, group)
          group.bodies.push(record.data)
        }
      }
      undelivered[shardId] = page.next ?? shard.closed?.endOffset ?? next
      if (page.records.length === 0) break
      next = page.next
    }
  }
  const { StorageConfiguration: storage } = channel.spec.S3DestinationConfiguration ?? {}
  const objects: DeliveredObject[] = []
  for (const { atMs, bodies } of groups.values()) {
    const key = keyOf(channel, atMs).withSuffix(suffixOf(channel, objects.length))
    const body = await compressed(storage?.CompressionType, Buffer.concat(bodies))
    objects.push({ path: objectPath(storage?.BucketARN, key), body })
  }
  counts.failed = dead.length
  counts.objectBytes = objects.reduce((sum, { body }) => sum + body.length, 0)
  if (dead.length > 0) objects.push(deadLetterObject(channel, dead, nowMs, objects.length))
  return { objects, undelivered, counts, isFull: counts.bytes >= deliveryBytesMax }
}

/** Why a record is not what its format says; null where it is. */
function problemOf(format: RecordFormatType | undefined, data: Uint8Array): string | null {
  if (format === 'BYTE_ARRAY') return null
  if (!isUtf8(data)) return 'The record is not valid UTF-8.'
  if (format !== 'JSON') return null
  try {
    JSON.parse(Buffer.from(data).toString('utf8'))
    return null
  } catch {
    return 'The record is not valid JSON.'
  }
}

const gzipInPool = promisify(gzip)

async function compressed(type: S3CompressionType | undefined, body: Buffer): Promise<Uint8Array> {
  if (type === 'GZIP') return gzipInPool(body)
  return type === 'ZSTD' ? compress(CodecId.zstd, body) : body
}

/** Which records could not be delivered and why, a line of JSON each: as on AWS they are named, and not in it. */
function deadLetterObject(
  channel: ChannelRecord,
  dead: readonly DeadLetter[],
  nowMs: number,
  object: number,
): DeliveredObject {
  const { DeadLetterQueueS3Configuration: queue } = channel.spec.S3DestinationConfiguration ?? {}
  const [day = '', time = ''] = new Date(nowMs).toISOString().split('T')
  const directory = `${day.replaceAll('-', '/')}/${time.slice(0, 2)}`
  const key = `${queue?.ErrorOutputPrefix ?? ''}${directory}/${suffixOf(channel, object)}.json`
  const lines = dead.map(({ shardId, record, errorMessage }) =>
    JSON.stringify({
      streamARN: channel.stream.arn,
      shardId,
      sequenceNumber: record.sequenceNumber,
      approximateArrivalTimestamp: new Date(record.arrivedAtMs).toISOString(),
      errorMessage,
    }),
  )
  return { path: objectPath(queue?.BucketARN, key), body: Buffer.from(`${lines.join('\n')}\n`) }
}
