import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  type DescribeLogGroupsCommandInput,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { MemoryDisk, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { startTestService } from '../testing/test-service.ts'

const logGroupName = '/msk/demo'
const logStreamName = 'broker-1'
const dayMs = 86_400_000
const arn = 'arn:aws:logs:us-east-1:000000000000:log-group:/msk/demo'
let disk: MemoryDisk
let clock: TestClock
let client: CloudWatchLogsClient

const start = async () => {
  // The SDK signs by the system's clock.
  client = (await startTestService({ disk, clock, acceptAnySignature: true })).logsClient()
}

beforeEach(async () => {
  disk = new MemoryDisk()
  clock = new TestClock()
  await start()
})

const createGroup = (name = logGroupName, tags: Record<string, string> = {}) =>
  client.send(new CreateLogGroupCommand({ logGroupName: name, tags }))
const createStream = (name = logStreamName) =>
  client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: name }))
const put = (messages: readonly string[], stream = logStreamName, timestamp = clock.now()) =>
  client.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName: stream,
      logEvents: messages.map((message, at) => ({ message, timestamp: timestamp + at })),
    }),
  )
const get = (more: Partial<GetLogEventsCommandInput> = {}) =>
  client.send(new GetLogEventsCommand({ logGroupName, logStreamName, ...more }))
const filter = (more: FilterLogEventsCommandInput = {}) =>
  client.send(new FilterLogEventsCommand({ logGroupName, ...more }))
const groups = async (input: DescribeLogGroupsCommandInput = {}) =>
  (await client.send(new DescribeLogGroupsCommand(input))).logGroups ?? []
const texts = ({ events = [] }: { events?: { message?: string | undefined }[] | undefined }) =>
  events.map(({ message }) => message)
const noGroup = { name: 'ResourceNotFoundException', message: 'The specified log group does not exist.' }
const refused = (message: RegExp) => ({
  name: 'InvalidParameterException',
  message: expect.stringMatching(message),
})

describe('a log group', () => {
  it('is made once, described, and still there after a restart, until it is deleted', async () => {
    await createGroup(logGroupName, { team: 'a' })
    await expect(createGroup()).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
      message: 'The specified log group already exists',
    })
    await start()
    expect(await groups()).toMatchObject([
      { logGroupName, arn: `${arn}:*`, logGroupArn: arn, creationTime: clock.now(), storedBytes: 0 },
    ])
    await client.send(new DeleteLogGroupCommand({ logGroupName }))
    await expect(client.send(new DeleteLogGroupCommand({ logGroupName }))).rejects.toMatchObject(noGroup)
    expect(await groups()).toEqual([])
  })

  it('is found by a prefix of its name and by what is in it, page by page', async () => {
    for (const name of ['b', 'a/2', 'a/1']) await createGroup(name)
    const names = async (input: DescribeLogGroupsCommandInput) =>
      (await groups(input)).map((one) => one.logGroupName)
    expect(await names({ logGroupNamePrefix: 'a/' })).toEqual(['a/1', 'a/2'])
    expect(await names({ logGroupNamePattern: '2' })).toEqual(['a/2'])
    const { nextToken } = await client.send(new DescribeLogGroupsCommand({ limit: 2 }))
    expect(await names({ limit: 2, nextToken })).toEqual(['b'])
  })

  it('has tags', async () => {
    await createGroup(logGroupName, { team: 'a' })
    await client.send(new TagResourceCommand({ resourceArn: arn, tags: { stage: 'x' } }))
    await client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: ['team'] }))
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: `${arn}:*` }))
    expect(tags).toEqual({ stage: 'x' })
  })

  it('shows nothing that is older than it keeps events, and removes it with its file', async () => {
    await createGroup()
    await createStream()
    await put(['old'])
    await clock.advance(2 * dayMs)
    await put(['new'])
    const setDays = (retentionInDays: number) =>
      client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }))
    await expect(setDays(2)).rejects.toMatchObject(refused(/enum value set/))
    await setDays(1)
    expect(await groups()).toMatchObject([{ retentionInDays: 1 }])
    expect(texts(await get({ startFromHead: true }))).toEqual(['new'])
    expect(texts(await filter())).toEqual(['new'])
    await clock.advance(2 * dayMs)
    await put(['newest'])
    await client.send(new DeleteRetentionPolicyCommand({ logGroupName }))
    expect(texts(await get({ startFromHead: true }))).toEqual(['old', 'new', 'newest'])
    await setDays(1)
    await clock.advance(2 * dayMs)
    await setDays(3)
    expect(texts(await get({ startFromHead: true }))).toEqual(['newest'])
  })
})

