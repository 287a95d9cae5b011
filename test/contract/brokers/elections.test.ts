import { ElectLeaders, ErrorCode } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batch, eventually, produce, type Topic, valuesOf, versionsOf } from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster } from './cluster.ts'
import { deleteTopic, described, elect, ElectionType, placedTopic, untilDescribed } from './fixture.ts'

describe('elections', () => {
  let cluster: Cluster
  let peer: Peer
  /** Brokers 1 and 2 are the preferred leaders of its partitions. */
  let topic: Topic
  /** On broker 1 alone. */
  let lonely: Topic
  /** Broker 2 is to miss what broker 1 gets. */
  let unsafe: Topic
  let uncleanByConfig: Topic

  beforeAll(async () => {
    cluster = await Cluster.open()
    peer = await cluster.peer(3)
    const peers = [peer, await cluster.peer(1), await cluster.peer(2)]
    topic = await placedTopic(peers, [
      [1, 2, 3],
      [2, 3, 1],
    ])
    lonely = await placedTopic(peers, [1])
    unsafe = await placedTopic(peers, [1, 2])
    uncleanByConfig = await placedTopic(peers, [1, 2], { 'unclean.leader.election.enable': 'true' })
    for (const one of [topic, unsafe, uncleanByConfig])
      expect(await produce(await cluster.peer(1), one, batch(['safe']))).toMatchObject({ errorCode: 0 })
  })
  afterAll(async () => {
    await cluster?.close()
  })

  it.each(versionsOf(ElectLeaders))('ElectLeaders %i says where none is needed', async (version) => {
    const topicPartitions = [{ topic: topic.name, partitions: [0, 1, 99] }]
    const response = await peer.send(ElectLeaders, version, { topicPartitions })
    expect(response.replicaElectionResults[0]?.partitionResult.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.ELECTION_NOT_NEEDED,
      ErrorCode.ELECTION_NOT_NEEDED,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ])
  })

  it('ElectLeaders knows two kinds of elections', async () => {
    expect(await elect(peer, ElectionType.unclean, topic)).toBe(ErrorCode.ELECTION_NOT_NEEDED)
  })

  it('of all partitions names only those where there was something to do', async () => {
    const response = await peer.send(ElectLeaders, 2, { topicPartitions: null })
    expect(response.errorCode).toBe(0)
    expect(response.replicaElectionResults.flatMap(({ partitionResult }) => partitionResult)).toEqual([])
  })

  describe('after a clean stop of the preferred leader', () => {
    beforeAll(async () => {
      await cluster.stop(1)
      await untilDescribed(peer, topic, ({ isrNodes }) => !isrNodes.includes(1))
      await untilDescribed(peer, lonely, ({ leaderId }) => leaderId === -1)
    })

    it('the next replica in sync leads, in the next epoch', async () => {
      expect(await described(peer, topic)).toMatchObject({
        leaderId: 2,
        leaderEpoch: 1,
        replicaNodes: [1, 2, 3],
        isrNodes: [2, 3],
        offlineReplicas: [1],
      })
    })

    it('where another broker led, it still leads', async () => {
      expect(await described(peer, topic, 1)).toMatchObject({ leaderId: 2, isrNodes: [2, 3] })
    })

    it('the only replica is eligible, and nobody leads', async () => {
      expect(await described(peer, lonely)).toMatchObject({
        leaderId: -1,
        isrNodes: [],
        eligibleLeaderReplicas: [1],
        lastKnownElr: [1],
        offlineReplicas: [1],
      })
    })

    it('the preferred leader is not available', async () => {
      expect(await elect(peer, ElectionType.preferred, topic)).toBe(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE)
      expect(await elect(peer, ElectionType.preferred, topic, 1)).toBe(ErrorCode.ELECTION_NOT_NEEDED)
      expect(await elect(peer, ElectionType.preferred, lonely)).toBe(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE)
    })

    it('an unclean election is for partitions without a leader, and needs a replica', async () => {
      expect(await elect(peer, ElectionType.unclean, topic)).toBe(ErrorCode.ELECTION_NOT_NEEDED)
      expect(await elect(peer, ElectionType.unclean, lonely)).toBe(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE)
    })

    it('comes back into the ISR without the lead, which it gets where somebody asks', async () => {
      await cluster.start(1)
      expect(await described(peer, topic)).toMatchObject({ leaderId: 2, leaderEpoch: 1 })
      expect(await elect(peer, ElectionType.preferred, topic)).toBe(ErrorCode.NONE)
      const elected = await untilDescribed(peer, topic, ({ leaderId }) => leaderId === 1)
      expect(elected).toMatchObject({ leaderEpoch: 2, offlineReplicas: [] })
      expect(elected.isrNodes.toSorted()).toEqual([1, 2, 3])
      expect(await described(peer, lonely)).toMatchObject({ leaderId: 1, isrNodes: [1] })
    }, 90_000)
  })

  describe('after a crash of all that are in sync', () => {
    beforeAll(async () => {
      for (const one of [unsafe, uncleanByConfig]) await elect(peer, ElectionType.preferred, one)
      await cluster.kill(2)
      const leader = await cluster.peer(1)
      for (const one of [unsafe, uncleanByConfig]) {
        await untilDescribed(leader, one, ({ isrNodes }) => isrNodes.length === 1)
        expect(await produce(leader, one, batch(['lost']))).toMatchObject({ errorCode: 0, baseOffset: 1 })
      }
      await cluster.kill(1)
      await untilDescribed(peer, unsafe, ({ leaderId }) => leaderId === -1)
      await cluster.restart(2)
    }, 180_000)

    it('nobody leads where nobody in sync is left', async () => {
      expect(await described(peer, unsafe)).toMatchObject({
        leaderId: -1,
        isrNodes: [],
        eligibleLeaderReplicas: [1],
        lastKnownElr: [1],
        offlineReplicas: [1],
      })
      expect(await elect(peer, ElectionType.preferred, unsafe)).toBe(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE)
    })

    it('the config unclean.leader.election.enable lets a replica lead that is not in sync', async () => {
      const elected = await untilDescribed(peer, uncleanByConfig, ({ leaderId }) => leaderId === 2)
      expect(elected).toMatchObject({ isrNodes: [2], offlineReplicas: [1] })
    })

    it('so does an unclean election that somebody asks for', async () => {
      expect(await elect(peer, ElectionType.unclean, unsafe)).toBe(ErrorCode.NONE)
      const elected = await untilDescribed(peer, unsafe, ({ leaderId }) => leaderId === 2)
      expect(elected).toMatchObject({ isrNodes: [2] })
      expect(await elect(peer, ElectionType.unclean, unsafe)).toBe(ErrorCode.ELECTION_NOT_NEEDED)
    })

    it('what the new leader did not have is gone, also where it was', async () => {
      const leader = await cluster.peer(2)
      for (const one of [unsafe, uncleanByConfig]) {
        const answer = await eventually(async () => {
          const produced = await produce(leader, one, batch(['new']))
          return produced.errorCode === 0 ? produced : undefined
        })
        expect(answer.baseOffset).toBe(1)
      }
      await cluster.start(1)
      for (const one of [unsafe, uncleanByConfig]) {
        expect(await elect(peer, ElectionType.preferred, one)).toBe(ErrorCode.NONE)
        const back = await cluster.peer(1)
        await untilDescribed(back, one, ({ leaderId }) => leaderId === 1)
        const values = await eventually(async () => {
          const found = await valuesOf(back, one)
          return found.length === 2 ? found : undefined
        })
        expect(values).toEqual(['safe', 'new'])
      }
    }, 90_000)

    afterAll(async () => {
      for (const one of [topic, lonely, unsafe, uncleanByConfig]) await deleteTopic(peer, one)
    })
  })
})
