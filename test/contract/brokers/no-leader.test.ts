import { DescribeLogDirs, ErrorCode, Fetch, ListOffsets } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  batch,
  byChance,
  eventually,
  fetch,
  fetchRequest,
  produce,
  recordsIn,
  type Topic,
  untilLed,
  versionsOf,
} from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster } from './cluster.ts'
import { deleteTopic, described, placedTopic, untilCommitted, untilDescribed } from './fixture.ts'

/** Broker 2 stops, broker 3 is killed, and broker 2 comes back to find that it has missed something. */
describe('a cluster that has lost more than it can bear', () => {
  let cluster: Cluster
  /** Needs all three, so that nothing is committed any more; broker 1 leads what broker 3 has led. */
  let wide: Topic
  /** On brokers 3 and 2, of which the last in sync is away: nobody leads. */
  let orphan: Topic
  let leader: Peer
  let follower: Peer

  beforeAll(async () => {
    cluster = await Cluster.open()
    leader = await cluster.peer(1)
    const last = await cluster.peer(3)
    const peers = [leader, await cluster.peer(2), last]
    wide = await placedTopic(peers, [3, 1, 2], { 'min.insync.replicas': '3' })
    orphan = await placedTopic(peers, [3, 2], { 'min.insync.replicas': '1' })
    for (const topic of [wide, orphan]) {
      await byChance(() => untilLed(last, topic.name))
      expect(await produce(last, topic, batch(['a', 'b']))).toMatchObject({ errorCode: 0, baseOffset: 0 })
      await untilCommitted(peers[1] as Peer, topic, 2)
    }
    await untilCommitted(leader, wide, 2)
    await cluster.stop(2)
    for (const topic of [wide, orphan])
      await untilDescribed(last, topic, ({ isrNodes }) => !isrNodes.includes(2))
    for (const topic of [wide, orphan])
      expect(await produce(last, topic, batch(['c']), { acks: 1 })).toMatchObject({ errorCode: 0 })
    await byChance(() => untilAsLarge(wide, leader, last))
    await cluster.kill(3)
    await cluster.restart(2)
    follower = await cluster.peer(2)
    for (const peer of [leader, follower]) {
      await untilDescribed(peer, wide, ({ leaderId }) => leaderId === 1)
      await untilDescribed(peer, orphan, ({ leaderId }) => leaderId === -1)
    }
  })
  afterAll(async () => {
    await cluster.start(3)
    for (const topic of [wide, orphan]) await deleteTopic(leader, topic)
    await cluster.close()
  })

  /** The follower has what the leader has. */
  async function untilAsLarge(topic: Topic, one: Peer, other: Peer): Promise<void> {
    const size = async (peer: Peer) => {
      const { results } = await peer.send(DescribeLogDirs, 4, {
        topics: [{ topic: topic.name, partitions: [0] }],
      })
      return results[0]?.topics[0]?.partitions[0]?.partitionSize
    }
    await eventually(async () => ((await size(one)) === (await size(other)) ? true : undefined))
  }

  const endOf = async (peer: Peer, topic: Topic, version: number, timestamp = -1, isolationLevel = 0) => {
    const partitions = [{ partitionIndex: 0, timestamp }]
    const request = {
      replicaId: -1,
      ...(version >= 2 ? { isolationLevel } : {}),
      topics: [{ name: topic.name, partitions }],
    }
    const { topics } = await peer.send(ListOffsets, version, request)
    return topics[0]?.partitions[0]
  }

  describe('a new leader that does not know how far its predecessor had committed', () => {
    it.each(versionsOf(ListOffsets))('ListOffsets %i tells no end before it is known', async (version) => {
      const expected = version >= 5 ? ErrorCode.OFFSET_NOT_AVAILABLE : ErrorCode.LEADER_NOT_AVAILABLE
      for (const isolationLevel of version >= 2 ? [0, 1] : [0])
        expect(await endOf(leader, wide, version, -1, isolationLevel)).toMatchObject({ errorCode: expected })
    })

    it('tells where the log begins', async () => {
      expect(await endOf(leader, wide, 7, -2)).toMatchObject({ errorCode: ErrorCode.NONE, offset: 0 })
    })

    it('shows what it knows to be committed', async () => {
      const answer = await fetch(leader, wide)
      expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, highWatermark: 2 })
      expect((await recordsIn(answer.records)).map(({ value }) => String(value))).toEqual(['a', 'b'])
    })

    it('takes nothing that all replicas should have', async () => {
      const refused = await produce(leader, wide, batch(['never']))
      expect(refused).toMatchObject({ errorCode: ErrorCode.NOT_ENOUGH_REPLICAS, baseOffset: -1 })
    })
  })

  describe('a follower whose partition nobody leads', () => {
    it('is not in sync, and not elected', async () => {
      expect(await described(follower, orphan)).toMatchObject({
        leaderId: -1,
        replicaNodes: [3, 2],
        isrNodes: [],
        offlineReplicas: [3],
      })
    })

    it.each(versionsOf(Fetch, 11))('Fetch %i reads what it knows to be committed', async (version) => {
      const request = { ...fetchRequest(orphan, { version }), rackId: 'b' }
      const { responses } = await follower.send(Fetch, version, request)
      const answer = responses[0]?.partitions[0]
      expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, highWatermark: 2, preferredReadReplica: -1 })
      const values = (await recordsIn(answer?.records ?? null)).map(({ value }) => String(value))
      expect(values).toEqual(['a', 'b'])
    })

    it('knows no end and takes nothing', async () => {
      const notLeader = { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }
      expect(await endOf(follower, orphan, 7)).toMatchObject(notLeader)
      expect(await produce(follower, orphan, batch(['never']), { acks: 1 })).toMatchObject(notLeader)
    })
  })
})
