import {
  AlterPartitionReassignments,
  DeleteRecords,
  DescribeProducers,
  ErrorCode,
  Fetch,
  ListOffsets,
  OffsetForLeaderEpoch,
  Produce,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  batch,
  byChance,
  fetch,
  fetchRequest,
  produce,
  produceRequest,
  type Topic,
  untilLed,
  versionsOf,
} from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster } from './cluster.ts'
import { deleteTopic, elect, ElectionType, placedTopic, untilCommitted, untilDescribed } from './fixture.ts'

/** Three records in epoch 0, which broker 1 led, and two in epoch 1, which broker 2 leads. Broker 3 has no replica. */
const stale = 0
const current = 1
const future = 2
const notYetLed = { leaderId: -1, leaderEpoch: -1 }

describe('leader epochs', () => {
  let cluster: Cluster
  let former: Peer
  let leader: Peer
  let stranger: Peer
  let topic: Topic

  beforeAll(async () => {
    cluster = await Cluster.open()
    former = await cluster.peer(1)
    leader = await cluster.peer(2)
    stranger = await cluster.peer(3)
    topic = await placedTopic([former, leader, stranger], [1, 2])
    await byChance(() => untilLed(former, topic.name))
    expect(await produce(former, topic, batch(['a', 'b', 'c']))).toMatchObject({ errorCode: 0 })
    const partitions = [{ partitionIndex: 0, replicas: [2, 1] }]
    await former.send(AlterPartitionReassignments, 1, { topics: [{ name: topic.name, partitions }] })
    await untilDescribed(former, topic, ({ replicaNodes }) => replicaNodes[0] === 2)
    expect(await elect(former, ElectionType.preferred, topic)).toBe(ErrorCode.NONE)
    for (const peer of [former, leader, stranger])
      await untilDescribed(peer, topic, ({ leaderEpoch }) => leaderEpoch === current)
    await byChance(() => untilLed(leader, topic.name))
    expect(await produce(leader, topic, batch(['d', 'e']))).toMatchObject({ errorCode: 0, baseOffset: 3 })
    await untilCommitted(former, topic, 5)
  })
  afterAll(async () => {
    await deleteTopic(await cluster.peer(1), topic)
    await cluster?.close()
  })

  const produceAt = async (peer: Peer, version: number, acks: number) => {
    const response = await peer.send(Produce, version, produceRequest(topic, batch(['x']), { acks }))
    return { ...response, partition: response.responses[0]?.partitionResponses[0] }
  }

  it.each(versionsOf(Produce))(
    'Produce %i is for the leader, whom versions from 10 on name',
    async (version) => {
      for (const [peer, acks] of [
        [former, 1],
        [former, -1],
        [stranger, -1],
      ] as const) {
        const { partition, nodeEndpoints } = await produceAt(peer, version, acks)
        expect(partition?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
        const isTold = version >= 10
        expect(partition?.currentLeader).toEqual(isTold ? { leaderId: 2, leaderEpoch: current } : notYetLed)
        const { host, port } = cluster.bootstrap(2)
        expect(nodeEndpoints).toEqual(isTold ? [{ nodeId: 2, host, port, rack: 'b' }] : [])
      }
    },
  )

  const fetchAt = async (peer: Peer, options: Parameters<typeof fetchRequest>[1]) => {
    const response = await peer.send(Fetch, options?.version ?? 12, fetchRequest(topic, options))
    return { ...response, partition: response.responses[0]?.partitions[0] }
  }

  it.each(versionsOf(Fetch))('Fetch %i where there is no replica', async (version) => {
    const { partition, nodeEndpoints } = await fetchAt(stranger, { version })
    expect(partition?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(partition?.currentLeader.leaderId).toBe(version >= 16 ? 2 : -1)
    expect(nodeEndpoints.map(({ nodeId, rack }) => [nodeId, rack])).toEqual(version >= 16 ? [[2, 'b']] : [])
  })

  it.each(versionsOf(Fetch))('Fetch %i at a follower, which serves from version 11 on', async (version) => {
    const { partition } = await fetchAt(former, { version })
    expect(partition?.errorCode).toBe(version >= 11 ? ErrorCode.NONE : ErrorCode.NOT_LEADER_OR_FOLLOWER)
  })

  it.each(versionsOf(Fetch, 9))('Fetch %i with another epoch than the leader has', async (version) => {
    const answers = []
    for (const currentLeaderEpoch of [stale, current, future]) {
      const { partition, nodeEndpoints } = await fetchAt(leader, { version, currentLeaderEpoch })
      answers.push([partition?.errorCode, partition?.currentLeader.leaderId, nodeEndpoints.length])
    }
    const isTold = version >= 16
    expect(answers).toEqual([
      [ErrorCode.FENCED_LEADER_EPOCH, isTold ? 2 : -1, isTold ? 1 : 0],
      [ErrorCode.NONE, -1, 0],
      [ErrorCode.UNKNOWN_LEADER_EPOCH, -1, 0],
    ])
  })

  it.each(versionsOf(Fetch, 11))('Fetch %i with another epoch than a follower has', async (version) => {
    const codes = []
    for (const currentLeaderEpoch of [stale, current, future])
      codes.push((await fetchAt(former, { version, currentLeaderEpoch })).partition?.errorCode)
    expect(codes).toEqual([ErrorCode.FENCED_LEADER_EPOCH, ErrorCode.NONE, ErrorCode.UNKNOWN_LEADER_EPOCH])
  })

  it.each(versionsOf(Fetch, 12))('Fetch %i says where the log of an epoch ends', async (version) => {
    const { partition } = await fetchAt(leader, { version, offset: 4, lastFetchedEpoch: stale })
    expect(partition).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: stale, endOffset: 3 } })
    const same = await fetchAt(leader, { version, offset: 4, lastFetchedEpoch: current })
    expect(same.partition).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: -1, endOffset: -1 } })
    const later = await fetchAt(leader, { version, offset: 4, lastFetchedEpoch: future })
    expect(later.partition?.records?.length ?? 0).toBe(0)
    const negative = await fetchAt(leader, { version, offset: 9, lastFetchedEpoch: current })
    expect(negative.partition?.records?.length ?? 0).toBe(0)
  })

  it('records keep the epoch in which they were written', async () => {
    const { records } = await fetch(leader, topic)
    expect(records?.readInt32BE(12)).toBe(stale)
    const later = await fetch(leader, topic, { offset: 3 })
    expect(later.records?.readInt32BE(12)).toBe(current)
  })

  const offsetAt = async (
    peer: Peer,
    { version = 7, epoch = -1, timestamp = -1, replicaId = -1, isolationLevel = 0 },
  ) => {
    const partitions = [{ partitionIndex: 0, currentLeaderEpoch: epoch, timestamp, maxNumOffsets: 1 }]
    const topics = [{ name: topic.name, partitions }]
    const response = await peer.send(ListOffsets, version, { replicaId, isolationLevel, topics })
    return response.topics[0]?.partitions[0]
  }

  it.each(versionsOf(ListOffsets))('ListOffsets %i is for the leader', async (version) => {
    for (const peer of [former, stranger])
      expect(await offsetAt(peer, { version })).toMatchObject({ errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER })
  })

  it.each(versionsOf(ListOffsets, 4))('ListOffsets %i with an epoch', async (version) => {
    const answers = []
    for (const epoch of [stale, current, future]) answers.push(await offsetAt(leader, { version, epoch }))
    expect(answers.map((answer) => answer?.errorCode)).toEqual([
      ErrorCode.FENCED_LEADER_EPOCH,
      ErrorCode.NONE,
      ErrorCode.UNKNOWN_LEADER_EPOCH,
    ])
    expect(answers[1]).toMatchObject({ offset: 5, leaderEpoch: current })
  })

  it('ListOffsets tells of which epoch an offset is', async () => {
    expect(await offsetAt(leader, { timestamp: -2 })).toMatchObject({ offset: 0, leaderEpoch: stale })
    expect(await offsetAt(leader, { timestamp: 0 })).toMatchObject({ offset: 0, leaderEpoch: stale })
    expect(await offsetAt(leader, { timestamp: -3 })).toMatchObject({ leaderEpoch: expect.any(Number) })
    expect(await offsetAt(leader, { isolationLevel: 1 })).toMatchObject({ offset: 5, leaderEpoch: current })
  })

  it('ListOffsets at a follower is for whoever debugs, not for other replicas', async () => {
    const asDebugger = await offsetAt(former, { replicaId: -2 })
    expect(asDebugger).toMatchObject({ errorCode: ErrorCode.NONE, offset: 5 })
    expect(await offsetAt(former, { replicaId: 3 })).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
    })
    expect(await offsetAt(stranger, { replicaId: -2 })).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
    })
    expect(await offsetAt(leader, { replicaId: 1 })).toMatchObject({ errorCode: ErrorCode.NONE, offset: 5 })
  })

  const endOf = async (
    peer: Peer,
    leaderEpoch: number,
    options: { version?: number; epoch?: number } = {},
  ) => {
    const { version = 4, epoch = -1 } = options
    const partitions = [{ partition: 0, currentLeaderEpoch: epoch, leaderEpoch }]
    const topics = [{ topic: topic.name, partitions }]
    const response = await peer.send(OffsetForLeaderEpoch, version, { replicaId: -1, topics })
    return response.topics[0]?.partitions[0]
  }

  it.each(versionsOf(OffsetForLeaderEpoch))('OffsetForLeaderEpoch %i', async (version) => {
    expect(await endOf(leader, stale, { version })).toMatchObject({ leaderEpoch: 0, endOffset: 3 })
    expect(await endOf(leader, current, { version })).toMatchObject({ leaderEpoch: 1, endOffset: 5 })
    expect(await endOf(leader, future, { version })).toMatchObject({ leaderEpoch: -1, endOffset: -1 })
    expect(await endOf(leader, -1, { version })).toMatchObject({ leaderEpoch: -1, endOffset: -1 })
    for (const peer of [former, stranger])
      expect(await endOf(peer, stale, { version })).toMatchObject({
        errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
        endOffset: -1,
      })
    const codes = []
    for (const epoch of [stale, current, future])
      codes.push((await endOf(leader, stale, { version, epoch }))?.errorCode)
    expect(codes).toEqual([ErrorCode.FENCED_LEADER_EPOCH, ErrorCode.NONE, ErrorCode.UNKNOWN_LEADER_EPOCH])
  })

  it('DeleteRecords is for the leader', async () => {
    for (const peer of [former, stranger]) {
      const partitions = [{ partitionIndex: 0, offset: 0 }]
      const deleted = await peer.send(DeleteRecords, 2, {
        topics: [{ name: topic.name, partitions }],
        timeoutMs: 5000,
      })
      expect(deleted.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    }
  })

  it('DescribeProducers is for every replica', async () => {
    const topics = [{ name: topic.name, partitionIndexes: [0, 1] }]
    const codes = []
    for (const peer of [former, leader, stranger]) {
      const response = await peer.send(DescribeProducers, 0, { topics })
      codes.push(response.topics[0]?.partitions.map(({ errorCode }) => errorCode))
    }
    expect(codes).toEqual([
      [ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ])
  })

  it('a producer that wants no answer hears of it by the end of its connection', async () => {
    const hasty = await cluster.another(1)
    const bytes = produceRequest(topic, batch(['x']), { acks: 0 })
    await byChance(() => hasty.send(Produce, 12, bytes).catch(() => undefined))
    await hasty.closed
  })
})
