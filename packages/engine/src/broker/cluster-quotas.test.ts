import { type Connection, createTopic } from '@sluice/client'
import { buildBatchSync, ErrorCode, Fetch, JoinGroup, Metadata, Produce } from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import type { ClusterLimits } from '../metadata/cluster-limits.ts'
import { clusterLimits } from '../testing/cluster-limits.ts'
import { TestBroker } from './testing/test-broker.ts'

let test: TestBroker
afterEach(() => test.close())

/** A broker of a cluster with these limits, with one topic of two partitions, and a connection to it. */
async function started(
  change: Partial<ClusterLimits>,
  configs: Record<string, string> = {},
): Promise<Connection> {
  const properties = { 'socket.request.max.bytes': '20000000', 'offsets.topic.num.partitions': '2' }
  test = await new TestBroker(properties, { limits: clusterLimits(change) }).open()
  const client = await test.connect()
  await createTopic(client, 'events', { partitions: 2, configs })
  return client
}

async function produce(client: Connection, bytes: number, index = 0) {
  const records = buildBatchSync({ records: [{ value: Buffer.alloc(bytes) }] })
  const topicData = [{ name: 'events', partitionData: [{ index, records }] }]
  const answer = await client.send(Produce, 12, { acks: 1, timeoutMs: 1_000, topicData })
  return {
    throttled: answer.throttleTimeMs > 0,
    error: answer.responses[0]?.partitionResponses[0]?.errorCode,
  }
}

async function fetch(client: Connection, partitions: number[], maxBytes = 10_000_000) {
  const answer = await client.send(Fetch, 12, {
    ...{ maxWaitMs: 0, minBytes: 0, maxBytes },
    topics: [
      {
        topic: 'events',
        partitions: partitions.map((partition) => ({
          partition,
          fetchOffset: 0,
          partitionMaxBytes: maxBytes,
        })),
      },
    ],
  })
  const bytes = answer.responses
    .flatMap((topic) => topic.partitions)
    .reduce((sum, { records }) => sum + (records?.length ?? 0), 0)
  return { throttled: answer.throttleTimeMs > 0, error: answer.errorCode, hasRecords: bytes > 0 }
}

const well = { throttled: false, error: ErrorCode.NONE }
const slowed = { throttled: true, error: ErrorCode.NONE }

describe('clients of a cluster with limits', () => {
  it('produce so much, whoever of them', async () => {
    const client = await started({ bytesInPerSecond: 1_000 })
    expect(await produce(client, 6_000)).toEqual(well)
    expect(await produce(await test.connect(), 6_000, 1)).toEqual(slowed)
  })

  it('produce so much to one partition', async () => {
    const client = await started({ partitionBytesInPerSecond: 1_000 })
    expect(await produce(client, 8_000)).toEqual(well)
    expect(await produce(client, 8_000, 1)).toEqual(well)
    expect(await produce(client, 8_000)).toEqual(slowed)
  })

  it('fetch so much, of all partitions and of one', async () => {
    const limits = { bytesOutPerSecond: 3_000, partitionBytesOutPerSecond: 1_000 }
    const client = await started(limits)
    for (const index of [0, 1]) await produce(client, 9_000, index)
    expect(await fetch(client, [0])).toEqual({ ...well, hasRecords: true })
    // Over a limit nothing comes, and nothing has been taken.
    expect(await fetch(client, [0])).toEqual({ ...slowed, hasRecords: false })
    const other = await test.connect()
    expect(await fetch(other, [1])).toEqual({ ...well, hasRecords: true })
  })

  it('ask for so much at once, and write no longer message', async () => {
    const client = await started({ fetchBytesMax: 1_000_000, messageBytesMax: 10_000 })
    expect(await produce(client, 9_000)).toEqual(well)
    expect(await produce(client, 10_000)).toEqual({ throttled: false, error: ErrorCode.INVALID_REQUEST })
    expect(await fetch(client, [0], 1_000_001)).toMatchObject({ error: ErrorCode.INVALID_REQUEST })
    expect(await fetch(client, [0], 1_000_000)).toMatchObject({ error: ErrorCode.NONE, hasRecords: true })
  })

  it('write no more to a compacted partition that is full', async () => {
    const client = await started({ compactedPartitionBytesMax: 1_000 }, { 'cleanup.policy': 'compact' })
    const keyed = async () => {
      const records = buildBatchSync({ records: [{ key: Buffer.from('a'), value: Buffer.alloc(2_000) }] })
      const topicData = [{ name: 'events', partitionData: [{ index: 0, records }] }]
      const { responses } = await client.send(Produce, 12, { acks: 1, timeoutMs: 1_000, topicData })
      return responses[0]?.partitionResponses[0]?.errorCode
    }
    expect(await keyed()).toBe(ErrorCode.NONE)
    expect(await keyed()).toBe(ErrorCode.THROTTLING_QUOTA_EXCEEDED)
  })

  it('ask so often', async () => {
    const client = await started({ requestsPerSecond: 3 })
    const ask = async () => {
      const request = { topics: null, allowAutoTopicCreation: false }
      return (await client.request(Metadata, request)).throttleTimeMs > 0
    }
    let asked = 1
    while (!(await ask())) asked++
    // Of the ten seconds before, in which nobody has asked, all is left; making the topic was a request, too.
    expect(asked).toBeGreaterThan(20)
    expect(asked).toBeLessThanOrEqual(31)
  })

  it('come by so many connections: those beyond are closed at once', async () => {
    const client = await started({ connectionsMax: 2 })
    const second = await test.connect()
    await second.request(Metadata, { topics: [], allowAutoTopicCreation: false })
    const third = await test.connect()
    await expect(third.request(Metadata, { topics: [], allowAutoTopicCreation: false })).rejects.toThrow()
    await client.request(Metadata, { topics: [], allowAutoTopicCreation: false })
  })

  it('are in so many groups', async () => {
    const client = await started({ groupsMax: 1 })
    const join = async (groupId: string) => {
      const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
      for (;;) {
        const { errorCode } = await client.send(JoinGroup, 5, {
          ...{ groupId, sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000 },
          ...{ memberId: '', groupInstanceId: null, protocolType: 'consumer', protocols },
        })
        const isLoading =
          errorCode === ErrorCode.NOT_COORDINATOR ||
          errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ||
          errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE
        if (!isLoading) return errorCode
        await test.controller.clock.advance(10)
      }
    }
    await client.request(Metadata, { topics: null, allowAutoTopicCreation: false })
    await createTopic(client, '__consumer_offsets', { partitions: 2 })
    expect(await join('one')).toBe(ErrorCode.MEMBER_ID_REQUIRED)
    // Its first member is known by then.
    expect(await join('two')).toBe(ErrorCode.INVALID_REQUEST)
    expect(await join('one')).toBe(ErrorCode.MEMBER_ID_REQUIRED)
  })
})
