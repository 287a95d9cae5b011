import { seededRandom, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { evenShards } from '../shards.ts'
import { type Page, sequenceNumberOf, type Stream } from '../stream.ts'
import type { ShardRecord, StreamRecord } from '../stream-record.ts'
import type { ItemChange } from './queue-items.ts'
import { Queue, type Received } from './queue.ts'
import type { QueueRecord } from './queue-record.ts'

// A queue of a stream, of one shard where nothing else is said, and a journal whose disk may refuse; another one goes on as after a kill.

const uuid = '00000000-0000-4000-8000-000000000001'
const visibilityMs = 10_000
const dayMs = 86_400_000
const fromTheBeginning = { type: 'AT_TIMESTAMP', timestampMs: 0 } as const

let clock: TestClock
let written: ItemChange[]
let refuses: { reads: boolean; writes: boolean }
let queue: Queue
/** In each shard. */
let count: number
let reads: number
let news: (() => void)[]

beforeEach(() => {
  clock = new TestClock()
  count = 2
  reads = 0
  news = []
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

interface Made {
  shardCount?: number
  maxReceiveCount?: number | null
  start?: QueueRecord['start']
}

function goOn({ shardCount = 1, maxReceiveCount = 2, start = fromTheBeginning }: Made = {}): Queue {
  const shards = evenShards(shardCount, clock.now())
  const madeAtMs = clock.now()
  const stream: Pick<Stream, 'endOffset' | 'news' | 'offsetAt' | 'read' | 'record'> = {
    record: { shards, retentionHours: 24 } as StreamRecord,
    endOffset: () => Promise.resolve(count),
    offsetAt: () => Promise.resolve(isOver() ? count : 0),
    news: () => new Promise((resolve) => news.push(resolve)),
    read: (shard, from, { countMax }) => {
      reads++
      if (refuses.reads && from > 0) return Promise.reject(new Error('the disk cannot be read'))
      return Promise.resolve(pageOf(shard, isOver() ? count : from, countMax))
    },
  }
  const isOver = () => clock.now() > madeAtMs + dayMs
  const attributes = { visibilitySeconds: visibilityMs / 1_000, maxReceiveCount }
  const record = { uuid, attributes, start, begins: null } as QueueRecord
  return new Queue(record, { stream, journal, clock, random: seededRandom(1) })
}

function pageOf(shard: ShardRecord, from: number, countMax: number): Page {
  const length = Math.max(0, Math.min(countMax, count - from))
  const records = Array.from({ length }, (_, at) => ({
    sequenceNumber: sequenceNumberOf(shard, from + at, shard.createdAtMs),
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

it('gives whoever has hung up nothing, neither at once nor later', async () => {
  const hungUp = new AbortController()
  const waiting = queue.receive({ ...how, isDead: true, countMax: 10, waitMs: 20_000, signal: hungUp.signal })
  await clock.advance(100)
  hungUp.abort()
  expect(await waiting).toEqual([])
  expect(clock.pending).toBe(0)
  expect(await queue.receive({ ...how, countMax: 10, signal: hungUp.signal })).toEqual([])
  expect(receivesOf(await receive())).toEqual([1, 1])
})

it('gives new records beside those that nobody acknowledges', async () => {
  count = 10
  queue = goOn({ maxReceiveCount: null })
  const seen = new Set<string>()
  for (let times = 0; times < 7; times++) {
    const received = (await receive(3)) ?? []
    expect(received).toHaveLength(3)
    for (const { record } of received) seen.add(record.sequenceNumber)
    await clock.advance(visibilityMs)
  }
  expect(seen.size).toBe(10)
  expect(receivesOf(await receive(10))).toHaveLength(10)
})

it('delivers nothing before the time at which it is to begin', async () => {
  const timestampMs = clock.now() + 60_000
  queue = goOn({ start: { type: 'AT_TIMESTAMP', timestampMs } })
  const waiting = queue.receive({ ...how, countMax: 10, waitMs: 120_000 })
  await clock.advance(59_000)
  expect(await receive()).toEqual([])
  expect((await queue.count())['VisibleQueueRecords']).toBe(0)
  await clock.advance(2_000)
  expect(receivesOf(await waiting)).toEqual([1, 1])
})

it('delivers what it has though the clock is put back behind its making', async () => {
  queue = goOn({ start: { type: 'LATEST', timestampMs: clock.now() } })
  clock.moveWallClock(-60_000)
  expect(receivesOf(await receive())).toEqual([1, 1])
})

it('reads no shard of which there is no news', async () => {
  count = 0
  queue = goOn({ shardCount: 500 })
  await receive()
  expect(reads).toBe(500)
  for (let times = 0; times < 3; times++) await receive()
  expect(reads).toBe(500)
  count = 1
  news[17]?.()
  expect(await receive()).toHaveLength(1)
  // The one of which there was news, and once more whether there is more.
  expect(reads).toBe(502)
  await receive()
  expect(reads).toBe(502)
})

it('forgets dead letters whose time in the stream is over, though nobody asks for them', async () => {
  for (let times = 0; times < 2; times++) {
    await receive()
    await clock.advance(visibilityMs)
  }
  expect((await queue.count())['VisibleDeadLetterQueueRecords']).toBe(2)
  await clock.advance(dayMs)
  const before = written.length
  expect(await queue.count()).toMatchObject({ VisibleDeadLetterQueueRecords: 0, InFlightQueueRecords: 0 })
  expect(written.slice(before)).toEqual([0, 1].map((offset) => ({ shard: 0, offset, item: null })))
})

it.each([
  ['kept longer', (handle: string) => queue.hide(handle, false, 1)],
  ['given back', (handle: string) => queue.hide(handle, false, 0)],
])('does not deliver again what is acknowledged while it is being %s', async (_, change) => {
  const [one] = (await receive(1)) ?? []
  const handle = one?.handle ?? ''
  expect(await Promise.all([change(handle), queue.acknowledge(handle, false)])).toEqual([null, null])
  await clock.advance(visibilityMs)
  const left = (await receive()) ?? []
  expect(left.map(({ record }) => record.sequenceNumber)).not.toContain(one?.record.sequenceNumber)
  expect(left).toHaveLength(1)
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

  it('leaves a dead letter what it is where its restoration could not be kept', async () => {
    for (let times = 0; times < 2; times++) {
      await receive()
      await clock.advance(visibilityMs)
    }
    const dead = (await receive(10, true)) ?? []
    expect(dead).toHaveLength(2)
    const waiting = queue.receive({ ...how, countMax: 10, waitMs: 1_000 })
    refuses.writes = true
    const restored = await Promise.all(dead.map(({ handle }) => queue.restore(handle)))
    expect(restored).toEqual(['not kept', 'not kept'])
    refuses.writes = false
    await clock.advance(1_000)
    expect(await waiting).toEqual([])
    // Its handle is as good as before.
    expect(await queue.restore(dead[0]?.handle ?? '')).toBeNull()
    expect(receivesOf(await receive())).toEqual([1])
    expect(receivesOf(await goOn().receive({ ...how, countMax: 10 }))).toEqual([])
    await clock.advance(visibilityMs)
    expect(await receive(10, true)).toHaveLength(1)
  })

  it('keeps a record hidden as long as before where that could not be changed', async () => {
    const [one] = (await receive()) ?? []
    refuses.writes = true
    expect(await queue.hide(one?.handle ?? '', false, 0)).toBe('not kept')
    refuses.writes = false
    expect(await receive()).toEqual([])
    await clock.advance(visibilityMs)
    expect(receivesOf(await receive())).toEqual([2, 2])
  })

  it('calls no acknowledgement kept that waits for another one of the same record', async () => {
    const [one] = (await receive(1)) ?? []
    refuses.writes = true
    const twice = [1, 2].map(() => queue.acknowledge(one?.handle ?? '', false))
    expect(await Promise.all(twice)).toEqual(['not kept', 'not kept'])
  })
})
