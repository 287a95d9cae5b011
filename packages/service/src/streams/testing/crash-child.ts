import { MemoryNetwork, silentLogger, systemEffects } from '@sluice/effects'
import { embeddedEngine } from '../../fleet/engines/embedded.ts'
import { placeOf } from '../../fleet/place.ts'
import { testIdentities } from '../../iam/testing/identities.ts'
import { hashKeyOf } from '../hash-keys.ts'
import { Streams } from '../streams.ts'
import { keptShards } from '../shards.ts'

/*
 * A process with streams that may be killed: `write` puts numbers, from `from` on, and says which of them are acknowledged;
 * `read` says which are there, a shard after the other.
 */

const [, , directory = '', mode = '', from = '0'] = process.argv
const shardCount = 3
const batch = 20
const putsAtOnce = 3

function open(): Streams {
  const effects = { ...systemEffects(), logger: silentLogger }
  const network = new MemoryNetwork()
  const streams = new Streams({
    ...effects,
    dataDirectory: directory,
    place: placeOf('us-east-1', '000000000000'),
    engine: embeddedEngine({ ...effects, network }),
    network,
    identities: testIdentities({ ownerKey: { accessKeyId: 'A', secretAccessKey: 'B' } }),
    isLimited: false,
  })
  streams.start()
  return streams
}

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
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function write(): Promise<void> {
  const stream = await streamOf(open())
  let next = Number(from)
  const putOne = async () => {
    const numbers = Array.from({ length: batch }, () => next++)
    const outcomes = await stream.put(
      numbers.map((number) => {
        const partitionKey = `key-${number % 7}`
        return { partitionKey, hashKey: hashKeyOf(partitionKey), data: Buffer.from(String(number)) }
      }),
    )
    const acknowledged = outcomes.map((outcome, at) =>
      'sequenceNumber' in outcome ? `${numbers[at]} ${outcome.sequenceNumber}\n` : '',
    )
    process.stdout.write(acknowledged.join(''))
  }
  const forever = async () => {
    for (;;) await putOne()
  }
  await Promise.all(Array.from({ length: putsAtOnce }, forever))
}

async function read(): Promise<void> {
  const streams = open()
  const stream = await streamOf(streams)
  for (const shard of keptShards(stream.record, Date.now())) {
    let next: number | null = 0
    for (;;) {
      const { records, next: reached } = await stream.read(shard, next ?? 0, {
        countMax: 10_000,
        bytesMax: 10_485_760,
      })
      for (const { data, sequenceNumber } of records)
        process.stdout.write(`${shard.number} ${String(data)} ${sequenceNumber}\n`)
      if (records.length === 0) break
      next = reached
    }
  }
  await streams.stop()
}

await (mode === 'write' ? write() : read())
