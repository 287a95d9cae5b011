import {
  DeleteChannelCommand,
  PutRecordCommand,
  SplitShardCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis'
import type { MemoryDisk } from '@sluice/effects'
import { CodecId, decompress } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  beginWithOrders,
  createChannel,
  fromStream,
  kinesis,
  listedChannels,
  makeStream,
  move,
  service,
  StreamARN,
  toS3,
} from './testing/test-channels.ts'
import { active, put, start, stopAll } from './testing/test-streams.ts'

afterEach(stopAll)

/** What is in a bucket, by keys. */
function objects(bucket = 'lake', disk = service.disk): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  const walk = (directory: string, key: string): void => {
    if (!disk.existsSync(directory)) return
    for (const { name, isDirectory } of disk.readdirSync(directory)) {
      const path = `${directory}/${name}`
      if (isDirectory) walk(path, `${key}${name}/`)
      else found.set(key + name, disk.readFileSync(path))
    }
  }
  walk(`/data/s3/${bucket}`, '')
  return found
}

const texts = (bucket?: string, disk?: MemoryDisk) => [...objects(bucket, disk).values()].map(String)

async function delivered(count: number, bucket?: string): Promise<void> {
  move(301_000)
  await expect.poll(() => objects(bucket).size, { timeout: 20_000 }).toBe(count)
}