describe('the events of a stream', () => {
  beforeEach(async () => {
    await createGroup()
    await createStream()
  })

  it('are read from either end, and tokens that lead nowhere come again', async () => {
    await put(['1', '2', '3', '4', '5'])
    const last = await get({ limit: 2 })
    expect(texts(last)).toEqual(['4', '5'])
    const before = await get({ limit: 2, nextToken: last.nextBackwardToken })
    expect(texts(before)).toEqual(['2', '3'])
    expect(texts(await get({ nextToken: before.nextForwardToken }))).toEqual(['4', '5'])
    const first = await get({ startFromHead: true, limit: 4 })
    expect(texts(first)).toEqual(['1', '2', '3', '4'])
    const rest = await get({ nextToken: first.nextForwardToken, startFromHead: true })
    expect(texts(rest)).toEqual(['5'])
    const none = await get({ nextToken: rest.nextForwardToken, startFromHead: true })
    expect(texts(none)).toEqual([])
    expect(none.nextForwardToken).toBe(rest.nextForwardToken)
    await put(['6'])
    expect(texts(await get({ nextToken: none.nextForwardToken }))).toEqual(['6'])
    await expect(get({ nextToken: 'f/1/s' })).rejects.toMatchObject(refused(/nextToken is invalid/))
  })

  it('are there after a restart, also behind a line that a crash cut short', async () => {
    await put(['1'])
    const group = disk.readdirSync('/data/log-groups').at(0)?.name ?? ''
    const stream = disk.readdirSync(`/data/log-groups/${group}`).find(({ isDirectory }) => isDirectory)
    const path = `/data/log-groups/${group}/${stream?.name}/${'0'.padStart(16, '0')}.ndjson`
    const file = disk.openSync(path, 'write')
    file.writeSync(Buffer.from('{"timestampMs":1,"mess'), file.sizeSync())
    file.closeSync()
    await start()
    await put(['2'])
    await start()
    expect(texts(await get({ startFromHead: true }))).toEqual(['1', '2'])
  })

  it('take a bounded room: the oldest go', async () => {
    const line = 'x'.repeat(250_000)
    for (let at = 0; at < 80; at++) await put([`${at} ${line}`])
    expect((await groups())[0]?.storedBytes).toBeLessThan(17 * 1_048_576)
    const { events = [] } = await get({ startFromHead: true, limit: 1 })
    expect(Number(events[0]?.message?.split(' ')[0])).toBeGreaterThan(10)
    expect(texts(await get({ limit: 1 }))[0]).toMatch(/^79 /)
  })

  it('are refused out of order, and counted where they are too old or too new', async () => {
    const now = clock.now()
    const logEvents = [now - 15 * dayMs, now, now + dayMs].map((timestamp) => ({ timestamp, message: 'x' }))
    const answer = await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }))
    expect(answer.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 })
    expect(texts(await get())).toEqual(['x'])
    logEvents.reverse()
    await expect(
      client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents })),
    ).rejects.toMatchObject(refused(/chronological order/))
  })

  it('of several streams are merged by their times and filtered by terms', async () => {
    await createStream('broker-2')
    const now = clock.now()
    await put(['ERROR disk full', 'INFO fine'], 'broker-1', now)
    await put(['WARN disk slow', 'ERROR gone'], 'broker-2', now + 1)
    const all = ['ERROR disk full', 'INFO fine', 'WARN disk slow', 'ERROR gone']
    const found = async (more: FilterLogEventsCommandInput) => texts(await filter(more))
    expect((await found({})).sort()).toEqual([...all].sort())
    expect(await found({ filterPattern: 'ERROR' })).toEqual(['ERROR disk full', 'ERROR gone'])
    expect(await found({ filterPattern: 'disk -ERROR' })).toEqual(['WARN disk slow'])
    expect(await found({ filterPattern: '?WARN ?gone' })).toEqual(['WARN disk slow', 'ERROR gone'])
    expect(await found({ filterPattern: '"disk full"' })).toEqual(['ERROR disk full'])
    expect(await found({ logStreamNames: ['broker-2'], endTime: now + 1 })).toEqual(['WARN disk slow'])
    const seen: (string | undefined)[] = []
    for (let nextToken: string | undefined, page = 0; page === 0 || nextToken; page++) {
      const answer = await filter({ limit: 1, nextToken })
      seen.push(...texts(answer))
      nextToken = answer.nextToken
    }
    expect(seen.sort()).toEqual([...all].sort())
    await expect(filter({ filterPattern: '{ $.a = 1 }' })).rejects.toMatchObject(refused(/JSON/))
    await expect(filter({ logStreamNames: ['none'] })).rejects.toMatchObject({
      message: 'The specified log stream does not exist.',
    })
  })

  it('belong to streams that are described, and go with them', async () => {
    await createStream('a')
    await put(['1'])
    const streams = async (input = {}) =>
      (await client.send(new DescribeLogStreamsCommand({ logGroupName, ...input }))).logStreams
    expect(await streams()).toMatchObject([
      { logStreamName: 'a' },
      { logStreamName, lastEventTimestamp: clock.now(), arn: `${arn}:log-stream:${logStreamName}` },
    ])
    expect(await streams({ orderBy: 'LastEventTime', descending: true, limit: 1 })).toMatchObject([
      { logStreamName },
    ])
    await expect(createStream('a')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' })
    await client.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: 'a' }))
    expect(await streams()).toHaveLength(1)
  })
})

describe('bad input', () => {
  it.each([
    ['a name with a space', new CreateLogGroupCommand({ logGroupName: 'a b' }), /regular expression pattern/],
    ['no name', new CreateLogGroupCommand({ logGroupName: '' }), /length greater than or equal to 1/],
    ['a page of 51', new DescribeLogGroupsCommand({ limit: 51 }), /less than or equal to 50/],
    [
      'a name and an ARN',
      new FilterLogEventsCommand({ logGroupName: 'a', logGroupIdentifier: 'b' }),
      /Exactly one/,
    ],
    [
      'no events',
      new PutLogEventsCommand({ logGroupName: 'a', logStreamName: 'b', logEvents: [] }),
      /1 to 10000/,
    ],
  ])('%s is refused', async (_, command, message) => {
    await expect(client.send(command as CreateLogGroupCommand)).rejects.toMatchObject(refused(message))
  })

  it('of a group that there is not is an error of its own', async () => {
    await expect(get()).rejects.toMatchObject(noGroup)
  })
})
