import {
  DescribeCluster,
  DescribeLogDirs,
  DescribeQuorum,
  ErrorCode,
  FindCoordinator,
  Metadata,
  UnregisterBroker,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byChance, eventually, type Topic, versionsOf } from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster } from './cluster.ts'
import { deleteTopic, described, placedTopic, untilDescribed } from './fixture.ts'

/** What every broker says of the cluster, while all are there, one has been killed, and one is back. */
describe('what brokers know of each other', () => {
  let cluster: Cluster
  let peer: Peer
  let everywhere: Topic
  let onTheLost: Topic

  beforeAll(async () => {
    cluster = await Cluster.open()
    peer = await cluster.peer(1)
    const peers = [peer, await cluster.peer(2), await cluster.peer(3)]
    everywhere = await placedTopic(
      peers,
      [
        [2, 1, 3],
        [3, 2, 1],
        [1, 3, 2],
      ],
      { 'min.insync.replicas': '2' },
    )
    onTheLost = await placedTopic(peers, [2])
  })
  afterAll(async () => {
    for (const topic of [everywhere, onTheLost]) await deleteTopic(await cluster.peer(1), topic)
    await cluster?.close()
  })

  const metadata = async (version: number, topic: Topic) => {
    const response = await peer.send(Metadata, version, { topics: [{ name: topic.name }] })
    return { ...response, partitions: response.topics[0]?.partitions ?? [] }
  }

  it.each(versionsOf(Metadata))('Metadata %i names the brokers with their racks', async (version) => {
    const { brokers, controllerId } = await metadata(version, everywhere)
    const named = brokers.toSorted((a, b) => a.nodeId - b.nodeId)
    expect(named.map(({ nodeId, rack }) => [nodeId, rack])).toEqual(
      [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ].map(([id, rack]) => [id, version >= 1 ? rack : null]),
    )
    if (version >= 1) expect([1, 2, 3]).toContain(controllerId)
  })

  it('every broker says the same', async () => {
    for (const brokerId of [1, 2, 3]) {
      const partition = await described(await cluster.peer(brokerId), everywhere)
      expect(partition).toMatchObject({ leaderId: 2, leaderEpoch: 0, replicaNodes: [2, 1, 3] })
    }
  })

  it.each(versionsOf(DescribeCluster))('DescribeCluster %i names the brokers', async (version) => {
    const { brokers } = await peer.send(
      DescribeCluster,
      version,
      version >= 2 ? { includeFencedBrokers: true } : {},
    )
    expect(brokers.map(({ brokerId, isFenced }) => [brokerId, isFenced])).toEqual([
      [1, false],
      [2, false],
      [3, false],
    ])
  })

  it.each(versionsOf(DescribeQuorum))(
    'DescribeQuorum %i tells of one voter whom brokers observe',
    async (version) => {
      const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }]
      const partition = await eventually(async () => {
        const found = (await peer.send(DescribeQuorum, version, { topics })).topics[0]?.partitions[0]
        return found?.observers.length === 3 ? found : undefined
      })
      expect(partition).toMatchObject({ errorCode: 0, leaderId: 1000 })
      expect(partition.currentVoters.map(({ replicaId }) => replicaId)).toEqual([1000])
      expect(partition.observers.map(({ replicaId }) => replicaId).toSorted()).toEqual([1, 2, 3])
    },
  )

  it.each([1, 2, 3])('DescribeLogDirs of broker %i tells of its own replicas', async (brokerId) => {
    const topics = [everywhere, onTheLost].map(({ name }) => ({ topic: name, partitions: [0, 1, 2] }))
    const { results } = await (await cluster.peer(brokerId)).send(DescribeLogDirs, 4, { topics })
    expect(results).toHaveLength(1)
    const found = results[0]?.topics.map(({ name, partitions }) => [
      name === everywhere.name ? 'everywhere' : 'on the lost',
      partitions.map(({ partitionIndex }) => partitionIndex).toSorted(),
    ])
    expect(new Map(found as [string, number[]][])).toEqual(
      new Map([['everywhere', [0, 1, 2]], ...(brokerId === 2 ? [['on the lost', [0]] as const] : [])]),
    )
  })

  describe('after a broker is killed', () => {
    beforeAll(async () => {
      await cluster.kill(2)
      await untilDescribed(peer, everywhere, ({ isrNodes }) => !isrNodes.includes(2))
      await untilDescribed(peer, onTheLost, ({ leaderId }) => leaderId === -1)
    })

    it.each(versionsOf(Metadata))('Metadata %i does not name it', async (version) => {
      const { brokers, partitions } = await metadata(version, everywhere)
      expect(brokers.map(({ nodeId }) => nodeId).toSorted()).toEqual([1, 3])
      const first = partitions.find(({ partitionIndex }) => partitionIndex === 0)
      const errorCode = version === 0 ? ErrorCode.REPLICA_NOT_AVAILABLE : ErrorCode.NONE
      expect(first).toMatchObject({ errorCode, leaderId: 1 })
      expect(first?.isrNodes.toSorted()).toEqual([1, 3])
      if (version >= 5) expect(first?.offlineReplicas).toEqual([2])
    })

    it.each(versionsOf(Metadata))(
      'Metadata %i says that nobody leads where it was alone',
      async (version) => {
        const { partitions } = await metadata(version, onTheLost)
        expect(partitions).toMatchObject([{ errorCode: ErrorCode.LEADER_NOT_AVAILABLE, leaderId: -1 }])
      },
    )

    it('DescribeTopicPartitions names who is eligible', async () => {
      expect(await described(peer, onTheLost)).toMatchObject({
        errorCode: ErrorCode.NONE,
        leaderId: -1,
        isrNodes: [],
        eligibleLeaderReplicas: [2],
        lastKnownElr: [2],
        offlineReplicas: [2],
      })
      expect(await described(peer, everywhere)).toMatchObject({
        leaderId: 1,
        eligibleLeaderReplicas: [],
        offlineReplicas: [2],
      })
    })

    it('DescribeCluster names it, fenced, to whoever asks for fenced brokers', async () => {
      const ask = async (includeFencedBrokers: boolean) => {
        const { brokers } = await peer.send(DescribeCluster, 2, { includeFencedBrokers })
        return brokers
          .map(({ brokerId, isFenced }) => [brokerId, isFenced] as const)
          .toSorted(([a], [b]) => a - b)
      }
      expect(await ask(false)).toEqual([
        [1, false],
        [3, false],
      ])
      expect(await ask(true)).toEqual([
        [1, false],
        [2, true],
        [3, false],
      ])
    })

    it('UnregisterBroker takes it away, and it comes back', async () => {
      expect(await peer.send(UnregisterBroker, 0, { brokerId: 2 })).toMatchObject({ errorCode: 0 })
      await eventually(async () => {
        const { brokers } = await peer.send(DescribeCluster, 2, { includeFencedBrokers: true })
        return brokers.length === 2 ? brokers : undefined
      })
      const again = await peer.send(UnregisterBroker, 0, { brokerId: 2 })
      expect(again.errorCode).toBe(ErrorCode.BROKER_ID_NOT_REGISTERED)
      await cluster.start(2)
      // It was not shut down cleanly, and it led last.
      const elected = await untilDescribed(peer, onTheLost, ({ leaderId }) => leaderId === 2)
      expect(elected).toMatchObject({ isrNodes: [2], eligibleLeaderReplicas: [], lastKnownElr: [] })
    }, 90_000)
  })

  it('FindCoordinator gives the same broker everywhere', async () => {
    const find = async (brokerId: number) => {
      const { coordinators } = await (await cluster.peer(brokerId)).send(FindCoordinator, 6, {
        keyType: 0,
        coordinatorKeys: ['some-group'],
      })
      return coordinators[0]?.errorCode === 0 ? coordinators[0].nodeId : undefined
    }
    const found = await byChance(async () => {
      const first = await eventually(() => find(1))
      await cluster.untilWell()
      return [first, await eventually(() => find(2)), await eventually(() => find(3))]
    })
    expect(new Set(found).size).toBe(1)
  })
})
