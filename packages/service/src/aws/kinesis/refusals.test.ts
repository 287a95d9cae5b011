import { ListShardsCommand } from '@aws-sdk/client-kinesis'
import type { TestService } from '../testing/test-service.ts'
import { afterEach, expect, it } from 'vitest'
import { formatSequenceNumber, lastPlace } from '../../streams/sequence-number.ts'
import { startWithStream, stopAll, summary } from './testing/test-streams.ts'

afterEach(stopAll)

/** Past the SDK, which sends no such requests. */
async function ask(service: TestService, operation: string, input: Record<string, unknown>) {
  const { status, body } = await service.handle({
    method: 'POST',
    target: '/',
    headers: [
      ['content-type', 'application/x-amz-json-1.1'],
      ['x-amz-target', `Kinesis_20131202.${operation}`],
    ],
    body: Buffer.from(JSON.stringify(input)),
  })
  const { __type: type, message } = JSON.parse(String(body) || '{}') as Record<string, string>
  return { status, type, message }
}

const failed = (value: string, at: string, must: string) =>
  `Value ${value} at '${at}' failed to satisfy constraint: ${must}`

it('tells all that is wrong with an input at once, a whole before its parts', async () => {
  const { service } = await startWithStream(1, { acceptAnySignature: true })
  const key = 'k'.repeat(257)
  const { type, message } = await ask(service, 'PutRecords', {
    StreamName: '',
    Records: [{ PartitionKey: key, ExplicitHashKey: '', Data: '' }, {}],
  })
  expect(type).toBe('ValidationException')
  expect(message?.split(/: (?=Value)|; /)).toEqual([
    '5 validation errors detected',
    failed(
      "''",
      'records.1.member.explicitHashKey',
      'Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38})',
    ),
    failed(`'${key}'`, 'records.1.member.partitionKey', 'Member must have length less than or equal to 256'),
    failed('null', 'records.2.member.data', 'Member must not be null'),
    failed("''", 'streamName', 'Member must have length greater than or equal to 1'),
    failed("''", 'streamName', 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+'),
  ])
})

it('tells ten of more problems', async () => {
  const { service } = await startWithStream(1, { acceptAnySignature: true })
  const { message } = await ask(service, 'PutRecords', {
    StreamName: 'orders',
    Records: Array.from({ length: 501 }, () => ({ PartitionKey: '', Data: '' })),
  })
  const told = message?.split('; ') ?? []
  expect(told).toHaveLength(10)
  expect(told[0]).toMatch(
    /^10 validation errors detected: .* at 'records' .* length less than or equal to 500$/,
  )
  expect(told[9]).toContain("at 'records.9.member.partitionKey'")
})

it('tells ten of very many problems, all the same', async () => {
  const { service } = await startWithStream(1, { acceptAnySignature: true })
  const Records = Array.from({ length: 200_000 }, () => ({}))
  const { type, message } = await ask(service, 'PutRecords', { StreamName: '', Records })
  expect(type).toBe('ValidationException')
  expect(message?.split('; ')).toHaveLength(10)
  expect(message).toMatch(
    /^10 validation errors detected: .* at 'records' failed .* less than or equal to 500;/,
  )
})

it('says of tags which bounds their keys and values have', async () => {
  const { service } = await startWithStream(1, { acceptAnySignature: true })
  const long = 'a'.repeat(300)
  const message = async (operation: string, more: Record<string, unknown>) =>
    (await ask(service, operation, { StreamName: 'orders', ...more })).message
  const bounds = (max: number, min: number) =>
    `[Member must have length less than or equal to ${max}, Member must have length greater than or equal to ${min}]`
  expect(await message('AddTagsToStream', { Tags: { a: '1', [long]: long } })).toBe(
    `2 validation errors detected: ${failed(`'{a=1, ${long}=${long}`.slice(0, 514) + "}'", 'tags', `Map keys must satisfy constraint: ${bounds(128, 1)}`)}; ${failed(`'{a=1, ${long}=${long}`.slice(0, 514) + "}'", 'tags', `Map value must satisfy constraint: ${bounds(256, 0)}`)}`,
  )
  expect(await message('RemoveTagsFromStream', { TagKeys: ['a', ''] })).toBe(
    `1 validation error detected: ${failed("'[a, ]'", 'tagKeys', `Member must satisfy constraint: ${bounds(128, 1)}`)}`,
  )
})

it('refuses what is of another type before anything else', async () => {
  const { service } = await startWithStream(1, { acceptAnySignature: true })
  expect(await ask(service, 'CreateStream', { ShardCount: '1' })).toMatchObject({
    status: 400,
    type: 'SerializationException',
  })
  expect(await ask(service, 'PutRecord', { StreamName: '', PartitionKey: 'k', Data: 'a' })).toMatchObject({
    type: 'SerializationException',
  })
})

