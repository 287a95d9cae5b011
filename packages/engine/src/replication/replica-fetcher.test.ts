import { Connection } from '@sluice/client'
import { MemoryNetwork, silentLogger, type Socket } from '@sluice/effects'
import {
  type Api,
  apiByKey,
  decodeRequestHeader,
  encodeResponseFrame,
  ErrorCode,
  Fetch,
  type Input,
  ListOffsets,
  Reader,
  RecordBatch,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { batchOf } from '../storage/testing/log-context.ts'
import { Follower } from './follower.ts'
import { PartitionDisk } from './partition-disk.ts'
import { ReplicaFetcher } from './replica-fetcher.ts'
import { followed, me, other, PartitionContext } from './testing/partition-context.ts'
import { Traffic } from './traffic.ts'
import { Waiters } from './waiters.ts'

const topicId = 'AAAAAAAAQAAAAAAAAAAAAQ'
const backoffMs = 1_000
const settings: Record<string, number> = { 'replica.fetch.backoff.ms': backoffMs }

type FetchedPartition = Input<ResponseOf<typeof Fetch>['responses'][number]['partitions'][number]>

/** One request that the leader has not answered. */
interface Asked {
  readonly api: Api
  readonly request: unknown
  answer(response: object): void
  hangUp(): void
}

/** A broker that answers what its test says. */
class Leader {
  readonly #network = new MemoryNetwork()
  readonly #asked: Asked[] = []
  #port = 0
  isReachable = true

  async start(): Promise<this> {
    const listener = await this.#network.listen({ host: '127.0.0.1', port: 0 }, (socket) => {
      const buffer = new Uint8Array(64 * 1024)
      return {
        receiveBuffer: () => buffer,
        onRead: (length) => this.#read(Buffer.from(buffer.subarray(0, length)), socket),
        onDrain() {},
        onClose() {},
      }
    })
    this.#port = listener.port
    return this
  }

  connect(): Promise<Connection> {
    if (!this.isReachable) return Promise.reject(new Error('nobody is there'))
    return Connection.open({ network: this.#network, host: '127.0.0.1', port: this.#port })
  }

  /** A frame comes whole: requests are small, and one at a time. */
  #read(bytes: Buffer, socket: Socket): void {
    const reader = new Reader(bytes.subarray(4))
    const { requestApiKey, requestApiVersion: version, correlationId } = decodeRequestHeader(reader)
    const api = apiByKey.get(requestApiKey)
    if (!api) throw new Error(`no API ${requestApiKey}`)
    this.#asked.push({
      api,
      request: api.request.decode(reader, version),
      answer: (response) =>
        void socket.write(encodeResponseFrame(api, version, correlationId, response as never)),
      hangUp: () => socket.destroy(),
    })
  }

  get isAsked(): boolean {
    return this.#asked.length > 0
  }

  take(): Asked | undefined {
    return this.#asked.shift()
  }
}

class Follows extends PartitionContext {
  readonly leader = new Leader()
  readonly fetcher = new ReplicaFetcher(other, {
    brokerId: me,
    brokerEpoch: () => 7,
    clock: this.clock,
    logger: silentLogger,
    config: { int: (name) => settings[name] ?? 500 },
    connect: () => this.leader.connect(),
    watch() {},
  })
  #running: Promise<void> | null = null

  async start(): Promise<this> {
    await this.leader.start()
    this.#running = this.fetcher.run()
    return this
  }

  async stop(): Promise<void> {
    await this.fetcher.close()
    await this.#running
  }

  /** Of a partition with so many records of epoch 2. */
  follower(index = 0, records = 0): Follower {
    const topicPartition = { topic: 'events', partition: index }
    const log = this.load({ directory: `/data/followed-${index}`, topicPartition, topicId })
    for (let offset = 0; offset < records; offset++) log.appendAsFollower(batchAt(offset, 2))
    const disk = new PartitionDisk(this.context, topicPartition)
    const replica = {
      topic: 'events',
      index,
      log,
      disk,
      waiters: new Waiters(),
      traffic: new Traffic(),
      context: this.context,
    }
    return new Follower(replica, followed, this.fetchers)
  }

  /** Whatever goes on without time has gone on. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await this.clock.advance(0)
  }

  async asked(): Promise<Asked> {
    await this.settle()
    const asked = this.leader.take()
    if (!asked) throw new Error('the leader is not asked')
    return asked
  }

  /** What the next Fetch says, in short; and how it is answered, within a session unless told. */
  async fetch() {
    const asked = await this.asked()
    const { sessionId, sessionEpoch, topics, forgottenTopicsData } = asked.request as RequestOf<typeof Fetch>
    return {
      session: `${sessionId}/${sessionEpoch}`,
      from: topics.flatMap(({ partitions }) =>
        partitions.map(({ partition, fetchOffset }) => `${partition}@${fetchOffset}`),
      ),
      forgotten: forgottenTopicsData.flatMap(({ partitions }) => partitions),
      answer: (partitions: FetchedPartition[], whole: Input<ResponseOf<typeof Fetch>> = {}) =>
        asked.answer({ sessionId: 5, responses: [{ topicId, partitions }], ...whole }),
      hangUp: () => asked.hangUp(),
    }
  }
}

