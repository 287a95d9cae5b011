import { createTopic, deleteTopics, fetchRecords, produce } from '@sluice/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TestBroker } from './testing/test-broker.ts'

let test: TestBroker

beforeEach(async () => {
  test = await new TestBroker().open()
})
afterEach(() => test.close())

const records = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ key: null, value: Buffer.from(`value ${n}`) }))

describe('what a broker tells of itself', () => {
  it('is what has gone through its topics, its requests and connections, and its partitions', async () => {
    const client = await test.connect()
    await createTopic(client, 'events', { partitions: 2 })
    await vi.waitFor(() => produce(client, 'events', 0, records(3)))
    await produce(client, 'events', 1, records(2))
    const before = test.broker.figures()
    expect(before.topics['events']).toMatchObject({ messagesIn: 5, bytesOut: 0, replicationBytesIn: 0 })
    expect(before.topics['events']?.bytesIn).toBe(
      [0, 1].reduce((sum, at) => sum + (test.broker.partitions.get('events', at)?.log.sizeInBytes ?? 0), 0),
    )
    expect(before.partitions).toEqual({ count: 2, leaders: 2, users: 2, underReplicated: 0, underMinIsr: 0 })
    expect(before.connections).toEqual({ created: 1, closed: 0, byListener: { CLIENT: 1 } })

    expect(await fetchRecords(client, 'events', 0, 0)).toHaveLength(3)
    const after = test.broker.figures()
    expect(after.topics['events']?.bytesOut).toBe(test.broker.partitions.get('events', 0)?.log.sizeInBytes)
    expect(after.requests['Fetch']).toMatchObject({ count: 1, timed: 1 })
    expect(after.requests['Produce']?.count).toBeGreaterThanOrEqual(2)
    expect(after.requests['Produce']?.bytes).toBeGreaterThan(before.topics['events']?.bytesIn ?? Infinity)
    expect(after.requests['FetchFollower']?.count).toBe(0)
  })

  it('never falls when a topic is deleted or a connection ends', async () => {
    const client = await test.connect()
    await createTopic(client, 'events', { partitions: 1 })
    await vi.waitFor(() => produce(client, 'events', 0, records(3)))
    const { bytesIn = 0 } = test.broker.figures().topics['events'] ?? {}
    await deleteTopics(client, ['events'])
    await vi.waitFor(() => expect(test.broker.figures().topics).toEqual({}))
    expect(test.broker.figures().deletedTopics).toMatchObject({ bytesIn, messagesIn: 3 })
    await client.close()
    await vi.waitFor(() =>
      expect(test.broker.figures().connections).toEqual({ created: 1, closed: 1, byListener: { CLIENT: 0 } }),
    )
  })
})
