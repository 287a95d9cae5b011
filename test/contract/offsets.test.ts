import { DeleteRecords, ErrorCode, ListOffsets, OffsetForLeaderEpoch } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import {
  batch,
  createTopic,
  fetch,
  produce,
  type Topic,
  uniqueName,
  valuesOf,
  versionsOf,
} from './fixture.ts'
import { Peer } from './peer.ts'

const latest = -1
const earliest = -2
const largestTimestamp = -3
const earliestLocal = -4
const latestTiered = -5
const earliestPendingUpload = -6

describe('offsets of a partition', () => {
  let engine: Engine
  let peer: Peer
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  const listOffset = async (
    topic: Topic,
    timestamp: number,
    options: {
      version?: number
      partition?: number
      currentLeaderEpoch?: number
      isolationLevel?: number
    } = {},
  ) => {
    const { version = 11, partition = 0, currentLeaderEpoch = -1, isolationLevel = 0 } = options
    const response = await peer.send(ListOffsets, version, {
      replicaId: -1,
      isolationLevel,
      topics: [
        { name: topic.name, partitions: [{ partitionIndex: partition, currentLeaderEpoch, timestamp }] },
      ],
    })
    const answer = response.topics[0]?.partitions[0]
    if (!answer) throw new Error(JSON.stringify(response))
    return answer
  }

  /** Batches at 1000 and 3000, 2000 and 2000, 5000 and 4000; offsets 0 to 5. */
  const timed = async () => {
    const topic = await createTopic(peer)
    const base = 1_700_000_000_000
    for (const [first, second] of [
      [1000, 3000],
      [2000, 2000],
      [5000, 4000],
    ] as const)
      await produce(
        peer,
        topic,
        batch([
          { value: 'x', timestamp: base + first },
          { value: 'y', timestamp: base + second },
        ]),
      )
    return { topic, base }
  }

  describe('ListOffsets', () => {
    it.each(versionsOf(ListOffsets))('knows the earliest and the latest, version %i', async (version) => {
      const { topic } = await timed()
      const first = await listOffset(topic, earliest, { version })
      expect(first).toMatchObject({ partitionIndex: 0, errorCode: 0, offset: 0, timestamp: -1 })
      const last = await listOffset(topic, latest, { version })
      expect(last).toMatchObject({ errorCode: 0, offset: 6, timestamp: -1 })
      expect(last.leaderEpoch).toBe(version >= 4 ? 0 : -1)
    })

    it.each(versionsOf(ListOffsets))(
      'finds the first record that is not older, version %i',
      async (version) => {
        const { topic, base } = await timed()
        const find = async (timestamp: number) => {
          const { errorCode, offset, timestamp: at } = await listOffset(topic, timestamp, { version })
          return [errorCode, offset, at < 0 ? at : Number(at) - base]
        }
        expect(await find(0)).toEqual([0, 0, 1000])
        expect(await find(base + 1000)).toEqual([0, 0, 1000])
        expect(await find(base + 1001)).toEqual([0, 1, 3000])
        expect(await find(base + 3000)).toEqual([0, 1, 3000])
        expect(await find(base + 3001)).toEqual([0, 4, 5000])
        expect(await find(base + 4500)).toEqual([0, 4, 5000])
        expect(await find(base + 5000)).toEqual([0, 4, 5000])
        expect(await find(base + 5001)).toEqual([0, -1, -1])
      },
    )

    it.each(versionsOf(ListOffsets, 7))(
      'finds the record with the largest timestamp, version %i',
      async (version) => {
        const { topic, base } = await timed()
        const answer = await listOffset(topic, largestTimestamp, { version })
        expect(answer).toMatchObject({ errorCode: 0, offset: 4, timestamp: base + 5000, leaderEpoch: 0 })
      },
    )

    it('finds no largest timestamp in an empty partition', async () => {
      const answer = await listOffset(await createTopic(peer), largestTimestamp)
      expect(answer).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 })
    })

    it.each(versionsOf(ListOffsets, 8))('knows the earliest local offset, version %i', async (version) => {
      const { topic } = await timed()
      expect(await listOffset(topic, earliestLocal, { version })).toMatchObject({ errorCode: 0, offset: 0 })
    })

    it('has no tiered offsets', async () => {
      const { topic } = await timed()
      expect(await listOffset(topic, latestTiered)).toMatchObject({ errorCode: 0, offset: -1 })
      expect(await listOffset(topic, earliestPendingUpload)).toMatchObject({ errorCode: 0, offset: -1 })
    })

    it('refuses special timestamps in versions that do not have them', async () => {
      const { topic } = await timed()
      expect((await listOffset(topic, largestTimestamp, { version: 6 })).errorCode).toBe(
        ErrorCode.UNSUPPORTED_VERSION,
      )
      expect((await listOffset(topic, earliestLocal, { version: 7 })).errorCode).toBe(
        ErrorCode.UNSUPPORTED_VERSION,
      )
      expect((await listOffset(topic, latestTiered, { version: 8 })).errorCode).toBe(
        ErrorCode.UNSUPPORTED_VERSION,
      )
      expect((await listOffset(topic, earliestPendingUpload, { version: 10 })).errorCode).toBe(
        ErrorCode.UNSUPPORTED_VERSION,
      )
      expect((await listOffset(topic, -7)).errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION)
    })

    it.each([2, 11])('reads committed offsets, version %i', async (version) => {
      const { topic } = await timed()
      expect((await listOffset(topic, latest, { version, isolationLevel: 1 })).offset).toBe(6)
    })

    it.each([1, 4, 11])('answers unknown topics and partitions with 3, version %i', async (version) => {
      const topic = await createTopic(peer)
      expect(await listOffset({ name: uniqueName('absent'), id: '' }, latest, { version })).toMatchObject({
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      })
      expect(await listOffset(topic, latest, { version, partition: 3 })).toMatchObject({
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        offset: -1,
        timestamp: -1,
      })
    })

    it.each([4, 11])('checks the leader epoch, version %i', async (version) => {
      const topic = await createTopic(peer)
      expect((await listOffset(topic, latest, { version, currentLeaderEpoch: 0 })).errorCode).toBe(0)
      expect((await listOffset(topic, latest, { version, currentLeaderEpoch: 3 })).errorCode).toBe(
        ErrorCode.UNKNOWN_LEADER_EPOCH,
      )
    })
  })

  describe('OffsetForLeaderEpoch', () => {
    const endOf = async (
      topic: Topic,
      leaderEpoch: number,
      options: { version?: number; currentLeaderEpoch?: number; partition?: number } = {},
    ) => {
      const { version = 4, currentLeaderEpoch = -1, partition = 0 } = options
      const response = await peer.send(OffsetForLeaderEpoch, version, {
        ...(version >= 3 ? { replicaId: -1 } : {}),
        topics: [{ topic: topic.name, partitions: [{ partition, currentLeaderEpoch, leaderEpoch }] }],
      })
      const answer = response.topics[0]?.partitions[0]
      if (!answer) throw new Error(JSON.stringify(response))
      return answer
    }

    it.each(versionsOf(OffsetForLeaderEpoch))('tells where an epoch ends, version %i', async (version) => {
      const { topic } = await timed()
      expect(await endOf(topic, 0, { version })).toEqual({
        errorCode: 0,
        partition: 0,
        leaderEpoch: 0,
        endOffset: 6,
      })
    })

    it('does not know an epoch to come', async () => {
      const { topic } = await timed()
      expect(await endOf(topic, 5)).toMatchObject({ errorCode: 0, leaderEpoch: -1, endOffset: -1 })
    })

    it('checks what the client asks', async () => {
      const { topic } = await timed()
      expect((await endOf(topic, 0, { currentLeaderEpoch: 0 })).errorCode).toBe(0)
      expect((await endOf(topic, 0, { currentLeaderEpoch: 2 })).errorCode).toBe(
        ErrorCode.UNKNOWN_LEADER_EPOCH,
      )
      expect((await endOf(topic, 0, { partition: 4 })).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      expect((await endOf({ name: uniqueName('absent'), id: '' }, 0)).errorCode).toBe(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      )
    })
  })

  describe('DeleteRecords', () => {
    const deleteBefore = async (
      topic: Topic,
      offset: number,
      options: { version?: number; partition?: number } = {},
    ) => {
      const { version = 2, partition = 0 } = options
      const response = await peer.send(DeleteRecords, version, {
        timeoutMs: 5000,
        topics: [{ name: topic.name, partitions: [{ partitionIndex: partition, offset }] }],
      })
      const answer = response.topics[0]?.partitions[0]
      if (!answer) throw new Error(JSON.stringify(response))
      return answer
    }

    it.each(versionsOf(DeleteRecords))('moves the start of a partition, version %i', async (version) => {
      const { topic } = await timed()
      expect(await deleteBefore(topic, 3, { version })).toEqual({
        partitionIndex: 0,
        lowWatermark: 3,
        errorCode: 0,
      })
      expect((await listOffset(topic, earliest)).offset).toBe(3)
      expect((await fetch(peer, topic, { offset: 2 })).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE)
      expect(await fetch(peer, topic, { offset: 3 })).toMatchObject({ errorCode: 0, logStartOffset: 3 })
      expect((await produce(peer, topic, batch(['more']))).logStartOffset).toBe(3)
    })

    it('leaves look-ups by time with what the first segment had, until that segment goes', async () => {
      const topic = await createTopic(peer, { configs: { 'segment.bytes': '1048576' } })
      const base = 1_700_000_000_000
      for (const seconds of [60, 10, 20, 30, 55])
        await produce(peer, topic, batch([{ value: 'x'.repeat(700_000), timestamp: base + seconds * 1000 }]))
      expect(await deleteBefore(topic, 1)).toMatchObject({ errorCode: 0, lowWatermark: 1 })
      for (const seconds of [0, 20, 55])
        expect(await listOffset(topic, base + seconds * 1000)).toMatchObject({ errorCode: 0, offset: -1 })
      expect((await listOffset(topic, largestTimestamp)).offset).toBe(0)
    })

    it('deletes all for -1 and goes on with the next offset', async () => {
      const { topic } = await timed()
      expect(await deleteBefore(topic, -1)).toMatchObject({ errorCode: 0, lowWatermark: 6 })
      expect((await produce(peer, topic, batch(['next']))).baseOffset).toBe(6)
      expect(await valuesOf(peer, topic, { offset: 6 })).toEqual(['next'])
      expect((await fetch(peer, topic, { offset: 5 })).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE)
    })

    it('never moves backwards', async () => {
      const { topic } = await timed()
      await deleteBefore(topic, 4)
      expect(await deleteBefore(topic, 2)).toMatchObject({ errorCode: 0, lowWatermark: 4 })
    })

    it('refuses what it cannot do', async () => {
      const { topic } = await timed()
      expect(await deleteBefore(topic, 7)).toMatchObject({
        errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
        lowWatermark: -1,
      })
      expect(await deleteBefore(topic, -2)).toMatchObject({
        errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
        lowWatermark: -1,
      })
      expect(await deleteBefore(topic, 0, { partition: 1 })).toMatchObject({
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        lowWatermark: -1,
      })
      expect(await deleteBefore({ name: uniqueName('absent'), id: '' }, 0)).toMatchObject({
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      })
      const compacted = await createTopic(peer, { configs: { 'cleanup.policy': 'compact' } })
      await produce(peer, compacted, batch([{ key: 'k', value: 'v' }]))
      expect(await deleteBefore(compacted, 1)).toMatchObject({
        errorCode: ErrorCode.POLICY_VIOLATION,
        lowWatermark: -1,
      })
    })
  })
})
