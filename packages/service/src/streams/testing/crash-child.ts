import { seededRandom } from '@sluice/effects'
import { hashKeyOf } from '../hash-keys.ts'
import { evenShards, keptShards, startsOf } from '../shards.ts'
import type { Streams } from '../streams.ts'
import { openStreams } from './open-streams.ts'

/*
 * A process with streams that may be killed: `write` puts numbers, from `from` on, and says which of them are acknowledged, while
 * shards are split and merged; `read` says which are there, a shard after the other, parents before their children.
 */

const [, , directory = '', mode = '', from = '0', seed = '1'] = process.argv
const shardCount = 3
const batch = 20
const writers = 3
const keysEach = 5
const shardsMax = 8
const reshardMsMax = 150

async function streamOf(streams: Streams) {
  if (!streams.byName('orders'))
    streams.create({
      name: 'orders',
      mode: 'PROVISIONED',
      shardCount,
      maxRecordKiB: 1_024,
      warmMiBps: 0,
      distribution: 'USER_PARTITION_KEY',
      tags: {},
    })
  for (;;) {
    const stream = streams.byName('orders')
    if (stream?.record.state === 'ACTIVE') return stream
    await pause(5)
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Each key is one writer's, who waits for an answer before the next request: the numbers of a key only grow. */
async function write(): Promise<void> {
  const streams = openStreams(directory)
  const stream = await streamOf(streams)
  let next = Number(from)
  const putOne = async (writer: number) => {
    const numbers = Array.from({ length: batch }, () => next++)
    const outcomes = await stream.put(
      numbers.map((number) => {
        const partitionKey = `key-${writer}-${number % keysEach}`
        return { partitionKey, hashKey: hashKeyOf(partitionKey), data: Buffer.from(String(number)) }
      }),
    )
    const acknowledged = outcomes.map((outcome, at) =>
      'sequenceNumber' in outcome ? `${numbers[at]} ${outcome.sequenceNumber}\n` : '',
    )
    process.stdout.write(acknowledged.join(''))
  }
  const forever = async (writer: number) => {
    for (;;) await putOne(writer)
  }
  await Promise.all([reshardForever(streams), ...Array.from({ length: writers }, (_, at) => forever(at))])
}

async function reshardForever(streams: Streams): Promise<void> {
  const random = seededRandom(Number(seed))
  for (;;) {
    await pause(random.int(reshardMsMax))
    const stream = await streamOf(streams)
    streams.update(stream, { wantedStarts: startsOf(evenShards(1 + random.int(shardsMax), 0)) })
  }
}

async function read(): Promise<void> {
  const streams = openStreams(directory)
  const stream = await streamOf(streams)
  for (const shard of keptShards(stream.record, Date.now())) {
    let next: number | null = 0
    while (next !== null) {
      const { records, next: reached } = await stream.read(shard, next, {
        countMax: 10_000,
        bytesMax: 10_485_760,
      })
      for (const { data, sequenceNumber, partitionKey } of records)
        process.stdout.write(`${shard.number} ${String(data)} ${sequenceNumber} ${partitionKey}\n`)
      if (records.length === 0) break
      next = reached
    }
  }
  await streams.stop()
}

await (mode === 'write' ? write() : read())
