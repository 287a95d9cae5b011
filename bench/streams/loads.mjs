// What is asked of each server, and how long it takes. All of it over the same client; see client.mjs.
import { randomBytes } from 'node:crypto'
import { cbor } from '@smithy/core/cbor'
import { eventsOf, Kinesis } from './client.mjs'

const recordBytes = 1_024
const recordsEach = 500
const shardCount = 4
const atOnce = 4
const bodiesMade = 8
/** Of PutRecord while somebody waits for the records. */
const putsPerSecond = 100
const settledMsMax = 120_000

/** In an answer to PutRecords. */
const noneFailed = { json: /"FailedRecordCount":0/, cbor: /FailedRecordCount\0/ }

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const megabytesEach = (recordBytes * recordsEach) / 1e6
const shardIdOf = (number) => `shardId-${String(number).padStart(12, '0')}`

/** A stream that is there while `work` is done. */
export async function withStream(client, StreamName, ShardCount, work) {
  await client.ask('CreateStream', { StreamName, ShardCount })
  await active(client, StreamName)
  const result = await work(StreamName)
  await client.ask('DeleteStream', { StreamName, EnforceConsumerDeletion: true })
  return result
}

export async function active(client, StreamName) {
  await until(async () => {
    const { StreamDescription } = await client.ask('DescribeStream', { StreamName, Limit: 1 })
    return StreamDescription.StreamStatus === 'ACTIVE'
  })
}

async function until(isSo) {
  for (const from = performance.now(); !(await isSo()); await sleep(2))
    if (performance.now() - from > settledMsMax) throw new Error('it is not so after two minutes')
}

/** Calls, one after the other, that do not count: a process is slow until its code is compiled. */
export async function warmUp(side, seconds) {
  const client = new Kinesis(side, 1)
  await withStream(client, 'warm', 1, async (StreamName) => {
    const Data = randomBytes(recordBytes).toString('base64')
    for (const from = performance.now(); performance.now() - from < seconds * 1_000; ) {
      await client.ask('PutRecord', { StreamName, PartitionKey: 'k', Data })
      const ShardIterator = await iteratorAt(client, StreamName, 0, 'LATEST')
      await client.ask('GetRecords', { ShardIterator })
    }
  })
  client.close()
}

/** Bodies of PutRecords that are made before the time runs. */
function bodies(StreamName, protocol) {
  return Array.from({ length: bodiesMade }, (_, n) => {
    const records = Array.from({ length: recordsEach }, (__, at) => ({
      Data: randomBytes(recordBytes),
      PartitionKey: `key-${n * recordsEach + at}`,
    }))
    if (protocol === 'cbor') return Buffer.from(cbor.serialize({ StreamName, Records: records }))
    const Records = records.map((record) => ({ ...record, Data: record.Data.toString('base64') }))
    return Buffer.from(JSON.stringify({ StreamName, Records }))
  })
}

/** MB of data a second by PutRecords, four at a time. */
export async function putRecords(side, protocol, seconds) {
  const client = new Kinesis(side)
  const rate = await withStream(client, `put-${protocol}`, shardCount, async (name) => {
    const made = bodies(name, protocol)
    const first = await client.send('PutRecords', made[0], protocol)
    if (!noneFailed[protocol].test(first.toString('latin1')))
      throw new Error(`PutRecords: ${first.toString()}`)
    const from = performance.now()
    let sent = 0
    const one = async () => {
      while (performance.now() - from < seconds * 1_000)
        await client.send('PutRecords', made[sent++ % bodiesMade], protocol)
    }
    await Promise.all(Array.from({ length: atOnce }, one))
    return (sent * megabytesEach * 1_000) / (performance.now() - from)
  })
  client.close()
  return rate
}

/** MB of data a second by GetRecords, all shards at once, from the first record to the last. */
export async function getRecords(side, puts) {
  const client = new Kinesis(side)
  const rate = await withStream(client, 'get', shardCount, async (name) => {
    const made = bodies(name, 'json')
    for (let n = 0; n < puts; n++) await client.send('PutRecords', made[n % bodiesMade], 'json')
    const readAll = () =>
      Promise.all(Array.from({ length: shardCount }, (_, n) => readShard(client, name, n)))
    const found = (await readAll()).reduce((sum, count) => sum + count, 0)
    if (found !== puts * recordsEach) throw new Error(`${found} records are there`)
    const from = performance.now()
    await readAll()
    return (found * recordBytes) / 1e3 / (performance.now() - from)
  })
  client.close()
  return rate
}

