import { seededRandom, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { evenShards } from '../shards.ts'
import { type Page, sequenceNumberOf, type Stream } from '../stream.ts'
import type { ShardRecord, StreamRecord } from '../stream-record.ts'
import type { ItemChange } from './queue-items.ts'
import { Queue, type Received } from './queue.ts'
import type { QueueRecord } from './queue-record.ts'

// A queue of a stream with one shard, and a journal whose disk may refuse; another one goes on as after a kill.

const uuid = '00000000-0000-4000-8000-000000000001'
const count = 2
const visibilityMs = 10_000

let clock: TestClock
let written: ItemChange[]
let refuses: { reads: boolean; writes: boolean }
let queue: Queue

beforeEach(() => {
  clock = new TestClock()
  written = []
  refuses = { reads: false, writes: false }
  queue = goOn()
})

const journal = {
  replay(take: (change: ItemChange) => void): Promise<void> {
    for (const change of written) take(change)
    return Promise.resolve()
  },
  write(changes: readonly ItemChange[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve()
    if (refuses.writes) return Promise.reject(new Error('the disk is full'))
    written.push(...structuredClone(changes))
    return Promise.resolve()
  },
}

function goOn(): Queue {
  const shards = evenShards(1, clock.now())
  const stream: Pick<Stream, 'endOffset' | 'news' | 'read' | 'record'> = {
    record: { shards, retentionHours: 24 } as StreamRecord,
    endOffset: () => Promise.resolve(count),
    news: () => new Promise(() => {}),
    read: (shard, from, { countMax }) =>
      refuses.reads && from > 0
        ? Promise.reject(new Error('the disk cannot be read'))
        : Promise.resolve(pageOf(shard, from, countMax)),
  }
  const attributes = { visibilitySeconds: visibilityMs / 1_000, maxReceiveCount: 2 }
  const record = { uuid, attributes, begins: null } as QueueRecord
  return new Queue(record, { stream, journal, clock, random: seededRandom(1) })
}

function pageOf(shard: ShardRecord, from: number, countMax: number): Page {
  const length = Math.max(0, Math.min(countMax, count - from))
  const records = Array.from({ length }, (_, at) => ({
    sequenceNumber: sequenceNumberOf(shard, from + at, clock.now()),
    partitionKey: 'k',
    data: Buffer.from('v'),
    arrivedAtMs: clock.now(),
    isEncrypted: false,
  }))
  return { records, next: from + length, millisBehindLatest: 0 }
}

const how = { isDead: false, waitMs: 0, visibilitySeconds: undefined }
const receive = (countMax = 10, isDead = false) => queue.receive({ ...how, countMax, isDead })
const receivesOf = (received: Received[] | null) => received?.map(({ receives }) => receives)

async function acknowledgeAll(received: Received[] | null): Promise<void> {
  for (const { handle } of received ?? []) expect(await queue.acknowledge(handle, false)).toBeNull()
}

it('answers whoever waits when it ends, and takes nothing more for them, for its journal may be gone', async () => {
  await receive()
  const waiting = queue.receive({ ...how, countMax: 10, waitMs: 20_000 })
  await clock.advance(100)
  refuses.writes = true
  queue.end()
  expect(await waiting).toEqual([])
  await clock.advance(visibilityMs)
  expect(await receive()).toEqual([])
  expect(clock.pending).toBe(0)
})

describe('a queue whose journal refuses', () => {
  it('has not received what it could not keep, and delivers nothing of it after its acknowledgement', async () => {
    refuses.writes = true
    await expect(receive()).rejects.toThrow('full')
    await expect(receive()).rejects.toThrow('full')
    refuses.writes = false
    const received = await receive()
    expect(receivesOf(received)).toEqual([1, 1])
    await acknowledgeAll(received)
    queue = goOn()
    expect(await receive()).toEqual([])
  })

  it('counts no receive of a record again that nobody has got', async () => {
    await receive()
    await clock.advance(visibilityMs)
    refuses.writes = true
    await expect(receive()).rejects.toThrow('full')
    await clock.advance(visibilityMs)
    refuses.writes = false
    expect(receivesOf(await receive())).toEqual([2, 2])
    await clock.advance(visibilityMs)
    expect(await receive()).toEqual([])
    expect(await receive(10, true)).toHaveLength(2)
  })

  it('keeps all where one of them cannot be read', async () => {
    await receive()
    await clock.advance(visibilityMs)
    refuses.reads = true
    await expect(receive()).rejects.toThrow('read')
    refuses.reads = false
    expect(receivesOf(await receive())).toEqual([2, 2])
  })

  it('calls no acknowledgement kept that waits for another one of the same record', async () => {
    const [one] = (await receive(1)) ?? []
    refuses.writes = true
    const twice = [1, 2].map(() => queue.acknowledge(one?.handle ?? '', false))
    expect(await Promise.all(twice)).toEqual(['not kept', 'not kept'])
  })
})
