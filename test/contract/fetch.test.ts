import { systemRandom } from '@sluice/effects'
import { ErrorCode, Fetch, randomUuid, RecordBatch } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import {
  batch,
  createTopic,
  fetch,
  fetchRequest,
  produce,
  type Topic,
  uniqueName,
  valuesOf,
  versionsOf,
  zeroUuid,
} from './fixture.ts'
import { Peer } from './peer.ts'

describe('Fetch', () => {
  let engine: Engine
  let peer: Peer
  /** Ten batches of two records. */
  let topic: Topic
  let batchBytes: number
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
    topic = await createTopic(peer)
    for (let index = 0; index < 10; index++) {
      const sent = batch([`${index} first`, `${index} second`])
      batchBytes = sent.length
      await produce(peer, topic, sent)
    }
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  it.each(versionsOf(Fetch))('reads a partition from an offset on, version %i', async (version) => {
    const answer = await fetch(peer, topic, { version, offset: 4 })
    expect(answer).toMatchObject({
      partitionIndex: 0,
      errorCode: 0,
      highWatermark: 20,
      lastStableOffset: 20,
      logStartOffset: version >= 5 ? 0 : -1,
      preferredReadReplica: -1,
    })
    expect(answer.records?.length).toBe(8 * batchBytes)
    expect(RecordBatch.baseOffset(answer.records as Buffer, 0)).toBe(4)
  })

  it('gives the whole batch that holds the offset', async () => {
    const { records } = await fetch(peer, topic, { offset: 5 })
    expect(RecordBatch.baseOffset(records as Buffer, 0)).toBe(4)
  })

  it('gives nothing at the end of the partition', async () => {
    const answer = await fetch(peer, topic, { offset: 20 })
    expect(answer).toMatchObject({ errorCode: 0, highWatermark: 20 })
    expect(answer.records?.length ?? 0).toBe(0)
  })

  it.each([4, 11, 18])('answers an offset outside with OFFSET_OUT_OF_RANGE, version %i', async (version) => {
    for (const offset of [21, 1_000_000, -1, -2]) {
      const answer = await fetch(peer, topic, { version, offset })
      expect(answer).toMatchObject({
        errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
        highWatermark: -1,
        lastStableOffset: -1,
        logStartOffset: -1,
      })
      expect(answer.records?.length ?? 0).toBe(0)
    }
  })

  it.each(versionsOf(Fetch).filter((version) => version < 13))(
    'answers unknown topics and partitions with 3, version %i',
    async (version) => {
      const absent = { name: uniqueName('absent'), id: zeroUuid }
      expect((await fetch(peer, absent, { version })).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      expect((await fetch(peer, topic, { version, partition: 1 })).errorCode).toBe(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      )
    },
  )

  it.each(versionsOf(Fetch, 13))(
    'answers an unknown topic id with UNKNOWN_TOPIC_ID, version %i',
    async (version) => {
      const absent = { name: '', id: randomUuid(systemRandom()) }
      const response = await peer.send(Fetch, version, fetchRequest(absent, { version }))
      expect(response).toMatchObject({ errorCode: 0, responses: [{ topicId: absent.id }] })
      expect(response.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID)
      expect((await fetch(peer, topic, { version, partition: 1 })).errorCode).toBe(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      )
    },
  )

  it.each([9, 12, 13, 18])('checks the leader epoch that the client knows, version %i', async (version) => {
    expect((await fetch(peer, topic, { version, currentLeaderEpoch: 0 })).errorCode).toBe(0)
    // FENCED_LEADER_EPOCH needs an election.
    expect((await fetch(peer, topic, { version, currentLeaderEpoch: 1 })).errorCode).toBe(
      ErrorCode.UNKNOWN_LEADER_EPOCH,
    )
  })

  it.each([12, 18])('tells a consumer whose log diverged, version %i', async (version) => {
    const level = await fetch(peer, topic, { version, offset: 20, lastFetchedEpoch: 0 })
    expect(level.divergingEpoch).toEqual({ epoch: -1, endOffset: -1 })
    const behind = await fetch(peer, topic, {
      version,
      offset: 4,
      lastFetchedEpoch: 0,
      currentLeaderEpoch: 0,
    })
    expect(behind.errorCode).toBe(0)
    expect(behind.divergingEpoch).toEqual({ epoch: -1, endOffset: -1 })
  })

  it('sends null or no aborted transactions by isolation level', async () => {
    expect((await fetch(peer, topic, { isolationLevel: 0 })).abortedTransactions).toBeNull()
    const committed = await fetch(peer, topic, { isolationLevel: 1 })
    expect(committed.abortedTransactions).toEqual([])
    expect(committed.records?.length).toBe(10 * batchBytes)
  })

  describe('its limits', () => {
    it.each([4, 12, 18])("stops before the partition's limit, version %i", async (version) => {
      const { records } = await fetch(peer, topic, { version, partitionMaxBytes: 3 * batchBytes })
      expect(records?.length).toBe(3 * batchBytes)
    })

    it.each([4, 12, 18])('gives the first batch even above the limits, version %i', async (version) => {
      expect((await fetch(peer, topic, { version, partitionMaxBytes: 1 })).records?.length).toBe(batchBytes)
      expect((await fetch(peer, topic, { version, maxBytes: 1 })).records?.length).toBe(batchBytes)
      expect((await fetch(peer, topic, { version, maxBytes: 0, partitionMaxBytes: 0 })).records?.length).toBe(
        batchBytes,
      )
    })

    it("stops at the request's limit, so that later partitions go empty", async () => {
      const wide = await createTopic(peer, { partitions: 3 })
      const big = batch(['x'.repeat(1000)])
      for (const partition of [0, 1, 2])
        for (let index = 0; index < 4; index++) await produce(peer, wide, big, { partition })
      const request = (maxBytes: number, order: number[]) =>
        peer.send(Fetch, 12, {
          minBytes: 1,
          maxBytes,
          topics: [
            {
              topic: wide.name,
              partitions: order.map((partition) => ({
                partition,
                fetchOffset: 0,
                partitionMaxBytes: 1_000_000,
              })),
            },
          ],
        })
      const sizes = async (maxBytes: number, order: number[]) => {
        const response = await request(maxBytes, order)
        return Object.fromEntries(
          response.responses.flatMap((t) =>
            t.partitions.map((p) => [p.partitionIndex, (p.records?.length ?? 0) / big.length]),
          ),
        )
      }
      expect(await sizes(6 * big.length, [0, 1, 2])).toEqual({ 0: 4, 1: 2, 2: 0 })
      expect(await sizes(6 * big.length, [2, 1, 0])).toEqual({ 2: 4, 1: 2, 0: 0 })
      // Only the very first batch of an answer may exceed the limit.
      expect(await sizes(1, [1, 0, 2])).toEqual({ 1: 1, 0: 0, 2: 0 })
    })

    it('reads all there is, batch by batch, however small the limit', async () => {
      const values: string[] = []
      for (let offset = 0; offset < 20; offset += 2)
        values.push(...(await valuesOf(peer, topic, { offset, partitionMaxBytes: 10 })))
      expect(values).toHaveLength(20)
      expect(new Set(values).size).toBe(20)
    })
  })

  describe('waits', () => {
    it('for the time asked where nothing comes', async () => {
      const began = performance.now()
      const answer = await fetch(peer, topic, { offset: 20, maxWaitMs: 150 })
      expect(performance.now() - began).toBeGreaterThanOrEqual(140)
      expect(answer.errorCode).toBe(0)
    })

    it('not at all where enough is there', async () => {
      const began = performance.now()
      await fetch(peer, topic, { maxWaitMs: 20_000, minBytes: 10 * batchBytes })
      expect(performance.now() - began).toBeLessThan(5000)
    })

    it('not at all for an error', async () => {
      const began = performance.now()
      expect((await fetch(peer, topic, { offset: 50, maxWaitMs: 20_000 })).errorCode).toBe(
        ErrorCode.OFFSET_OUT_OF_RANGE,
      )
      expect((await fetch(peer, topic, { partition: 7, maxWaitMs: 20_000 })).errorCode).toBe(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      )
      expect(performance.now() - began).toBeLessThan(5000)
    })

    it('for the bytes asked', async () => {
      const own = await createTopic(peer)
      const consumer = await Peer.open(engine.bootstrap)
      const one = batch(['x'])
      let done = false
      const waiting = fetch(consumer, own, { maxWaitMs: 20_000, minBytes: 3 * one.length }).finally(() => {
        done = true
      })
      await produce(peer, own, one)
      await produce(peer, own, one)
      // Both are answered, and so the consumer would be, were two enough.
      await fetch(peer, own)
      expect(done).toBe(false)
      await produce(peer, own, one)
      expect((await waiting).records?.length).toBe(3 * one.length)
      consumer.close()
    })

    it('gives what is there when the time is over before the bytes have come', async () => {
      const answer = await fetch(peer, topic, { offset: 18, maxWaitMs: 100, minBytes: 1_000_000 })
      expect(answer.records?.length).toBe(batchBytes)
    })

    it('over several partitions', async () => {
      const wide = await createTopic(peer, { partitions: 2 })
      const consumer = await Peer.open(engine.bootstrap)
      const waiting = consumer.send(Fetch, 12, {
        maxWaitMs: 20_000,
        minBytes: 1,
        topics: [
          {
            topic: wide.name,
            partitions: [0, 1].map((partition) => ({ partition, partitionMaxBytes: 1000 })),
          },
        ],
      })
      await produce(peer, wide, batch(['x']), { partition: 1 })
      const answered = (await waiting).responses[0]?.partitions.map((p) => [
        p.partitionIndex,
        p.records?.length ?? 0,
      ])
      expect(answered).toEqual([
        [0, 0],
        [1, batch(['x']).length],
      ])
      consumer.close()
    })
  })

  describe('in a session (KIP-227)', () => {
    /** A consumer that asks for partitions of a topic of two. */
    const session = async (version: number) => {
      const own = await createTopic(peer, { partitions: 2 })
      const consumer = await Peer.open(engine.bootstrap)
      const ask = async (
        sessionId: number,
        sessionEpoch: number,
        offsets: Record<number, number> = {},
        forgotten: number[] = [],
      ) => {
        const partitions = Object.entries(offsets).map(([partition, fetchOffset]) => ({
          partition: Number(partition),
          fetchOffset,
          partitionMaxBytes: 1_000_000,
        }))
        const response = await consumer.send(Fetch, version, {
          sessionId,
          sessionEpoch,
          minBytes: 1,
          topics: partitions.length > 0 ? [{ topic: own.name, topicId: own.id, partitions }] : [],
          forgottenTopicsData:
            forgotten.length > 0 ? [{ topic: own.name, topicId: own.id, partitions: forgotten }] : [],
        })
        const answered = response.responses.flatMap((t) =>
          t.partitions.map((p) => [p.partitionIndex, p.errorCode, (p.records?.length ?? 0) > 0] as const),
        )
        return {
          errorCode: response.errorCode,
          sessionId: response.sessionId,
          answered: answered.toSorted((a, b) => a[0] - b[0]),
        }
      }
      return { own, ask, consumer }
    }

    it.each([7, 11, 12, 13, 18])('sends only what has changed, version %i', async (version) => {
      const { own, ask, consumer } = await session(version)
      await produce(peer, own, batch(['a']))
      const full = await ask(0, 0, { 0: 0, 1: 0 })
      expect(full).toMatchObject({
        errorCode: 0,
        answered: [
          [0, 0, true],
          [1, 0, false],
        ],
      })
      const id = full.sessionId
      expect(id).toBeGreaterThan(0)
      // Partition 0 moves on; nothing is new.
      expect(await ask(id, 1, { 0: 1 })).toEqual({ errorCode: 0, sessionId: id, answered: [] })
      await produce(peer, own, batch(['b']), { partition: 1 })
      expect(await ask(id, 2)).toEqual({ errorCode: 0, sessionId: id, answered: [[1, 0, true]] })
      // What was not acknowledged by a new offset comes again.
      expect(await ask(id, 3)).toEqual({ errorCode: 0, sessionId: id, answered: [[1, 0, true]] })
      // A forgotten partition is silent.
      expect(await ask(id, 4, {}, [1])).toEqual({ errorCode: 0, sessionId: id, answered: [] })
      expect(await ask(id, 5, { 1: 0 })).toEqual({ errorCode: 0, sessionId: id, answered: [[1, 0, true]] })
      consumer.close()
    })

    it.each([7, 12, 13])(
      'refuses a wrong epoch with 71 and goes on with the right one, version %i',
      async (version) => {
        const { ask, consumer } = await session(version)
        const { sessionId } = await ask(0, 0, { 0: 0 })
        expect(await ask(sessionId, 2)).toMatchObject({
          errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH,
          answered: [],
        })
        expect(await ask(sessionId, 1)).toMatchObject({ errorCode: 0 })
        expect(await ask(sessionId, 1)).toMatchObject({ errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH })
        consumer.close()
      },
    )

    it.each([7, 12, 13])('refuses an unknown session with 70, version %i', async (version) => {
      const { ask, consumer } = await session(version)
      expect(await ask(123_456_789, 1)).toMatchObject({
        errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
        answered: [],
      })
      consumer.close()
    })

    it.each([7, 12, 13])('ends with epoch -1, version %i', async (version) => {
      const { own, ask, consumer } = await session(version)
      await produce(peer, own, batch(['a']))
      const { sessionId } = await ask(0, 0, { 0: 0 })
      expect(await ask(sessionId, -1, { 0: 0 })).toMatchObject({
        errorCode: 0,
        sessionId: 0,
        answered: [[0, 0, true]],
      })
      expect(await ask(sessionId, 1)).toMatchObject({ errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND })
      consumer.close()
    })

    it('is replaced by a new one with epoch 0', async () => {
      const { ask, consumer } = await session(12)
      const first = await ask(0, 0, { 0: 0 })
      const second = await ask(first.sessionId, 0, { 0: 0 })
      expect(second.errorCode).toBe(0)
      expect(second.sessionId).not.toBe(first.sessionId)
      expect(await ask(first.sessionId, 1)).toMatchObject({ errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND })
      consumer.close()
    })

    it('is not made for one that wants none', async () => {
      const { ask, consumer } = await session(12)
      expect(await ask(0, -1, { 0: 0 })).toMatchObject({ errorCode: 0, sessionId: 0 })
      consumer.close()
    })

    it('belongs to topic names or to topic ids, not to both', async () => {
      const { own, ask, consumer } = await session(12)
      const { sessionId } = await ask(0, 0, { 0: 0 })
      const response = await consumer.send(Fetch, 13, {
        sessionId,
        sessionEpoch: 1,
        topics: [{ topicId: own.id, partitions: [{ partition: 1 }] }],
      })
      expect(response.errorCode).toBe(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR)
      consumer.close()
    })

    it('reports an error of a partition each time', async () => {
      const { ask, consumer } = await session(12)
      const full = await ask(0, 0, { 0: 99 })
      expect(full.answered).toEqual([[0, 1, false]])
      expect((await ask(full.sessionId, 1)).answered).toEqual([[0, 1, false]])
      consumer.close()
    })

    it('outlives its connection', async () => {
      const { own, ask, consumer } = await session(12)
      const { sessionId } = await ask(0, 0, { 0: 0 })
      consumer.close()
      await produce(peer, own, batch(['a']))
      const response = await peer.send(Fetch, 12, { sessionId, sessionEpoch: 1, minBytes: 1 })
      expect(response).toMatchObject({ errorCode: 0, sessionId })
      expect(response.responses[0]?.partitions).toHaveLength(1)
    })
  })
})