/** One record as a leader has made it. */
function batchAt(offset: number, leaderEpoch = followed.leaderEpoch): Buffer {
  const batch = batchOf(1)
  RecordBatch.setBaseOffset(batch, 0, offset)
  RecordBatch.setPartitionLeaderEpoch(batch, 0, leaderEpoch)
  return batch
}

let follows: Follows
beforeEach(async () => {
  follows = await new Follows().start()
})
afterEach(() => follows.stop())

const nothing = (partitionIndex: number): FetchedPartition => ({ partitionIndex, highWatermark: 0 })

describe('a replica fetcher', () => {
  it('asks for all its followers at once, and within a session for what has changed', async () => {
    for (const index of [0, 1]) follows.fetcher.add(follows.follower(index))
    const first = await follows.fetch()
    expect(first).toMatchObject({ session: '0/0', from: ['0@0', '1@0'] })
    first.answer([{ partitionIndex: 1, highWatermark: 1, records: batchAt(0) }, nothing(0)])
    expect(await follows.fetch()).toMatchObject({ session: '5/1', from: ['1@1'], forgotten: [] })
  })

  it('says which broker asks, and which incarnation of it', async () => {
    follows.fetcher.add(follows.follower())
    const { request } = await follows.asked()
    expect(request).toMatchObject({ replicaState: { replicaId: me, replicaEpoch: 7 } })
  })

  it('waits for a follower, and asks no more for one that is gone', async () => {
    await follows.settle()
    expect(follows.leader.isAsked).toBe(false)
    const [stays, goes] = [follows.follower(0), follows.follower(1)]
    follows.fetcher.add(stays)
    follows.fetcher.add(goes)
    // It had begun with the first one.
    const first = await follows.fetch()
    follows.fetcher.delete(goes)
    first.answer([])
    expect((await follows.fetch()).from).not.toContain('1@0')
  })

  it('delays a partition with an error, and no other', async () => {
    for (const index of [0, 1]) follows.fetcher.add(follows.follower(index))
    const first = await follows.fetch()
    first.answer([{ partitionIndex: 0, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }, nothing(1)])
    const second = await follows.fetch()
    expect(second).toMatchObject({ session: '5/1', from: [], forgotten: [0] })
    await follows.clock.advance(backoffMs - 1)
    second.answer([])
    const third = await follows.fetch()
    expect(third).toMatchObject({ session: '5/2', from: [], forgotten: [] })
    await follows.clock.advance(1)
    third.answer([])
    expect(await follows.fetch()).toMatchObject({ session: '5/3', from: ['0@0'] })
  })

  it('delays a partition whose records cannot be appended', async () => {
    follows.fetcher.add(follows.follower())
    const damaged = batchAt(0)
    damaged[damaged.length - 1] = 1 ^ (damaged.at(-1) ?? 0)
    ;(await follows.fetch()).answer([{ partitionIndex: 0, records: damaged }])
    await follows.settle()
    expect(follows.leader.isAsked).toBe(false)
    await follows.clock.advance(backoffMs)
    // The leader knows from where on.
    expect(await follows.fetch()).toMatchObject({ session: '5/1', from: [], forgotten: [] })
  })

  it('passes over an answer to what another follower of the partition has asked', async () => {
    const before = follows.follower(0)
    follows.fetcher.add(before)
    const first = await follows.fetch()
    const after = follows.follower(0, 2)
    follows.fetcher.delete(before)
    follows.fetcher.add(after)
    first.answer([{ partitionIndex: 0, highWatermark: 1, records: batchAt(0) }])
    expect((await follows.fetch()).from).toEqual(['0@2'])
  })
})

describe('a leader that cannot be reached', () => {
  it('is tried again later', async () => {
    follows.leader.isReachable = false
    follows.fetcher.add(follows.follower())
    await follows.settle()
    follows.leader.isReachable = true
    await follows.clock.advance(backoffMs - 1)
    expect(follows.leader.isAsked).toBe(false)
    await follows.clock.advance(1)
    expect((await follows.fetch()).from).toEqual(['0@0'])
  })

  it('is asked by another connection and in another session when it is back', async () => {
    follows.fetcher.add(follows.follower())
    ;(await follows.fetch()).answer([nothing(0)])
    const second = await follows.fetch()
    expect(second.session).toBe('5/1')
    second.hangUp()
    await follows.settle()
    expect(follows.leader.isAsked).toBe(false)
    await follows.clock.advance(backoffMs)
    expect(await follows.fetch()).toMatchObject({ session: '0/0', from: ['0@0'] })
  })
})

