import { type Connection, createTopic } from '@sluice/client'
import {
  encodeRequestFrame,
  ErrorCode,
  FindCoordinator,
  type Input,
  OffsetCommit,
  OffsetFetch,
  type RequestOf,
} from '@sluice/wire'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Log } from '../storage/log.ts'
import { TestBroker } from './testing/test-broker.ts'

const version = 8
const partitions = 2_000
/** Without being a large request. */
const many = 100

let broker: TestBroker
let client: Connection
beforeEach(async () => {
  broker = await new TestBroker({
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
  }).open()
  client = await broker.connect()
  await createTopic(client, 'events', { partitions })
  await vi.waitFor(async () => {
    const { coordinators } = await client.send(FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['g'] })
    expect(coordinators[0]?.errorCode).toBe(ErrorCode.NONE)
  })
  await vi.waitFor(async () => {
    const { topics } = await client.send(OffsetCommit, version, commit(0))
    expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NONE)
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await broker.close()
})

function commit(committedOffset: number, count = 1): Input<RequestOf<typeof OffsetCommit>> {
  const offsets = Array.from({ length: count }, (_, partitionIndex) => ({
    partitionIndex,
    committedOffset,
    committedMetadata: '',
  }))
  return {
    groupId: 'g',
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [{ name: 'events', partitions: offsets }],
  }
}

/** Sends them with one write, on a connection of their own; the numbers of the answers, in their order. */
async function send(...requests: Input<RequestOf<typeof OffsetCommit>>[]): Promise<number[]> {
  const connection = await broker.connect()
  const frames = requests.map((request, at) => encodeRequestFrame(OffsetCommit, version, at, null, request))
  const answers = [
    connection.sendFrame(Buffer.concat(frames)),
    ...requests.slice(1).map(() => connection.sendFrame(Buffer.alloc(0))),
  ]
  return (await Promise.all(answers)).map((answer) => answer.readInt32BE(0))
}

async function committed(): Promise<number | undefined> {
  const groups = [{ groupId: 'g', topics: [{ name: 'events', partitionIndexes: [0] }] }]
  const answer = await client.send(OffsetFetch, 8, { groups, requireStable: false })
  return Number(answer.groups[0]?.topics[0]?.partitions[0]?.committedOffset)
}

test('commits that come together are decided in their order, and written with one write', async () => {
  const written = vi.spyOn(Log.prototype, 'commit')
  const offsets = [5, 9, 7, 3]
  expect(await send(...offsets.map((offset) => commit(offset)))).toEqual([0, 1, 2, 3])
  expect(written.mock.results.filter(({ value }) => (value as Buffer[]).length > 0)).toHaveLength(1)
  expect(await committed()).toBe(3)
})

test.each([many, partitions])('none overtakes one of %i partitions', async (count) => {
  const { clock } = broker.controller
  let nowMs = clock.monotonic()
  // Each look at the clock finds it later: what has many steps is not done at once.
  vi.spyOn(clock, 'monotonic').mockImplementation(() => nowMs++)
  expect(await send(commit(1, count), commit(2))).toEqual([0, 1])
  expect(await committed()).toBe(2)
})
