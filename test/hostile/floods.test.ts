import { connect, type Socket } from 'node:net'
import { ApiVersions, buildBatchSync, CreateTopics, encodeRequestFrame, Fetch, Produce } from '@sluice/wire'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Engine, start } from '../contract/engine.ts'
import { Peer } from '../contract/peer.ts'
import { ordeal } from './ordeal.ts'

// Many clients at once: those that never read what they have asked for, never end what they have begun, or only come.

const scale = Number(process.env.SLUICE_HOSTILE_SCALE ?? 1)
const holdMsMax = 150
const triesMax = 3
/** Of bytes that clients keep in flight a process holds half a gigabyte at most (bytesInFlightMax); the clients are here too. */
const inFlightBytesMax = 900_000_000
/** Of what is streamed from files it holds nearly nothing. */
const streamedBytesMax = 250_000_000

let engine: Engine
let sockets: Socket[] = []

beforeAll(async () => {
  engine = await start()
  const peer = await Peer.open(engine.bootstrap)
  const topics = [{ name: 'large', numPartitions: 1, replicationFactor: 1 }]
  await peer.send(CreateTopics, 7, { topics })
  const records = buildBatchSync({ records: [{ value: Buffer.alloc(1_000_000) }] })
  for (let i = 0; i < 50; i++)
    await peer.send(Produce, 9, {
      acks: 1,
      timeoutMs: 10_000,
      topicData: [{ name: 'large', partitionData: [{ index: 0, records }] }],
    })
  peer.close()
})

afterEach(leave)

afterAll(() => engine.stop())

function leave(): void {
  for (const socket of sockets) socket.destroy()
  sockets = []
}

/** A client that never reads. */
function client(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...engine.bootstrap, noDelay: true }, () => resolve(socket))
    socket.pause()
    socket.on('error', reject)
    sockets.push(socket)
  })
}

/** The best of some floods: a busy machine holds the loop now and then; the memory that was once held is asked for once. */
async function during(flood: () => Promise<void>) {
  let memoryBytes = 0
  for (let tries = 1; ; tries++) {
    const found = await flooded(flood)
    memoryBytes = Math.max(memoryBytes, found.memoryBytes)
    if (found.longestHoldMs < holdMsMax || tries === triesMax) return { ...found, memoryBytes }
    leave()
  }
}

/** What a small request of another client meets while `flood` goes on. */
async function flooded(flood: () => Promise<void>) {
  const before = process.memoryUsage.rss()
  const small = encodeRequestFrame(ApiVersions, 0, 1, null, {})
  let memoryBytes = 0
  let longestHoldMs = 0
  let isOver = false
  const flooding = flood().finally(() => {
    isOver = true
  })
  while (!isOver) {
    const found = await ordeal(engine.bootstrap, small)
    expect(found.answerBytes).toBeGreaterThan(0)
    longestHoldMs = Math.max(longestHoldMs, found.longestHoldMs)
    memoryBytes = Math.max(memoryBytes, process.memoryUsage.rss() - before)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await flooding
  return { memoryBytes, longestHoldMs }
}

// Apache Kafka gives a request the memory that it says it will need, and has no more for anybody.
describe.skipIf(process.env.SLUICE_CONTRACT_BOOTSTRAP)(
  'others are served, and memory is bounded, while many clients',
  () => {
    test('ask for all of a large log and never read', async () => {
      const frame = encodeRequestFrame(Fetch, 12, 1, null, {
        maxWaitMs: 0,
        maxBytes: 50_000_000,
        topics: [{ topic: 'large', partitions: [{ partition: 0, partitionMaxBytes: 50_000_000 }] }],
      })
      const found = await during(async () => {
        for (let i = 0; i < 150 * scale; i++) (await client()).write(frame)
      })
      expect(found.longestHoldMs).toBeLessThan(holdMsMax)
      expect(found.memoryBytes).toBeLessThan(streamedBytesMax)
    }, 120_000)

    test('begin a request of many megabytes and never end it', async () => {
      const begun = Buffer.alloc(4_000_000)
      begun.writeInt32BE(100_000_000, 0)
      let cut = 0
      const found = await during(async () => {
        for (let i = 0; i < 200; i++) {
          const socket = await client()
          socket.resume()
          socket.on('close', () => cut++)
          await new Promise<void>((resolve) => void socket.write(begun, () => resolve()))
        }
      })
      expect(found.longestHoldMs).toBeLessThan(holdMsMax)
      expect(found.memoryBytes).toBeLessThan(inFlightBytesMax)
      expect(cut).toBeGreaterThan(0)
    }, 120_000)

    test('only come', async () => {
      const found = await during(async () => {
        for (let i = 0; i < 300 * scale; i++) await client()
      })
      expect(found.longestHoldMs).toBeLessThan(holdMsMax)
      expect(found.memoryBytes).toBeLessThan(streamedBytesMax)
    }, 120_000)
  },
)