describe('a session that is over', () => {
  it.each([ErrorCode.FETCH_SESSION_ID_NOT_FOUND, ErrorCode.INVALID_FETCH_SESSION_EPOCH])(
    'by error %i is begun anew at once',
    async (errorCode) => {
      follows.fetcher.add(follows.follower())
      ;(await follows.fetch()).answer([nothing(0)])
      ;(await follows.fetch()).answer([], { errorCode, sessionId: 0, responses: [] })
      expect(await follows.fetch()).toMatchObject({ session: '0/0', from: ['0@0'] })
    },
  )

  it('by any other error is begun anew after a while', async () => {
    follows.fetcher.add(follows.follower())
    const errorCode = ErrorCode.UNKNOWN_SERVER_ERROR
    ;(await follows.fetch()).answer([], { errorCode, sessionId: 0, responses: [] })
    await follows.settle()
    expect(follows.leader.isAsked).toBe(false)
    await follows.clock.advance(backoffMs)
    expect(await follows.fetch()).toMatchObject({ session: '0/0', from: ['0@0'] })
  })

  it('names everything each time where the leader has no room for one', async () => {
    follows.fetcher.add(follows.follower())
    for (let time = 0; time < 2; time++) {
      const { session, from, answer } = await follows.fetch()
      expect([session, from]).toEqual(['0/0', ['0@0']])
      answer([nothing(0)], { sessionId: 0 })
    }
  })
})

describe('a follower whose log', () => {
  it('has gone another way is cut where the leader says, and goes on from there', async () => {
    const follower = follows.follower(0, 3)
    follows.fetcher.add(follower)
    ;(await follows.fetch()).answer([{ partitionIndex: 0, divergingEpoch: { epoch: 2, endOffset: 1 } }])
    expect((await follows.fetch()).from).toEqual(['0@1'])
    expect(follower.position).toMatchObject({ fetchOffset: 1, lastFetchedEpoch: 2 })
  })

  it('goes another way each time waits at last, as its leader would be asked without end', async () => {
    follows.fetcher.add(follows.follower(0, 3))
    let times = 0
    for (await follows.settle(); follows.leader.isAsked && times < 1_000; times++) {
      ;(await follows.fetch()).answer([{ partitionIndex: 0, divergingEpoch: { epoch: 2, endOffset: 3 } }])
      await follows.settle()
    }
    expect(times).toBe(101)
    await follows.clock.advance(backoffMs)
    expect(follows.leader.isAsked).toBe(true)
  })

  it('ends outside that of the leader begins within, once the leader has said where it is', async () => {
    const follower = follows.follower()
    follows.fetcher.add(follower)
    const errorCode = ErrorCode.OFFSET_OUT_OF_RANGE
    ;(await follows.fetch()).answer([{ partitionIndex: 0, errorCode }])
    for (const offset of [9, 4]) {
      const asked = await follows.asked()
      expect(asked.api).toBe(ListOffsets)
      asked.answer({ topics: [{ name: 'events', partitions: [{ partitionIndex: 0, offset }] }] })
    }
    expect((await follows.fetch()).from).toEqual(['0@4'])
  })

  it('waits where the leader does not say where it is', async () => {
    follows.fetcher.add(follows.follower())
    const errorCode = ErrorCode.OFFSET_OUT_OF_RANGE
    ;(await follows.fetch()).answer([{ partitionIndex: 0, errorCode }])
    for (let time = 0; time < 2; time++) {
      const partitions = [{ partitionIndex: 0, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }]
      ;(await follows.asked()).answer({ topics: [{ name: 'events', partitions }] })
    }
    await follows.settle()
    expect(follows.leader.isAsked).toBe(false)
    await follows.clock.advance(backoffMs)
    // The leader knows from where on.
    expect(await follows.fetch()).toMatchObject({ session: '5/1', from: [], forgotten: [] })
  })
})

it('holds a throttled follower back while its broker takes too much', async () => {
  follows.limitReplication(100)
  follows.setConfig('follower.replication.throttled.replicas', `0:${me}`)
  follows.quotas.follower.record(200)
  follows.fetcher.add(follows.follower())
  await follows.settle()
  await follows.clock.advance(1_999)
  expect(follows.leader.isAsked).toBe(false)
  await follows.clock.advance(1)
  expect((await follows.fetch()).from).toEqual(['0@0'])
})