describe('delivery', () => {
  // Signatures are not of the time that is moved.
  beforeEach(() => beginWithOrders({ acceptAnySignature: true }))

  it('puts what comes after it is ACTIVE into objects, each record once, named as the template says', async () => {
    await put(kinesis, 'before')
    const ChannelARN = await createChannel({
      S3DestinationConfiguration: toS3({
        OutputKeyTemplate: 'd/s=!{stream-name}/!{yyyy}/!{channel-name}!{extension:.txt}',
      }),
    })
    await put(kinesis, 'one,')
    await put(kinesis, 'two,')
    // As long as nothing is old enough, nothing is delivered.
    move(200_000)
    await put(kinesis, 'three,')
    expect(objects().size).toBe(0)
    await delivered(1)
    expect(texts()).toEqual(['one,two,three,'])
    const [key = ''] = objects().keys()
    expect(key).toMatch(/^d\/s=orders\/20\d\d\/lake-0{18}-0{6}-[0-9a-f]{11}\.txt$/)
    await put(kinesis, 'four')
    await delivered(2)
    expect(texts().sort()).toEqual(['four', 'one,two,three,'])
    expect(service.streams.channels.byArn(ChannelARN)).toMatchObject({ pending: [], deliveries: 2 })
    await kinesis.send(new DeleteChannelCommand({ ChannelARN }))
    await expect.poll(async () => (await listedChannels()).names).toEqual([])
    expect(objects().size).toBe(2)
  })

  it.each(['.', '..'])(
    'stays within its bucket for a stream and a channel that are called %s',
    async (name) => {
      await makeStream(name)
      await createChannel({
        ChannelName: name,
        StreamConfigurationList: fromStream('BYTE_ARRAY', service.streams.arnOf(name)),
        S3DestinationConfiguration: toS3({
          OutputKeyTemplate: '!{channel-name}/!{stream-name}/x!{extension}',
        }),
      })
      await kinesis.send(
        new PutRecordCommand({ StreamName: name, PartitionKey: 'k', Data: Buffer.from('a') }),
      )
      await delivered(1)
      expect(service.disk.readdirSync('/data/s3').map((entry) => entry.name)).toEqual(['lake'])
      expect(service.disk.readdirSync('/data/streams/records')).toHaveLength(2)
    },
  )

  it('has an object for each minute where the template does, compressed', async () => {
    for (const [type, codec, extension] of [
      ['GZIP', CodecId.gzip, '.gz'],
      ['ZSTD', CodecId.zstd, '.zst'],
    ] as const) {
      const bucket = `bucket-${type.toLowerCase()}`
      const ChannelARN = await createChannel({
        ChannelName: type,
        S3DestinationConfiguration: toS3({ BucketARN: `arn:aws:s3:::${bucket}`, CompressionType: type }),
      })
      await put(kinesis, 'one')
      move(60_000)
      await put(kinesis, 'two')
      await delivered(2, bucket)
      const found: string[] = []
      for (const [key, body] of objects(bucket)) {
        expect(key.endsWith(extension)).toBe(true)
        found.push(String(await decompress(codec, body, 1_000)))
      }
      expect(found).toEqual(['one', 'two'])
      await kinesis.send(new DeleteChannelCommand({ ChannelARN }))
      await expect.poll(async () => (await listedChannels()).names).toEqual([])
    }
  })

  it('names records that are not of the format, and delivers the others', async () => {
    const ChannelARN = await createChannel({
      StreamConfigurationList: fromStream('JSON'),
      LoggingConfiguration: { CloudWatchLogs: { Enabled: true, LogGroupName: '/lake' } },
      S3DestinationConfiguration: {
        ...toS3(),
        DeadLetterQueueS3Configuration: {
          BucketARN: 'arn:aws:s3:::dead',
          ExpectedBucketOwner: '000000000000',
          ErrorOutputPrefix: 'bad/',
        },
      },
    })
    await put(kinesis, '{"a":1}')
    const { SequenceNumber } = await put(kinesis, 'no JSON')
    await kinesis.send(new PutRecordCommand({ StreamARN, PartitionKey: 'k', Data: Uint8Array.from([0xff]) }))
    await delivered(1, 'dead')
    expect(texts()).toEqual(['{"a":1}'])
    const [key = ''] = objects('dead').keys()
    expect(key).toMatch(/^bad\/\d{4}\/\d\d\/\d\d\/\d\d\/[0-9a-f-]+\.json$/)
    const lines = (texts('dead')[0] ?? '').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { streamARN: StreamARN, sequenceNumber: SequenceNumber, errorMessage: 'The record is not valid JSON.' },
      { errorMessage: 'The record is not valid UTF-8.' },
    ])
    const { groups } = service.fleet.logs
    const group = groups.find('/lake')
    const told = group && groups.stream(group, 'DestinationDelivery')
    expect([...(told?.before(Infinity) ?? [])]).toMatchObject([
      { message: expect.stringContaining(`s3://dead/${key}`) },
    ])
    const channel = service.streams.channels.byArn(ChannelARN)
    const metered = channel ? service.streams.channels.meterOf(channel).take() : []
    const sums = Object.fromEntries(metered.map(({ metric, set }) => [metric, set.sum]))
    expect(sums).toMatchObject({
      'DeliveryToS3.RecordCount': 3,
      'DeliveryToS3.SuccessfulRecordCount': 1,
      'DeliveryToS3.FailedRecordCount': 2,
    })
  })

  it('follows its stream through splits', async () => {
    await makeStream('split', 'PROVISIONED')
    const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/split'
    const putTo = (text: string) =>
      kinesis.send(new PutRecordCommand({ StreamARN, PartitionKey: text, Data: Buffer.from(text) }))
    const split = async (ShardToSplit: string, NewStartingHashKey: string) => {
      await kinesis.send(new SplitShardCommand({ StreamARN, ShardToSplit, NewStartingHashKey }))
      await active(kinesis, 'split')
    }
    const toMode = async (StreamMode: 'ON_DEMAND' | 'PROVISIONED') => {
      await kinesis.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails: { StreamMode } }))
      await active(kinesis, 'split')
    }
    await putTo('before')
    await split('shardId-000000000000', String(2n ** 127n))
    await toMode('ON_DEMAND')
    await createChannel({ StreamConfigurationList: fromStream('STRING', StreamARN) })
    await putTo('a')
    const stream = service.streams.byName('split')
    if (stream) service.streams.update(stream, { wantedStarts: ['0'] })
    await active(kinesis, 'split')
    await putTo('b')
    await delivered(1)
    expect(texts()).toEqual(['ab'])
  })

  it('counts nothing as delivered before its name is on the disk, which a power cut may take else', async () => {
    await createChannel()
    await put(kinesis, 'one')
    const operations: string[] = []
    service.disk.beforeOperation = (name, path) => void operations.push(`${name} ${path}`)
    await delivered(1)
    service.disk.beforeOperation = () => {}
    const at = (pattern: RegExp) => operations.findIndex((operation) => pattern.test(operation))
    const counted = at(/^\w+ \/data\/streams\/channels\/[^/]+\.json/)
    expect(at(/^\w+ \/data\/streams\/staged\/./)).toBeLessThan(at(/^syncDirectory \/data\/streams\/staged$/))
    for (const synced of [/^syncDirectory \/data\/streams\/staged$/, /^syncDirectory \/data\/streams$/]) {
      expect(at(synced)).toBeGreaterThan(-1)
      expect(at(synced)).toBeLessThan(counted)
    }
  })

  it('delivers each record once, wherever it is killed', async () => {
    await createChannel({ StreamConfigurationList: fromStream('JSON') })
    await put(kinesis, '"one"')
    move(60_000)
    await put(kinesis, '"two"')
    await put(kinesis, 'no JSON')
    await stopAll()
    const before = service.disk.copy()
    const delivering = /^\/data\/(s3|streams\/(staged|channels))/
    /** The service until it has delivered, or until its disk has taken so many operations of a delivery. */
    const runOn = async (disk: MemoryDisk, operationsMax: number): Promise<boolean> => {
      let operations = 0
      disk.beforeOperation = (name, path) => {
        if (delivering.test(path) && name !== 'readFile' && operations++ >= operationsMax)
          throw new Error('killed')
      }
      const { service: other } = await start({ disk, acceptAnySignature: true })
      const isDone = () =>
        other.streams.channels.list().every((one) => one.deliveries === 1 && one.pending.length === 0)
      await expect.poll(() => isDone() || operations > operationsMax, { timeout: 20_000 }).toBe(true)
      await stopAll()
      disk.beforeOperation = () => {}
      return isDone() && operations <= operationsMax
    }
    let kills = 0
    for (let isKilled = true; isKilled; kills++) {
      const disk = before.copy()
      isKilled = !(await runOn(disk, kills))
      const after = disk.afterCrash()
      expect(await runOn(after, Infinity)).toBe(true)
      expect([kills, texts('lake', after).sort()]).toEqual([
        kills,
        ['"one"', '"two"', expect.stringMatching(/^\{"streamARN"/)],
      ])
    }
    expect(kills).toBeGreaterThan(15)
  }, 60_000)
})