it('finds a shard by any name that ends with its number, and looks for no stream where there is none', async () => {
  const { service } = await startWithStream(2, { acceptAnySignature: true })
  const asked = (StreamName: string, ShardId: string) =>
    ask(service, 'GetShardIterator', { StreamName, ShardId, ShardIteratorType: 'LATEST' })
  for (const name of ['1', 'shard-1', '-000000000001', 'shardId-000000000001'])
    expect((await asked('orders', name)).status).toBe(200)
  for (const name of ['2147483648', 'shardId-002147483648', 'ABKLFD8', '2.14E4', 'shardId-'])
    expect(await asked('none', name)).toEqual({
      status: 400,
      type: 'ResourceNotFoundException',
      message: `Could not find shard ${name} in stream none under account 000000000000.`,
    })
  expect((await asked('none', '2147483647')).message).toBe(
    'Stream none under account 000000000000 not found.',
  )
  expect((await asked('orders', 'shard-5')).message).toBe(
    'Shard shardId-000000000005 in stream orders under account 000000000000 does not exist',
  )
})

it('knows which capacity mode an operation is for', async () => {
  const { service } = await startWithStream(1, { acceptAnySignature: true })
  await ask(service, 'CreateStream', { StreamName: 'lake', StreamModeDetails: { StreamMode: 'ON_DEMAND' } })
  await expect.poll(async () => (await scaled()).type, { timeout: 20_000 }).toBe('ValidationException')
  expect((await scaled()).message).toBe(
    'Request is invalid. Stream lake under account 000000000000 is in On-Demand mode.',
  )

  function scaled() {
    return ask(service, 'UpdateShardCount', {
      StreamName: 'lake',
      TargetShardCount: 3,
      ScalingType: 'UNIFORM_SCALING',
    })
  }
})

it('takes no sequence number for ordering that is still to come', async () => {
  const { service } = await startWithStream(1, { acceptAnySignature: true })
  const put = (SequenceNumberForOrdering: string) =>
    ask(service, 'PutRecord', {
      StreamName: 'orders',
      PartitionKey: 'k',
      Data: '',
      SequenceNumberForOrdering,
    })
  const past = { shardCreatedSeconds: 0, shard: 0, place: 0n, seconds: 0 }
  const future = Math.floor(Date.now() / 1_000) + 600
  expect(await put(formatSequenceNumber(past))).toMatchObject({ status: 200 })
  for (const number of [
    formatSequenceNumber({ ...past, seconds: future }),
    formatSequenceNumber({ ...past, shardCreatedSeconds: future }),
    formatSequenceNumber({ ...past, place: lastPlace + 1n }),
  ])
    expect((await put(number)).message).toBe(
      `ExclusiveMinimumSequenceNumber ${number} used in PutRecord on stream orders under account 000000000000 is invalid.`,
    )
})

it('lists shards of a stream or by a token, which says all but how many', async () => {
  const { service } = await startWithStream(3, { acceptAnySignature: true })
  const list = async (input: Record<string, unknown>) => (await ask(service, 'ListShards', input)).message
  expect(await list({})).toBe('Either NextToken or StreamName should be provided.')
  const kinesis = service.kinesisClient()
  const { NextToken } = await kinesis.send(new ListShardsCommand({ StreamName: 'orders', MaxResults: 1 }))
  const { StreamARN } = (await summary(kinesis)) ?? {}
  for (const member of [
    { StreamName: 'orders' },
    { StreamARN },
    { StreamCreationTimestamp: 1 },
    { ExclusiveStartShardId: 'shardId-000000000000' },
    { ShardFilter: { Type: 'AT_LATEST' } },
  ])
    expect(await list({ NextToken, ...member })).toBe(
      `NextToken and ${Object.keys(member)[0]} cannot be provided together.`,
    )
  expect((await kinesis.send(new ListShardsCommand({ NextToken, MaxResults: 1 }))).Shards?.[0]?.ShardId).toBe(
    'shardId-000000000001',
  )
})

it('takes no keys of tags that no tag can have, and says whose tags are too many', async () => {
  const { service } = await startWithStream(1, { acceptAnySignature: true })
  const invalid =
    'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.'
  for (const key of ['abc;def', 'abc\tdef', 'abc,def'])
    expect(await ask(service, 'RemoveTagsFromStream', { StreamName: 'orders', TagKeys: [key] })).toEqual({
      status: 400,
      type: 'InvalidArgumentException',
      message: invalid,
    })
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`key-${at}`, '']))
  expect((await ask(service, 'AddTagsToStream', { StreamName: 'orders', Tags: many })).message).toBe(
    'Failed to add tags to stream orders under account 000000000000 because a given stream cannot have more than 50 tags associated with it.',
  )
})

it('counts the partition key, in bytes, among what a record may hold', async () => {
  const { service } = await startWithStream(1, { acceptAnySignature: true })
  const put = (bytes: number, PartitionKey: string) => {
    const Data = Buffer.alloc(bytes).toString('base64')
    return ask(service, 'PutRecord', { StreamName: 'orders', PartitionKey, Data })
  }
  expect(await put(1_048_573, 'é1')).toMatchObject({ status: 200 })
  expect((await put(1_048_574, 'é1')).message).toBe(
    "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1048574 cap=1048574]' at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576, its partition key included",
  )
})