/** How many records are in it. */
async function readShard(client, StreamName, number) {
  let iterator = await iteratorAt(client, StreamName, number, 'TRIM_HORIZON')
  for (let count = 0; ; ) {
    const answer = await client.send('GetRecords', Buffer.from(`{"ShardIterator":"${iterator}"}`), 'json')
    const records = occurrences(answer, '"SequenceNumber":')
    if (records === 0) return count
    count += records
    iterator = nextIterator(answer)
  }
}

/** Texts are looked for, for to parse them all would take longer than some servers do. */
function nextIterator(answer) {
  const name = '"NextShardIterator":"'
  const at = answer.indexOf(name) + name.length
  return answer.toString('latin1', at, answer.indexOf('"', at))
}

function occurrences(bytes, text) {
  let count = 0
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length)) count++
  return count
}

async function iteratorAt(client, StreamName, number, ShardIteratorType) {
  const asked = { StreamName, ShardId: shardIdOf(number), ShardIteratorType }
  return (await client.ask('GetShardIterator', asked)).ShardIterator
}

/** Milliseconds from before a PutRecord to when whoever asks again and again has got the record. */
export async function putToGet(side, seconds) {
  const [writer, reader] = [new Kinesis(side), new Kinesis(side)]
  const times = await withStream(writer, 'poll', 1, async (StreamName) => {
    let iterator = await iteratorAt(reader, StreamName, 0, 'LATEST')
    const got = []
    const writing = putAtRate(writer, StreamName, seconds)
    while (got.length < putsPerSecond * seconds) {
      const { Records, NextShardIterator } = await reader.ask('GetRecords', { ShardIterator: iterator })
      iterator = NextShardIterator
      got.push(...Records.map(ageOf))
    }
    await writing
    return got
  })
  writer.close()
  reader.close()
  return times
}

/** The same to whoever has subscribed. */
export async function putToSubscriber(side, seconds) {
  const [writer, reader] = [new Kinesis(side), new Kinesis(side)]
  const times = await withStream(writer, 'push', 1, async (StreamName) => {
    const { StreamDescription } = await writer.ask('DescribeStream', { StreamName })
    const { StreamARN } = StreamDescription
    const { Consumer } = await writer.ask('RegisterStreamConsumer', { StreamARN, ConsumerName: 'bench' })
    const { ConsumerARN } = Consumer
    await until(async () => {
      const { ConsumerDescription } = await writer.ask('DescribeStreamConsumer', { ConsumerARN })
      return ConsumerDescription.ConsumerStatus === 'ACTIVE'
    })
    const asked = { ConsumerARN, ShardId: shardIdOf(0), StartingPosition: { Type: 'LATEST' } }
    const response = await reader.open('SubscribeToShard', Buffer.from(JSON.stringify(asked)), 'json')
    if (response.statusCode !== 200) {
      response.resume()
      throw new Error(`SubscribeToShard: ${response.statusCode}`)
    }
    const got = []
    let writing
    for await (const payload of eventsOf(response)) {
      // What comes first says no more than that it has begun.
      writing ??= putAtRate(writer, StreamName, seconds)
      const { Records = [] } = payload.length > 0 ? JSON.parse(payload) : {}
      got.push(...Records.map(ageOf))
      if (got.length >= putsPerSecond * seconds) break
    }
    await writing
    return got
  })
  writer.close()
  reader.close()
  return times
}

/** Each says when it was sent. */
async function putAtRate(client, StreamName, seconds) {
  const from = performance.now()
  const puts = []
  for (let sent = 0; sent < putsPerSecond * seconds; sent++) {
    await sleep(from + (sent * 1_000) / putsPerSecond - performance.now())
    const Data = Buffer.from(String(performance.now())).toString('base64')
    puts.push(client.ask('PutRecord', { StreamName, PartitionKey: 'k', Data }))
  }
  await Promise.all(puts)
}

export function quantile(values, at) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))]
}

function ageOf({ Data }) {
  return performance.now() - Number(Buffer.from(Data, 'base64'))
}
