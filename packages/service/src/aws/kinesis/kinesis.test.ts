import { createHash } from 'node:crypto'
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { decodeCbor, encodeCbor } from '../protocols/cbor-values.ts'
import { MemoryDisk } from '@sluice/effects'
import { afterEach, describe, expect, it } from 'vitest'
import { alice, allowAlice, identities } from './testing/alice.ts'
import {
  active,
  iterator,
  page as pageOf,
  put,
  start,
  startWithStream,
  stillClock,
  stopAll,
} from './testing/test-streams.ts'

afterEach(stopAll)

describe('a stream', () => {
  it('is CREATING, then ACTIVE with shards that share all hash keys, and can be deleted and made again', async () => {
    const { kinesis } = await start()
    await kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 3 }))
    const before = await kinesis.send(new DescribeStreamCommand({ StreamName: 'orders' }))
    expect(before.StreamDescription).toMatchObject({ StreamStatus: 'CREATING', Shards: [] })
    await active(kinesis, 'orders')
    const { StreamDescription: stream } = await kinesis.send(
      new DescribeStreamCommand({ StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders' }),
    )
    expect(stream).toMatchObject({
      StreamName: 'orders',
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      RetentionPeriodHours: 24,
      HasMoreShards: false,
      EncryptionType: 'NONE',
    })
    expect(stream?.Shards?.map(({ ShardId, HashKeyRange }) => [ShardId, HashKeyRange])).toEqual([
      [
        'shardId-000000000000',
        { StartingHashKey: '0', EndingHashKey: '113427455640312821154458202477256070484' },
      ],
      [
        'shardId-000000000001',
        {
          StartingHashKey: '113427455640312821154458202477256070485',
          EndingHashKey: '226854911280625642308916404954512140969',
        },
      ],
      [
        'shardId-000000000002',
        {
          StartingHashKey: '226854911280625642308916404954512140970',
          EndingHashKey: '340282366920938463463374607431768211455',
        },
      ],
    ])
    expect(stream?.Shards?.[0]?.SequenceNumberRange?.StartingSequenceNumber).toMatch(/^\d{56}$/)
    await kinesis.send(new DeleteStreamCommand({ StreamName: 'orders' }))
    await expect.poll(async () => (await kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual([])
    await kinesis.send(
      new CreateStreamCommand({ StreamName: 'orders', StreamModeDetails: { StreamMode: 'ON_DEMAND' } }),
    )
    await active(kinesis, 'orders')
    const { StreamDescriptionSummary: summary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: 'orders' }),
    )
    expect(summary).toMatchObject({ OpenShardCount: 4, StreamModeDetails: { StreamMode: 'ON_DEMAND' } })
  })

  it('is listed by name, in pages, and so are its shards', async () => {
    const { kinesis } = await startWithStream(5)
    await kinesis.send(new CreateStreamCommand({ StreamName: 'a', ShardCount: 1 }))
    const first = await kinesis.send(new ListStreamsCommand({ Limit: 1 }))
    expect(first).toMatchObject({ StreamNames: ['a'], HasMoreStreams: true })
    const second = await kinesis.send(new ListStreamsCommand({ NextToken: first.NextToken }))
    expect(second).toMatchObject({ StreamNames: ['orders'], HasMoreStreams: false })
    const shards = await kinesis.send(new ListShardsCommand({ StreamName: 'orders', MaxResults: 3 }))
    expect(shards.Shards).toHaveLength(3)
    const rest = await kinesis.send(new ListShardsCommand({ NextToken: shards.NextToken }))
    expect(rest.Shards?.map(({ ShardId }) => ShardId)).toEqual([
      'shardId-000000000003',
      'shardId-000000000004',
    ])
    expect(rest.NextToken).toBeUndefined()
    const page = await kinesis.send(
      new DescribeStreamCommand({
        StreamName: 'orders',
        Limit: 2,
        ExclusiveStartShardId: 'shardId-000000000000',
      }),
    )
    expect(page.StreamDescription).toMatchObject({
      HasMoreShards: true,
      Shards: [{ ShardId: 'shardId-000000000001' }, { ShardId: 'shardId-000000000002' }],
    })
  })

  it('takes records by the MD5 of their keys, or by an explicit hash key, and gives them in order', async () => {
    const { kinesis } = await startWithStream(4)
    const keys = Array.from({ length: 40 }, (_, at) => `key-${at}`)
    const answer = await kinesis.send(
      new PutRecordsCommand({
        StreamName: 'orders',
        Records: [
          ...keys.map((key) => ({ PartitionKey: key, Data: Buffer.from(key) })),
          { PartitionKey: 'x', ExplicitHashKey: '0', Data: Buffer.from('explicit') },
        ],
      }),
    )
    expect(answer.FailedRecordCount).toBe(0)
    const shardOf = (key: string) => createHash('md5').update(key).digest().readUInt8(0) >> 6
    expect(answer.Records?.map(({ ShardId }) => Number(ShardId?.slice(-1)))).toEqual([
      ...keys.map(shardOf),
      0,
    ])
    const inShard0 = [...keys.filter((key) => shardOf(key) === 0), 'explicit']
    const page = await kinesis.send(new GetRecordsCommand({ ShardIterator: await iterator(kinesis) }))
    expect(page.Records?.map(({ Data }) => Buffer.from(Data ?? []).toString())).toEqual(inShard0)
    const numbers = page.Records?.map(({ SequenceNumber }) => BigInt(SequenceNumber ?? 0)) ?? []
    expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)))
    expect(page.Records?.at(-1)).toMatchObject({
      PartitionKey: 'x',
      ApproximateArrivalTimestamp: expect.any(Date),
    })
    expect(answer.Records?.at(-1)?.SequenceNumber).toBe(page.Records?.at(-1)?.SequenceNumber)
  })

  it('is read from five kinds of places', async () => {
    const { kinesis } = await startWithStream()
    const [, second] = [await put(kinesis, 'a'), await put(kinesis, 'b'), await put(kinesis, 'c')]
    const sequence = { StartingSequenceNumber: second.SequenceNumber }
    const read = async (how: Partial<GetShardIteratorCommandInput>) =>
      pageOf(kinesis, await iterator(kinesis, how))
    const latest = await iterator(kinesis, { ShardIteratorType: 'LATEST' })
    expect((await read({ ShardIteratorType: 'TRIM_HORIZON' })).texts).toEqual(['a', 'b', 'c'])
    expect((await read({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', ...sequence })).texts).toEqual(['b', 'c'])
    expect((await read({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', ...sequence })).texts).toEqual(['c'])
    expect((await read({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(0) })).texts).toEqual([
      'a',
      'b',
      'c',
    ])
    expect(await pageOf(kinesis, latest)).toMatchObject({ texts: [], behind: 0 })
    await put(kinesis, 'd')
    const { texts: found, next } = await pageOf(kinesis, latest)
    expect(found).toEqual(['d'])
    expect((await pageOf(kinesis, next ?? '')).texts).toEqual([])
    const page = await pageOf(kinesis, await iterator(kinesis), 1)
    expect(page.texts).toEqual(['a'])
    expect(page.behind).toBeGreaterThanOrEqual(0)
    expect((await pageOf(kinesis, page.next ?? '', 2)).texts).toEqual(['b', 'c'])
  })

  it('has everything after another start', async () => {
    const disk = new MemoryDisk()
    const { kinesis, service } = await start({ disk })
    await kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }))
    await active(kinesis, 'orders')
    await put(kinesis, 'a')
    const from = await iterator(kinesis)
    await service.streams.stop()
    const again = await start({ disk })
    expect((await pageOf(again.kinesis, from)).texts).toEqual(['a'])
    const { SequenceNumber: number } = await put(again.kinesis, 'b')
    expect((await pageOf(again.kinesis, from)).texts).toEqual(['a', 'b'])
    expect(number).toMatch(/^\d{56}$/)
  })
})

describe('an iterator of a stream that is deleted', () => {
  const gone = {
    name: 'ResourceNotFoundException',
    message: 'Shard shardId-000000000000 in stream orders under account 000000000000 does not exist',
  }
  const remove = async (kinesis: KinesisClient) => {
    await kinesis.send(new DeleteStreamCommand({ StreamName: 'orders' }))
    await expect.poll(async () => (await kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual([])
  }

  it('finds no shard, nor one of another stream that has the name now, until it expires', async () => {
    const { clock, move } = stillClock()
    const { kinesis } = await startWithStream(1, { clock })
    const from = await iterator(kinesis)
    await remove(kinesis)
    await expect(pageOf(kinesis, from)).rejects.toMatchObject(gone)
    await kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }))
    await active(kinesis, 'orders')
    await put(kinesis, 'another')
    await expect(pageOf(kinesis, from)).rejects.toMatchObject(gone)
    move(300_001)
    await expect(pageOf(kinesis, from)).rejects.toMatchObject({ name: 'ExpiredIteratorException' })
  })

  it('is known after another start', async () => {
    const disk = new MemoryDisk()
    const { kinesis, service } = await startWithStream(1, { disk })
    const from = await iterator(kinesis)
    await remove(kinesis)
    await service.streams.stop()
    await expect(pageOf((await start({ disk })).kinesis, from)).rejects.toMatchObject(gone)
  })

  it('is for those who may read a stream of that name', async () => {
    const { service, kinesis } = await startWithStream(1, { identities })
    const from = await iterator(kinesis)
    await remove(kinesis)
    const ofAlice = service.kinesisClient(alice)
    allowAlice(['GetRecords', service.streams.arnOf('other')])
    await expect(pageOf(ofAlice, from)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    allowAlice(['GetRecords', service.streams.arnOf('orders')])
    await expect(pageOf(ofAlice, from)).rejects.toMatchObject(gone)
  })
})

describe('what is refused', () => {
  it('is said with the exceptions of AWS, and their texts', async () => {
    const { kinesis } = await startWithStream()
    const shard = { StreamName: 'orders', ShardId: 'shardId-000000000000' }
    const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
    const refusal = (name: string, message: string) => ({ name, message })
    await expect(
      kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 })),
    ).rejects.toMatchObject(
      refusal('ResourceInUseException', 'Stream orders under account 000000000000 already exists.'),
    )
    await expect(kinesis.send(new DescribeStreamCommand({ StreamName: 'none' }))).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 'Stream none under account 000000000000 not found.'),
    )
    await expect(iterator(kinesis, { ShardId: 'shardId-000000000007' })).rejects.toMatchObject(
      refusal(
        'ResourceNotFoundException',
        'Shard shardId-000000000007 in stream orders under account 000000000000 does not exist',
      ),
    )
    const foreign = { ShardIterator: await iterator(kinesis), StreamARN: `${StreamARN}2` }
    for (const input of [{ ShardIterator: 'AAAA' }, foreign])
      await expect(kinesis.send(new GetRecordsCommand(input))).rejects.toMatchObject(
        refusal('InvalidArgumentException', 'Invalid ShardIterator.'),
      )
    await expect(
      kinesis.send(new GetShardIteratorCommand({ ...shard, ShardIteratorType: 'AT_SEQUENCE_NUMBER' })),
    ).rejects.toMatchObject({ name: 'InvalidArgumentException' })
    await expect(
      kinesis.send(new PutRecordCommand({ StreamName: 'a b', PartitionKey: 'k', Data: Buffer.from('a') })),
    ).rejects.toMatchObject(
      refusal(
        'ValidationException',
        "1 validation error detected: Value 'a b' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
      ),
    )
    await expect(
      kinesis.send(
        new PutRecordsCommand({
          StreamName: 'orders',
          Records: [{ PartitionKey: 'k', Data: Buffer.alloc(1_048_577) }],
        }),
      ),
    ).rejects.toMatchObject(
      refusal(
        'ValidationException',
        "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1048577 cap=1048577]' at 'records.1.member.data' failed to satisfy constraint: Member must have length less than or equal to 1048576",
      ),
    )
    await expect(
      kinesis.send(
        new PutRecordCommand({
          StreamName: 'orders',
          PartitionKey: 'k',
          Data: Buffer.from('a'),
          ExplicitHashKey: '340282366920938463463374607431768211456',
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidArgumentException' })
  })
})

describe('CBOR', () => {
  it('says the same as JSON, as the SDK for Java has it', async () => {
    const { service, kinesis } = await startWithStream(1, { acceptAnySignature: true })
    const ask = async (operation: string, input: Record<string, unknown>) => {
      const { headers, body } = await service.handle({
        method: 'POST',
        target: '/',
        headers: [
          ['host', '127.0.0.1'],
          ['content-type', 'application/x-amz-cbor-1.1'],
          ['x-amz-target', `Kinesis_20131202.${operation}`],
        ],
        body: encodeCbor(input),
      })
      expect(headers['content-type']).toBe('application/x-amz-cbor-1.1')
      return decodeCbor(body) as Record<string, never>
    }
    await ask('PutRecord', { StreamName: 'orders', PartitionKey: 'k', Data: Buffer.from('a') })
    const from = await iterator(kinesis)
    const { Records: records } = await ask('GetRecords', { ShardIterator: from })
    expect(records).toMatchObject([
      { PartitionKey: 'k', Data: Buffer.from('a'), ApproximateArrivalTimestamp: { tag: 1 } },
    ])
    expect(await ask('GetRecords', { ShardIterator: 'x' })).toMatchObject({
      __type: 'InvalidArgumentException',
      message: 'Invalid ShardIterator.',
    })
  })
})
