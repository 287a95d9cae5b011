import {
  DescribeCluster,
  DescribeTopicPartitions,
  ErrorCode,
  FindCoordinator,
  Metadata,
  randomUuid,
} from '@sluice/wire'
import { systemRandom } from '@sluice/effects'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canStartBrokers, type Engine, start } from './engine.ts'
import {
  byChance,
  createTopic,
  eventually,
  type Topic,
  uniqueName,
  untilCoordinated,
  versionsOf,
  zeroUuid,
} from './fixture.ts'
import { Peer } from './peer.ts'

describe('what a broker says of its cluster', () => {
  let engine: Engine
  let peer: Peer
  let topic: Topic
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
    topic = await createTopic(peer, { partitions: 3 })
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  describe('Metadata', () => {
    const byName = (version: number, name: string, allowAutoTopicCreation = false) =>
      peer.send(Metadata, version, {
        topics: [{ name }],
        ...(version >= 4 ? { allowAutoTopicCreation } : {}),
      })

    it.each(versionsOf(Metadata))('describes a topic by name, version %i', async (version) => {
      const response = await byName(version, topic.name)
      expect(response.brokers).toEqual([{ nodeId: expect.any(Number), ...engine.bootstrap, rack: null }])
      const node = response.brokers[0]?.nodeId
      if (version >= 1) expect(response.controllerId).toBe(node)
      if (version >= 2) expect(response.clusterId).toMatch(/^[\w-]{22}$/)
      expect(response.topics).toHaveLength(1)
      const described = response.topics[0]
      expect(described).toMatchObject({ errorCode: 0, name: topic.name, isInternal: false })
      if (version >= 10) expect(described?.topicId).toBe(topic.id)
      const partitions = described?.partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex)
      expect(partitions).toEqual(
        [0, 1, 2].map((partitionIndex) => ({
          errorCode: 0,
          partitionIndex,
          leaderId: node,
          leaderEpoch: version >= 7 ? 0 : -1,
          replicaNodes: [node],
          isrNodes: [node],
          offlineReplicas: [],
        })),
      )
    })

    it('describes all topics for an empty list in version 0 and for null later', async () => {
      expect((await peer.send(Metadata, 0, { topics: [] })).topics.map((t) => t.name)).toContain(topic.name)
      for (const version of versionsOf(Metadata, 1)) {
        const all = await peer.send(Metadata, version, { topics: null })
        expect(all.topics.map((t) => t.name)).toContain(topic.name)
        expect((await peer.send(Metadata, version, { topics: [] })).topics).toEqual([])
      }
    })

    it.each(versionsOf(Metadata, 12))('describes a topic by its id, version %i', async (version) => {
      const response = await peer.send(Metadata, version, { topics: [{ topicId: topic.id, name: null }] })
      expect(response.topics[0]).toMatchObject({ errorCode: 0, name: topic.name, topicId: topic.id })
    })

    it.each(versionsOf(Metadata, 12))(
      'answers an unknown id with UNKNOWN_TOPIC_ID, version %i',
      async (version) => {
        const topicId = randomUuid(systemRandom())
        const response = await peer.send(Metadata, version, { topics: [{ topicId, name: null }] })
        expect(response.topics[0]).toMatchObject({
          errorCode: ErrorCode.UNKNOWN_TOPIC_ID,
          topicId,
          name: null,
          partitions: [],
        })
      },
    )

    it.each(versionsOf(Metadata, 4))(
      'answers an unknown name with UNKNOWN_TOPIC_OR_PARTITION where it may not create it, version %i',
      async (version) => {
        const name = uniqueName('absent')
        const response = await byName(version, name)
        expect(response.topics[0]).toMatchObject({
          errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          name,
          partitions: [],
          topicId: zeroUuid,
        })
        expect((await byName(version, name)).topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      },
    )

    it.each([0, 3, 4, 9, 13])('creates an unknown topic where it may, version %i', async (version) => {
      const name = uniqueName('made')
      // Whether it is there already is chance.
      const first = await byChance(() => byName(version, name, true))
      expect([
        ErrorCode.NONE,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.LEADER_NOT_AVAILABLE,
      ]).toContain(first.topics[0]?.errorCode)
      const made = await eventually(async () => {
        const found = (await byName(version, name, true)).topics[0]
        return found?.errorCode === 0 ? found : undefined
      })
      // num.partitions of broker.properties
      expect(made.partitions).toHaveLength(2)
    })

    it.each(['', '.', '..', 'a b', 'a/b', 'ü', 'x'.repeat(250)])(
      'refuses the invalid name %j without creating it',
      async (name) => {
        const response = await byName(9, name, true)
        expect(response.topics[0]).toMatchObject({ errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, name })
      },
    )

    it('answers good and bad names side by side', async () => {
      const absent = uniqueName('absent')
      const response = await peer.send(Metadata, 12, {
        topics: [{ name: absent }, { name: topic.name }],
        allowAutoTopicCreation: false,
      })
      const codes = Object.fromEntries(response.topics.map((t) => [t.name, t.errorCode]))
      expect(codes).toEqual({ [absent]: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, [topic.name]: 0 })
    })

    it('answers a name that is asked for twice once', async () => {
      const response = await peer.send(Metadata, 9, {
        topics: [{ name: topic.name }, { name: topic.name }],
        allowAutoTopicCreation: false,
      })
      expect(response.topics.map((t) => t.name)).toEqual([topic.name])
    })

    it('marks internal topics', async () => {
      await untilCoordinated(peer, uniqueName('group'))
      const response = await byName(9, '__consumer_offsets')
      expect(response.topics[0]).toMatchObject({ errorCode: 0, isInternal: true })
      // offsets.topic.num.partitions of broker.properties
      expect(response.topics[0]?.partitions).toHaveLength(3)
    })

    it('leaves authorized operations at their default unless they are asked for', async () => {
      const plain = await peer.send(Metadata, 9, { topics: [{ name: topic.name }] })
      expect(plain.topics[0]?.topicAuthorizedOperations).toBe(-2147483648)
      expect(plain.clusterAuthorizedOperations).toBe(-2147483648)
      const asked = await peer.send(Metadata, 9, {
        topics: [{ name: topic.name }],
        includeTopicAuthorizedOperations: true,
        includeClusterAuthorizedOperations: true,
      })
      // Bits by operation code: READ 3, WRITE 4, CREATE 5, DELETE 6, ALTER 7, DESCRIBE 8, DESCRIBE_CONFIGS 10, ALTER_CONFIGS 11
      expect(asked.topics[0]?.topicAuthorizedOperations).toBe(0b1101_1111_1000)
      // CREATE 5, ALTER 7, DESCRIBE 8, CLUSTER_ACTION 9, DESCRIBE_CONFIGS 10, ALTER_CONFIGS 11, IDEMPOTENT_WRITE 12
      expect(asked.clusterAuthorizedOperations).toBe(0b1_1111_1010_0000)
    })
  })

  describe('DescribeCluster', () => {
    it.each(versionsOf(DescribeCluster))(
      'names the cluster, its controller and brokers, version %i',
      async (version) => {
        const response = await peer.send(DescribeCluster, version, {})
        const metadata = await peer.send(Metadata, 9, { topics: [] })
        expect(response).toMatchObject({
          errorCode: 0,
          clusterId: metadata.clusterId,
          controllerId: metadata.controllerId,
          endpointType: 1,
          brokers: [
            { brokerId: metadata.brokers[0]?.nodeId, ...engine.bootstrap, rack: null, isFenced: false },
          ],
          clusterAuthorizedOperations: -2147483648,
        })
      },
    )

    it('tells authorized operations where asked', async () => {
      const response = await peer.send(DescribeCluster, 0, { includeClusterAuthorizedOperations: true })
      expect(response.clusterAuthorizedOperations).toBe(0b1_1111_1010_0000)
    })

    it('does not tell controllers on a listener of brokers', async () => {
      const response = await peer.send(DescribeCluster, 1, { endpointType: 2 })
      expect(response.errorCode).toBe(ErrorCode.MISMATCHED_ENDPOINT_TYPE)
      expect(response.brokers).toEqual([])
    })

    it('refuses an endpoint type that does not exist', async () => {
      expect((await peer.send(DescribeCluster, 1, { endpointType: 9 })).errorCode).toBe(
        ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
      )
    })
  })

  describe('DescribeTopicPartitions', () => {
    const describeNames = (
      names: string[],
      limit = 2000,
      cursor: { topicName: string; partitionIndex: number } | null = null,
    ) =>
      peer.send(DescribeTopicPartitions, 0, {
        topics: names.map((name) => ({ name })),
        responsePartitionLimit: limit,
        cursor,
      })

    it('describes partitions with their epochs and eligible leaders', async () => {
      const response = await describeNames([topic.name])
      const node = (await peer.send(Metadata, 9, { topics: [] })).brokers[0]?.nodeId
      expect(response.topics).toHaveLength(1)
      expect(response.topics[0]).toMatchObject({ errorCode: 0, name: topic.name, topicId: topic.id })
      expect(response.topics[0]?.partitions).toEqual(
        [0, 1, 2].map((partitionIndex) => ({
          errorCode: 0,
          partitionIndex,
          leaderId: node,
          leaderEpoch: 0,
          replicaNodes: [node],
          isrNodes: [node],
          eligibleLeaderReplicas: [],
          lastKnownElr: [],
          offlineReplicas: [],
        })),
      )
      expect(response.nextCursor).toBeNull()
    })

    it('goes through topics in the order of their names, page by page', async () => {
      const prefix = uniqueName('page')
      await createTopic(peer, { name: `${prefix}-b`, partitions: 2 })
      await createTopic(peer, { name: `${prefix}-a`, partitions: 3 })
      const names = [`${prefix}-b`, `${prefix}-a`]
      const seen: string[] = []
      let cursor: { topicName: string; partitionIndex: number } | null = null
      for (let page = 0; page < 5; page++) {
        const response = await describeNames(names, 2, cursor)
        const found = response.topics.flatMap((t) =>
          t.partitions.map((partition) => `${t.name?.slice(prefix.length + 1)}${partition.partitionIndex}`),
        )
        expect(found.length).toBeLessThanOrEqual(2)
        seen.push(...found)
        cursor = response.nextCursor
        if (!cursor) break
      }
      expect(seen).toEqual(['a0', 'a1', 'a2', 'b0', 'b1'])
      expect(cursor).toBeNull()
    })

    it('answers unknown and invalid names', async () => {
      const absent = uniqueName('absent')
      const response = await describeNames([absent, 'not valid'])
      const codes = Object.fromEntries(response.topics.map((t) => [t.name, t.errorCode]))
      expect(codes).toEqual({
        [absent]: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        'not valid': ErrorCode.INVALID_TOPIC_EXCEPTION,
      })
    })

    it('describes all topics for an empty list', async () => {
      expect((await describeNames([])).topics.map((t) => t.name)).toContain(topic.name)
    })
  })

  describe('FindCoordinator', () => {
    it.each(versionsOf(FindCoordinator))('names the broker for a group, version %i', async (version) => {
      const group = uniqueName('group')
      await untilCoordinated(peer, group)
      const node = (await peer.send(Metadata, 9, { topics: [] })).brokers[0]?.nodeId
      const found = { nodeId: node, ...engine.bootstrap, errorCode: 0 }
      if (version < 4) {
        const response = await peer.send(FindCoordinator, version, {
          key: group,
          ...(version >= 1 ? { keyType: 0 } : {}),
        })
        expect(response).toMatchObject(found)
      } else {
        const response = await peer.send(FindCoordinator, version, {
          keyType: 0,
          coordinatorKeys: [group, `${group}2`],
        })
        expect(response.coordinators).toEqual([
          expect.objectContaining({ key: group, ...found }),
          expect.objectContaining({ key: `${group}2`, ...found }),
        ])
      }
    })

    it.each([4, 5])('has no coordinators of share groups yet, version %i', async (version) => {
      const request = { keyType: 2, coordinatorKeys: ['group:AAAAAAAAQAAAAAAAAAAAAA:0'] }
      const { coordinators } = await peer.send(FindCoordinator, version, request)
      expect(coordinators[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST)
    })

    it('refuses a type that does not exist', async () => {
      const response = await peer.send(FindCoordinator, 4, { keyType: 9, coordinatorKeys: ['x'] })
      expect(response.coordinators[0]?.errorCode ?? response.errorCode).toBe(ErrorCode.INVALID_REQUEST)
    })
  })
})

describe.skipIf(!canStartBrokers)('a broker that may not create topics', () => {
  let engine: Engine
  let peer: Peer
  beforeAll(async () => {
    engine = await start({ properties: { 'auto.create.topics.enable': 'false' } })
    peer = await Peer.open(engine.bootstrap)
  })
  afterAll(async () => {
    peer?.close()
    await engine?.stop()
  })

  it.each([0, 4, 13])('answers UNKNOWN_TOPIC_OR_PARTITION, version %i', async (version) => {
    const name = uniqueName('absent')
    for (let attempt = 0; attempt < 2; attempt++) {
      const response = await peer.send(Metadata, version, {
        topics: [{ name }],
        ...(version >= 4 ? { allowAutoTopicCreation: true } : {}),
      })
      expect(response.topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    }
  })
})
