import {
  AlterPartitionReassignments,
  ConfigResourceType,
  CreatePartitions,
  CreateTopics,
  ErrorCode,
  IncrementalAlterConfigs,
  ListPartitionReassignments,
  Metadata,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  batch,
  byChance,
  eventually,
  fetch,
  produce,
  type Topic,
  uniqueName,
  untilLed,
  versionsOf,
} from '../fixture.ts'
import type { Peer } from '../peer.ts'
import { Cluster } from './cluster.ts'
import { deleteTopic, described, placedTopic, untilDescribed } from './fixture.ts'

const brokerIds = [1, 2, 3]
/** More than a follower gets at once. */
const batches = 4
const batchBytes = 900_000

describe('reassignments', () => {
  let cluster: Cluster
  let peer: Peer
  let peers: Peer[]
  /** On brokers 1 and 2. */
  let topic: Topic

  beforeAll(async () => {
    cluster = await Cluster.open()
    peers = await Promise.all(brokerIds.map((id) => cluster.peer(id)))
    peer = await cluster.peer(1)
    topic = await placedTopic(peers, [
      [1, 2],
      [2, 1],
    ])
  })
  afterAll(async () => {
    await deleteTopic(peer, topic)
    await cluster?.close()
  })

  type Alterations = { version?: number; allowReplicationFactorChange?: boolean; name?: string }

  const alter = async (
    wanted: readonly [partitionIndex: number, replicas: number[] | null][],
    { version = 1, allowReplicationFactorChange = true, name = topic.name }: Alterations = {},
  ) => {
    const partitions = wanted.map(([partitionIndex, replicas]) => ({ partitionIndex, replicas }))
    const response = await peer.send(AlterPartitionReassignments, version, {
      timeoutMs: 10_000,
      ...(version >= 1 && { allowReplicationFactorChange }),
      topics: [{ name, partitions }],
    })
    expect(response.errorCode).toBe(0)
    return response.responses[0]?.partitions.map(({ errorCode }) => errorCode)
  }
  const list = async (of: Topic | null, partitionIndexes: number[] = [0]) => {
    const topics = of && [{ name: of.name, partitionIndexes }]
    return (await peer.send(ListPartitionReassignments, 0, { topics, timeoutMs: 10_000 })).topics
  }

  it.each(versionsOf(AlterPartitionReassignments))(
    'AlterPartitionReassignments %i refuses',
    async (version) => {
      const refused = [
        [2, [1, 2], ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
        [-1, [1, 2], ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
        [0, [], ErrorCode.INVALID_REPLICA_ASSIGNMENT],
        [0, [1, 99], ErrorCode.INVALID_REPLICA_ASSIGNMENT],
        [0, [1, -1], ErrorCode.INVALID_REPLICA_ASSIGNMENT],
        [0, [1, 1], ErrorCode.INVALID_REPLICA_ASSIGNMENT],
        [0, null, ErrorCode.NO_REASSIGNMENT_IN_PROGRESS],
      ] as const
      for (const [index, replicas, code] of refused)
        expect(await alter([[index, replicas && [...replicas]]], { version })).toEqual([code])
      expect(await alter([[0, [1, 2]]], { version, name: uniqueName('missing') })).toEqual([
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ])
    },
  )

  it('judges each partition of a request by itself', async () => {
    const [, second] =
      (await alter([
        [0, [1, 99]],
        [1, [2, 1]],
      ])) ?? []
    expect(second).toBe(ErrorCode.NONE)
    expect(await alter([[0, [1, 2]]])).toEqual([ErrorCode.NONE])
    expect(await list(null)).toEqual([])
    expect(await described(peer, topic)).toMatchObject({ replicaNodes: [1, 2], leaderId: 1, leaderEpoch: 0 })
  })

  it('keeps the replication factor where the request says so', async () => {
    const strict = { allowReplicationFactorChange: false }
    expect(await alter([[0, [1, 2, 3]]], strict)).toEqual([ErrorCode.INVALID_REPLICATION_FACTOR])
    expect(await alter([[0, [1]]], strict)).toEqual([ErrorCode.INVALID_REPLICATION_FACTOR])
    expect(await alter([[0, [1, 2]]], strict)).toEqual([ErrorCode.NONE])
  })

  it('lists nothing where nothing is under way, or asked for', async () => {
    expect(await list(topic, [0, 1, 7])).toEqual([])
    expect(await list({ name: uniqueName('missing'), id: '' })).toEqual([])
    expect((await peer.send(ListPartitionReassignments, 0, { topics: [], timeoutMs: 1000 })).topics).toEqual(
      [],
    )
  })

  it('another order changes who is preferred, and no epoch', async () => {
    expect(await alter([[1, [1, 2]]])).toEqual([ErrorCode.NONE])
    const found = await untilDescribed(peer, topic, ({ replicaNodes }) => replicaNodes[0] === 1, 1)
    expect(found).toMatchObject({ leaderId: 2, leaderEpoch: 0, replicaNodes: [1, 2] })
  })

  it('a replica comes, and one that leads goes, while records are written', async () => {
    const moving = await placedTopic(peers, [1, 2])
    await byChance(() => untilLed(peer, moving.name))
    expect(await produce(peer, moving, batch(['before']))).toMatchObject({ errorCode: 0 })
    expect(await alter([[0, [2, 3]]], { name: moving.name })).toEqual([ErrorCode.NONE])
    await byChance(async () => {
      for (const one of peers)
        await untilDescribed(one, moving, ({ replicaNodes }) => replicaNodes.join() === '2,3')
    })
    const now = await described(peer, moving)
    expect(now).toMatchObject({ leaderId: 2, leaderEpoch: 1, replicaNodes: [2, 3], offlineReplicas: [] })
    expect(now.isrNodes.toSorted()).toEqual([2, 3])
    expect(await produce(peer, moving, batch(['wrong']))).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
      currentLeader: { leaderId: 2, leaderEpoch: 1 },
    })
    const leader = await cluster.peer(2)
    await byChance(() => untilLed(leader, moving.name))
    expect(await produce(leader, moving, batch(['after']))).toMatchObject({ errorCode: 0, baseOffset: 1 })
    expect((await fetch(leader, moving)).highWatermark).toBe(2)
    await deleteTopic(peer, moving)
  })

  describe('that are under way', () => {
    let slow: Topic

    const throttle = async (rate: string | null) => {
      const names = ['leader', 'follower'].map((who) => `${who}.replication.throttled.rate`)
      const configs = names.map((name) => ({ name, configOperation: rate === null ? 1 : 0, value: rate }))
      for (const [at, one] of peers.entries()) {
        const resourceName = String(brokerIds[at])
        const resources = [{ resourceType: ConfigResourceType.broker, resourceName, configs }]
        const { responses } = await one.send(IncrementalAlterConfigs, 1, { resources })
        expect(responses).toMatchObject([{ errorCode: 0 }])
      }
    }

    beforeAll(async () => {
      slow = await placedTopic(peers, [1], {
        'leader.replication.throttled.replicas': '*',
        'follower.replication.throttled.replicas': '*',
      })
      await byChance(() => untilLed(peer, slow.name))
      for (let at = 0; at < batches; at++)
        expect(await produce(peer, slow, batch(['x'.repeat(batchBytes)]))).toMatchObject({ errorCode: 0 })
      await throttle('1')
      expect(await alter([[0, [2, 3]]], { name: slow.name })).toEqual([ErrorCode.NONE])
    })
    afterAll(async () => {
      await throttle(null)
      await deleteTopic(peer, slow)
    })

    it('are listed with who comes and who goes', async () => {
      const expected = [
        {
          name: slow.name,
          partitions: [
            { partitionIndex: 0, replicas: [2, 3, 1], addingReplicas: [2, 3], removingReplicas: [1] },
          ],
        },
      ]
      expect(await list(null)).toEqual(expected)
      expect(await list(slow, [0, 1])).toEqual(expected)
      const found = await untilDescribed(peer, slow, ({ replicaNodes }) => replicaNodes.length === 3)
      expect(found).toMatchObject({
        leaderId: 1,
        replicaNodes: [2, 3, 1],
        isrNodes: [1],
        offlineReplicas: [],
      })
    })

    it('let records be written and read', async () => {
      expect(await produce(peer, slow, batch(['meanwhile']))).toMatchObject({
        errorCode: 0,
        baseOffset: batches,
      })
      const offset = batches
      expect((await fetch(peer, slow, { offset })).highWatermark).toBe(batches + 1)
    })

    it('may be given another goal', async () => {
      expect(await alter([[0, [3, 1]]], { name: slow.name })).toEqual([ErrorCode.NONE])
      expect((await list(slow))[0]?.partitions).toEqual([
        { partitionIndex: 0, replicas: [3, 1, 2], addingReplicas: [2, 3], removingReplicas: [2] },
      ])
    })

    it('keep the replication factor of the goal where the request says so', async () => {
      const strict = { allowReplicationFactorChange: false, name: slow.name }
      expect(await alter([[0, [1, 2, 3]]], strict)).toEqual([ErrorCode.INVALID_REPLICATION_FACTOR])
    })

    it('are cancelled', async () => {
      expect(await alter([[0, null]], { name: slow.name })).toEqual([ErrorCode.NONE])
      expect(await list(slow)).toEqual([])
      const found = await untilDescribed(peer, slow, ({ replicaNodes }) => replicaNodes.length === 1)
      expect(found).toMatchObject({ leaderId: 1, leaderEpoch: 1, replicaNodes: [1], isrNodes: [1] })
      expect(await alter([[0, null]], { name: slow.name })).toEqual([ErrorCode.NO_REASSIGNMENT_IN_PROGRESS])
    })

    it('end soon when nothing holds them back', async () => {
      expect(await alter([[0, [1, 2, 3]]], { name: slow.name })).toEqual([ErrorCode.NONE])
      expect((await list(slow))[0]?.partitions).toMatchObject([
        { addingReplicas: [2, 3], removingReplicas: [] },
      ])
      await throttle('100000000')
      const found = await untilDescribed(peer, slow, ({ isrNodes }) => isrNodes.length === 3)
      expect(found.isrNodes.toSorted()).toEqual([1, 2, 3])
      expect(await list(slow)).toEqual([])
    })
  })

  describe('new topics and partitions', () => {
    const create = async (options: {
      assignments?: number[][]
      numPartitions?: number
      replicationFactor?: number
      validateOnly?: boolean
    }) => {
      const { assignments = [], numPartitions = -1, replicationFactor = -1, validateOnly = true } = options
      const name = uniqueName('topic')
      const placed = assignments.map((ids, partitionIndex) => ({ partitionIndex, brokerIds: ids }))
      const topics = [{ name, numPartitions, replicationFactor, assignments: placed }]
      const response = await peer.send(CreateTopics, 7, { topics, timeoutMs: 10_000, validateOnly })
      return response.topics[0]
    }

    it('need brokers that are there, each once, as many for each partition', async () => {
      for (const assignments of [[[1, 99]], [[1, 1]], [[]], [[1, 2], [3]], [[-1]]])
        expect((await create({ assignments }))?.errorCode).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
      expect((await create({ numPartitions: 1, replicationFactor: 4 }))?.errorCode).toBe(
        ErrorCode.INVALID_REPLICATION_FACTOR,
      )
      expect((await create({ numPartitions: 1, replicationFactor: 0 }))?.errorCode).toBe(
        ErrorCode.INVALID_REPLICATION_FACTOR,
      )
    })

    it('have a leader each, spread over the brokers', async () => {
      const created = await create({ numPartitions: 6, replicationFactor: 3, validateOnly: false })
      const name = created?.name ?? ''
      const leaders = await byChance(() =>
        eventually(async () => {
          const { topics } = await peer.send(Metadata, 12, { topics: [{ name }] })
          return topics[0]?.errorCode === 0 ? topics[0].partitions.map(({ leaderId }) => leaderId) : undefined
        }),
      )
      for (const id of brokerIds) expect(leaders.filter((leaderId) => leaderId === id)).toHaveLength(2)
      await deleteTopic(peer, { name, id: '' })
    })

    const grow = async (count: number, assignments: number[][] | null) => {
      const topics = [
        { name: topic.name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null },
      ]
      const response = await peer.send(CreatePartitions, 3, { topics, timeoutMs: 10_000, validateOnly: true })
      return response.results[0]?.errorCode
    }

    it('CreatePartitions: the same', async () => {
      expect(await grow(3, [[3, 1]])).toBe(ErrorCode.NONE)
      for (const assignments of [
        [[3, 99]],
        [[3, 3]],
        [[3]],
        [
          [1, 2],
          [2, 3],
        ],
        [],
      ])
        expect(await grow(3, assignments)).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
    })
  })
})
