import {
  AlterPartitionReassignments,
  CreateTopics,
  ErrorCode,
  Fetch,
  type Int64,
  ListOffsets,
  ListPartitionReassignments,
  OffsetForLeaderEpoch,
  Produce,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  batch,
  byChance,
  eventually,
  fetch,
  fetchRequest,
  newProducerId,
  produce,
  produceRequest,
  type Topic,
  uniqueName,
  untilLed,
  valuesOf,
} from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster } from './cluster.ts'
import { deleteTopic, described, elect, ElectionType, placedTopic, untilDescribed } from './fixture.ts'

/** Broker 3 is killed, and comes back. */
describe('the loss of a broker', () => {
  let cluster: Cluster
  let peer: Peer
  /** Led by the one that is killed. */
  let led: Topic
  /** Needs all three. */
  let wide: Topic
  /** Needs both, of which one is killed. */
  let pair: Topic
  let lonely: Topic
  let producerId: Int64

  const idempotent = (value: string, baseSequence: number) =>
    batch([value], { producerId, producerEpoch: 0, baseSequence })

  beforeAll(async () => {
    cluster = await Cluster.open()
    peer = await cluster.peer(1)
    const peers = [peer, await cluster.peer(2), await cluster.peer(3)]
    led = await placedTopic(peers, [3, 1, 2])
    wide = await placedTopic(peers, [1, 2, 3], { 'min.insync.replicas': '3' })
    pair = await placedTopic(peers, [1, 3], { 'min.insync.replicas': '2' })
    lonely = await placedTopic(peers, [1])
    const leader = await cluster.peer(3)
    await byChance(() => untilLed(leader, led.name))
    for (const topic of [wide, pair, lonely]) await byChance(() => untilLed(peer, topic.name))
    producerId = await newProducerId(peer)
    for (const [at, value] of ['a', 'b', 'c'].entries())
      expect(await produce(leader, led, idempotent(value, at))).toMatchObject({
        errorCode: 0,
        baseOffset: at,
      })
    for (const topic of [wide, pair])
      expect(await produce(peer, topic, idempotent('safe', 0))).toMatchObject({ errorCode: 0, baseOffset: 0 })
    await cluster.kill(3)
  })
  afterAll(async () => {
    for (const topic of [led, wide, pair, lonely]) await deleteTopic(peer, topic)
    await cluster?.close()
  })

  it('a producer that waits for it runs out of time', async () => {
    for (const topic of [wide, pair]) {
      const request = { ...produceRequest(topic, idempotent('waits', 1)), timeoutMs: 200 }
      const { responses } = await peer.send(Produce, 12, request)
      expect(responses[0]?.partitionResponses[0]).toMatchObject({ errorCode: ErrorCode.REQUEST_TIMED_OUT })
    }
  })

  describe('while it is away', () => {
    beforeAll(async () => {
      for (const brokerId of [1, 2]) {
        const one = await cluster.peer(brokerId)
        await untilDescribed(one, led, ({ leaderId }) => leaderId === 1)
        for (const topic of [wide, pair])
          await untilDescribed(one, topic, ({ isrNodes }) => !isrNodes.includes(3))
      }
      await byChance(() => untilLed(peer, led.name))
    })

    it('the next replica in sync leads in the next epoch, with every record', async () => {
      const now = await described(peer, led)
      expect(now).toMatchObject({ leaderId: 1, leaderEpoch: 1, eligibleLeaderReplicas: [], lastKnownElr: [] })
      expect(await valuesOf(peer, led)).toEqual(['a', 'b', 'c'])
      const partitions = [{ partitionIndex: 0, currentLeaderEpoch: 1, timestamp: -1 }]
      const ends = await peer.send(ListOffsets, 7, {
        replicaId: -1,
        topics: [{ name: led.name, partitions }],
      })
      expect(ends.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, offset: 3, leaderEpoch: 1 })
      const epochs = await peer.send(OffsetForLeaderEpoch, 4, {
        replicaId: -1,
        topics: [{ topic: led.name, partitions: [{ partition: 0, currentLeaderEpoch: 1, leaderEpoch: 0 }] }],
      })
      expect(epochs.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: 3 })
    })

    it('an idempotent producer goes on where it was', async () => {
      expect(await produce(peer, led, idempotent('c', 2))).toMatchObject({ errorCode: 0, baseOffset: 2 })
      expect(await produce(peer, led, idempotent('d', 4))).toMatchObject({
        errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      })
      expect(await produce(peer, led, idempotent('d', 3))).toMatchObject({ errorCode: 0, baseOffset: 3 })
      expect(await valuesOf(peer, led)).toEqual(['a', 'b', 'c', 'd'])
    })

    it('readers are not sent to it', async () => {
      const response = await peer.send(Fetch, 12, { ...fetchRequest(led), rackId: 'c' })
      expect(response.responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, preferredReadReplica: -1 })
    })

    it('too few replicas in sync take nothing from whoever wants all of them', async () => {
      for (const topic of [wide, pair]) {
        const refused = await produce(peer, topic, batch(['never']))
        expect(refused).toMatchObject({ errorCode: ErrorCode.NOT_ENOUGH_REPLICAS, baseOffset: -1 })
      }
    })

    it('what the leader alone has acknowledged is not shown below the minimum', async () => {
      expect(await produce(peer, wide, batch(['alone']), { acks: 1 })).toMatchObject({
        errorCode: 0,
        baseOffset: 2,
      })
      const seen = await fetch(peer, wide)
      expect(seen).toMatchObject({ errorCode: 0, highWatermark: 1, lastStableOffset: 1 })
      expect(await valuesOf(peer, wide)).toEqual(['safe'])
      const beyond = await fetch(peer, wide, { offset: 2 })
      expect(beyond).toMatchObject({ errorCode: 0, highWatermark: 1 })
      const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }]
      const ends = await peer.send(ListOffsets, 7, {
        replicaId: -1,
        topics: [{ name: wide.name, partitions }],
      })
      expect(ends.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, offset: 1 })
    })

    it('DescribeTopicPartitions says who is eligible below the minimum', async () => {
      const wideNow = await described(peer, wide)
      expect(wideNow).toMatchObject({
        leaderId: 1,
        eligibleLeaderReplicas: [3],
        lastKnownElr: [],
        offlineReplicas: [3],
      })
      expect(wideNow.isrNodes.toSorted()).toEqual([1, 2])
      expect(await described(peer, pair)).toMatchObject({ isrNodes: [1], eligibleLeaderReplicas: [3] })
      expect(await described(peer, led)).toMatchObject({ eligibleLeaderReplicas: [], offlineReplicas: [3] })
    })

    it('it is not elected', async () => {
      expect(await elect(peer, ElectionType.preferred, led)).toBe(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE)
    })

    it('a reassignment to it waits, and can be cancelled', async () => {
      const alter = async (replicas: number[] | null) => {
        const topics = [{ name: lonely.name, partitions: [{ partitionIndex: 0, replicas }] }]
        const { responses } = await peer.send(AlterPartitionReassignments, 1, { topics, timeoutMs: 10_000 })
        return responses[0]?.partitions[0]?.errorCode
      }
      const list = async () => {
        const topics = [{ name: lonely.name, partitionIndexes: [0] }]
        const response = await peer.send(ListPartitionReassignments, 0, { topics })
        return response.topics[0]?.partitions
      }
      expect(await alter([3])).toBe(ErrorCode.NONE)
      expect(await list()).toMatchObject([{ replicas: [3, 1], addingReplicas: [3], removingReplicas: [1] }])
      const found = await untilDescribed(peer, lonely, ({ replicaNodes }) => replicaNodes.length === 2)
      expect(found).toMatchObject({ leaderId: 1, isrNodes: [1], offlineReplicas: [3] })
      expect(await alter(null)).toBe(ErrorCode.NONE)
      expect(await list()).toBeUndefined()
    })

    it('new topics may have replicas on it, but not on it alone', async () => {
      const create = async (brokerIds: number[] | null, replicationFactor = -1) => {
        const name = uniqueName('topic')
        const assignments = brokerIds ? [{ partitionIndex: 0, brokerIds }] : []
        const numPartitions = brokerIds ? -1 : 3
        const topics = [{ name, numPartitions, replicationFactor, assignments }]
        const response = await peer.send(CreateTopics, 7, { topics, timeoutMs: 10_000 })
        return response.topics[0]
      }
      expect((await create([3]))?.errorCode).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
      const placed = await create([3, 2])
      expect(placed?.errorCode).toBe(ErrorCode.NONE)
      const topic = { name: placed?.name ?? '', id: '' }
      const known = await eventually(async () => {
        const found = await byChance(() => described(peer, topic).catch(() => undefined))
        return found
      })
      expect(known).toMatchObject({ leaderId: 2, replicaNodes: [3, 2], isrNodes: [2], offlineReplicas: [3] })
      await deleteTopic(peer, topic)
      const spread = await create(null, 3)
      expect(spread?.errorCode).toBe(ErrorCode.NONE)
      await deleteTopic(peer, { name: spread?.name ?? '', id: '' })
      expect((await create(null, 4))?.errorCode).toBe(ErrorCode.INVALID_REPLICATION_FACTOR)
    })
  })

  describe('when it is back', () => {
    beforeAll(async () => {
      await cluster.start(3)
    })

    it('everything is shown, in order', async () => {
      const values = await eventually(async () => {
        const found = await valuesOf(peer, wide)
        return found.length === 3 ? found : undefined
      })
      expect(values).toEqual(['safe', 'waits', 'alone'])
      expect(await described(peer, wide)).toMatchObject({
        leaderId: 1,
        leaderEpoch: 0,
        eligibleLeaderReplicas: [],
      })
    })

    it('who heard nothing good tries again, and it is there once', async () => {
      for (const topic of [wide, pair])
        expect(await produce(peer, topic, idempotent('waits', 1))).toMatchObject({
          errorCode: 0,
          baseOffset: 1,
        })
      expect(await valuesOf(peer, pair)).toEqual(['safe', 'waits'])
    })

    it('it follows, until it is elected', async () => {
      expect(await described(peer, led)).toMatchObject({ leaderId: 1, leaderEpoch: 1 })
      expect(await elect(peer, ElectionType.preferred, led)).toBe(ErrorCode.NONE)
      const back = await cluster.peer(3)
      expect(await untilDescribed(back, led, ({ leaderId }) => leaderId === 3)).toMatchObject({
        leaderEpoch: 2,
      })
      await byChance(() => untilLed(back, led.name))
      expect(await valuesOf(back, led)).toEqual(['a', 'b', 'c', 'd'])
      expect(await produce(back, led, idempotent('d', 3))).toMatchObject({ errorCode: 0, baseOffset: 3 })
      expect(await produce(back, led, idempotent('e', 4))).toMatchObject({ errorCode: 0, baseOffset: 4 })
    })
  })
})
