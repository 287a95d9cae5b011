import { systemRandom } from '@sluice/effects'
import {
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  DescribeLogDirs,
  ErrorCode,
  type Input,
  Metadata,
  randomUuid,
  type RequestOf,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import {
  batch,
  createTopic,
  eventually,
  fetch,
  produce,
  untilLed,
  uniqueName,
  valuesOf,
  versionsOf,
  zeroUuid,
} from './fixture.ts'
import { Peer } from './peer.ts'

type NewTopic = NonNullable<Input<RequestOf<typeof CreateTopics>>['topics']>[number]

describe('topics', () => {
  let engine: Engine
  let peer: Peer
  let node: number
  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
    node = (await peer.send(Metadata, 9, { topics: [] })).brokers[0]?.nodeId ?? -1
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  const create = async (
    topics: readonly NewTopic[],
    options: { version?: number; validateOnly?: boolean } = {},
  ) =>
    (
      await peer.send(CreateTopics, options.version ?? 7, {
        topics,
        timeoutMs: 5000,
        validateOnly: options.validateOnly ?? false,
      })
    ).topics

  const plain = (name: string, more: NewTopic = {}): NewTopic => ({
    name,
    numPartitions: 1,
    replicationFactor: 1,
    ...more,
  })

  const isThere = async (name: string) => {
    const response = await peer.send(Metadata, 9, { topics: [{ name }], allowAutoTopicCreation: false })
    return response.topics[0]?.errorCode === 0
  }

  describe('CreateTopics', () => {
    it.each(versionsOf(CreateTopics))('creates a topic, version %i', async (version) => {
      const name = uniqueName('new')
      const [answer] = await create([plain(name, { numPartitions: 3 })], { version })
      expect(answer).toMatchObject({ name, errorCode: 0, errorMessage: null })
      if (version >= 5)
        expect(answer).toMatchObject({ numPartitions: 3, replicationFactor: 1, topicConfigErrorCode: 0 })
      const described = await untilLed(peer, name)
      expect(described.partitions).toHaveLength(3)
      if (version >= 7) expect(answer?.topicId).toBe(described.topicId)
    })

    it.each(versionsOf(CreateTopics, 4))(
      "takes the broker's defaults for -1, version %i",
      async (version) => {
        const name = uniqueName('defaults')
        const [answer] = await create([{ name, numPartitions: -1, replicationFactor: -1 }], { version })
        expect(answer?.errorCode).toBe(0)
        if (version >= 5) expect(answer).toMatchObject({ numPartitions: 2, replicationFactor: 1 })
        expect((await untilLed(peer, name)).partitions).toHaveLength(2)
      },
    )

    it.each([5, 6, 7])('tells the configuration of the new topic, version %i', async (version) => {
      const name = uniqueName('configured')
      const configs = [{ name: 'retention.ms', value: '12345' }]
      const [answer] = await create([plain(name, { configs })], { version })
      const found = answer?.configs?.find((config) => config.name === 'retention.ms')
      expect(found).toMatchObject({ value: '12345', readOnly: false, configSource: 1, isSensitive: false })
      const other = answer?.configs?.find((config) => config.name === 'cleanup.policy')
      expect(other).toMatchObject({ value: 'delete', configSource: 5 })
    })

    it.each(versionsOf(CreateTopics))('only checks where told so, version %i', async (version) => {
      const name = uniqueName('checked')
      const [answer] = await create([plain(name)], { version, validateOnly: true })
      expect(answer).toMatchObject({ name, errorCode: 0 })
      expect(await isThere(name)).toBe(false)
      const [again] = await create([plain(name)], { version })
      expect(again?.errorCode).toBe(0)
      await untilLed(peer, name)
      const [taken] = await create([plain(name)], { version, validateOnly: true })
      expect(taken?.errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS)
    })

    it('refuses a name that is taken', async () => {
      const { name } = await createTopic(peer)
      const [answer] = await create([plain(name)])
      expect(answer).toMatchObject({
        errorCode: ErrorCode.TOPIC_ALREADY_EXISTS,
        errorMessage: `Topic '${name}' already exists.`,
      })
    })

    it('refuses a name that differs from another one in dots and underscores only', async () => {
      const name = uniqueName('dots.and_underscores')
      await createTopic(peer, { name })
      const [answer] = await create([plain(name.replace('dots.and_', 'dots_and.'))])
      expect(answer?.errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION)
    })

    it('refuses the name of the metadata log, and makes what stands beside it', async () => {
      const name = uniqueName('beside')
      const answers = await create([plain('__cluster_metadata'), plain(name)])
      expect(new Map(answers.map((answer) => [answer.name, answer.errorCode]))).toEqual(
        new Map([
          [name, 0],
          ['__cluster_metadata', ErrorCode.INVALID_REQUEST],
        ]),
      )
    })

    it('makes two such topics that one request names', async () => {
      const name = uniqueName('dots.and')
      const answers = await create([plain(name), plain(name.replace('.', '_'))])
      expect(answers.map(({ errorCode }) => errorCode)).toEqual([0, 0])
    })

    it.each(['', '.', '..', 'a b', 'a/b', 'ä', 'x'.repeat(250)])('refuses the name %j', async (name) => {
      const [answer] = await create([plain(name)])
      expect(answer).toMatchObject({ name, errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION })
    })

    it('takes a name of 249 characters', async () => {
      const name = uniqueName('long').padEnd(249, 'x')
      const topic = await createTopic(peer, { name })
      expect((await produce(peer, topic, batch(['x']))).errorCode).toBe(0)
    })

    it('refuses the same name twice in one request', async () => {
      const name = uniqueName('twice')
      const answers = await create([plain(name), plain(name), plain(uniqueName('once'))])
      expect(answers.map((answer) => answer.errorCode).toSorted((a, b) => a - b)).toEqual([
        0,
        ErrorCode.INVALID_REQUEST,
      ])
    })

    it.each([
      ['partitions 0', { numPartitions: 0 }, ErrorCode.INVALID_PARTITIONS],
      ['partitions -2', { numPartitions: -2 }, ErrorCode.INVALID_PARTITIONS],
      ['replication factor 0', { replicationFactor: 0 }, ErrorCode.INVALID_REPLICATION_FACTOR],
      ['replication factor -2', { replicationFactor: -2 }, ErrorCode.INVALID_REPLICATION_FACTOR],
      ['more replicas than brokers', { replicationFactor: 2 }, ErrorCode.INVALID_REPLICATION_FACTOR],
      ['an unknown configuration', { configs: [{ name: 'no.such', value: '1' }] }, ErrorCode.INVALID_CONFIG],
      [
        'a value that is no number',
        { configs: [{ name: 'retention.ms', value: 'long' }] },
        ErrorCode.INVALID_CONFIG,
      ],
      [
        'a value out of range',
        { configs: [{ name: 'segment.bytes', value: '3' }] },
        ErrorCode.INVALID_CONFIG,
      ],
      [
        'a value that is not among those allowed',
        { configs: [{ name: 'cleanup.policy', value: 'burn' }] },
        ErrorCode.INVALID_CONFIG,
      ],
      ['a null value', { configs: [{ name: 'retention.ms', value: null }] }, ErrorCode.INVALID_CONFIG],
    ] as [string, NewTopic, number][])('refuses %s', async (_, more, code) => {
      const name = uniqueName('wrong')
      const [answer] = await create([plain(name, more)])
      expect(answer?.errorCode).toBe(code)
      expect(answer?.errorMessage).toEqual(expect.any(String))
      expect(await isThere(name)).toBe(false)
    })

    it('answers each topic for itself', async () => {
      const [good, bad] = [uniqueName('good'), uniqueName('bad')]
      const answers = await create([plain(bad, { replicationFactor: 9 }), plain(good)])
      const codes = Object.fromEntries(answers.map((answer) => [answer.name, answer.errorCode]))
      expect(codes).toEqual({ [good]: 0, [bad]: ErrorCode.INVALID_REPLICATION_FACTOR })
      await untilLed(peer, good)
    })

    describe('with assignments', () => {
      const assigned = (assignments: [number, number[]][], more: NewTopic = {}): NewTopic => ({
        name: uniqueName('assigned'),
        numPartitions: -1,
        replicationFactor: -1,
        assignments: assignments.map(([partitionIndex, brokerIds]) => ({ partitionIndex, brokerIds })),
        ...more,
      })

      it('places partitions as told', async () => {
        const wanted = assigned([
          [1, [node]],
          [0, [node]],
        ])
        const [answer] = await create([wanted])
        expect(answer).toMatchObject({ errorCode: 0, numPartitions: 2, replicationFactor: 1 })
        const described = await untilLed(peer, wanted.name ?? '')
        expect(described.partitions.map((partition) => partition.replicaNodes)).toEqual([[node], [node]])
      })

      it.each([
        ['a broker that is not there', () => assigned([[0, [99]]]), ErrorCode.INVALID_REPLICA_ASSIGNMENT],
        ['a broker twice', () => assigned([[0, [node, node]]]), ErrorCode.INVALID_REPLICA_ASSIGNMENT],
        ['no brokers', () => assigned([[0, []]]), ErrorCode.INVALID_REPLICA_ASSIGNMENT],
        [
          'a hole',
          () =>
            assigned([
              [0, [node]],
              [2, [node]],
            ]),
          ErrorCode.INVALID_REPLICA_ASSIGNMENT,
        ],
        ['no partition 0', () => assigned([[1, [node]]]), ErrorCode.INVALID_REPLICA_ASSIGNMENT],
        [
          'the same partition twice',
          () =>
            assigned([
              [0, [node]],
              [0, [node]],
            ]),
          ErrorCode.INVALID_REPLICA_ASSIGNMENT,
        ],
        [
          'also a number of partitions',
          () => assigned([[0, [node]]], { numPartitions: 1 }),
          ErrorCode.INVALID_REQUEST,
        ],
        [
          'also a replication factor',
          () => assigned([[0, [node]]], { replicationFactor: 1 }),
          ErrorCode.INVALID_REQUEST,
        ],
      ] as [string, () => NewTopic, number][])('refuses %s', async (_, topic, code) => {
        const wanted = topic()
        const [answer] = await create([wanted])
        expect(answer?.errorCode).toBe(code)
        expect(await isThere(wanted.name ?? '')).toBe(false)
      })
    })
  })

  describe('DeleteTopics', () => {
    it.each(versionsOf(DeleteTopics))('deletes by name, version %i', async (version) => {
      const { name, id } = await createTopic(peer)
      const request =
        version >= 6 ? { topics: [{ name }], timeoutMs: 5000 } : { topicNames: [name], timeoutMs: 5000 }
      const response = await peer.send(DeleteTopics, version, request)
      expect(response.responses).toEqual([
        { name, topicId: version >= 6 ? id : zeroUuid, errorCode: 0, errorMessage: null },
      ])
      await eventually(async () => ((await isThere(name)) ? undefined : true))
    })

    it('deletes by id', async () => {
      const { name, id } = await createTopic(peer)
      const response = await peer.send(DeleteTopics, 6, {
        topics: [{ name: null, topicId: id }],
        timeoutMs: 5000,
      })
      expect(response.responses).toEqual([{ name, topicId: id, errorCode: 0, errorMessage: null }])
      await eventually(async () => ((await isThere(name)) ? undefined : true))
    })

    it('answers what it does not know', async () => {
      const name = uniqueName('absent')
      const topicId = randomUuid(systemRandom())
      const byName = await peer.send(DeleteTopics, 6, { topics: [{ name }], timeoutMs: 5000 })
      expect(byName.responses[0]).toMatchObject({ name, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION })
      const byId = await peer.send(DeleteTopics, 6, { topics: [{ name: null, topicId }], timeoutMs: 5000 })
      expect(byId.responses[0]).toMatchObject({ topicId, errorCode: ErrorCode.UNKNOWN_TOPIC_ID })
      const older = await peer.send(DeleteTopics, 3, { topicNames: [name], timeoutMs: 5000 })
      expect(older.responses[0]).toMatchObject({ name, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION })
    })

    it('refuses a topic that is named twice', async () => {
      const { name, id } = await createTopic(peer)
      const response = await peer.send(DeleteTopics, 6, {
        topics: [{ name }, { name: null, topicId: id }],
        timeoutMs: 5000,
      })
      expect(response.responses.map((answer) => answer.errorCode)).toContain(ErrorCode.INVALID_REQUEST)
      expect(await isThere(name)).toBe(true)
    })

    it('takes the data along: a topic of the same name begins anew with another id', async () => {
      const old = await createTopic(peer)
      await produce(peer, old, batch(['old']))
      await peer.send(DeleteTopics, 6, { topics: [{ name: old.name }], timeoutMs: 5000 })
      await eventually(async () => ((await isThere(old.name)) ? undefined : true))
      const renewed = await createTopic(peer, { name: old.name })
      expect(renewed.id).not.toBe(old.id)
      expect(await valuesOf(peer, renewed)).toEqual([])
      expect((await produce(peer, renewed, batch(['new']))).baseOffset).toBe(0)
      expect((await fetch(peer, old, { version: 13 })).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID)
    })

    it('wakes a consumer that waits for data of the topic', async () => {
      const own = await createTopic(peer)
      const consumer = await Peer.open(engine.bootstrap)
      const waiting = fetch(consumer, own, { maxWaitMs: 20_000 })
      await peer.send(DeleteTopics, 6, { topics: [{ name: own.name }], timeoutMs: 5000 })
      expect([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.NOT_LEADER_OR_FOLLOWER]).toContain(
        (await waiting).errorCode,
      )
      consumer.close()
    })
  })

  describe('CreatePartitions', () => {
    const grow = async (
      name: string,
      count: number,
      options: { version?: number; validateOnly?: boolean; assignments?: number[][] | null } = {},
    ) => {
      const { version = 3, validateOnly = false, assignments = null } = options
      const response = await peer.send(CreatePartitions, version, {
        topics: [{ name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null }],
        timeoutMs: 5000,
        validateOnly,
      })
      return response.results[0]
    }

    it.each(versionsOf(CreatePartitions))(
      'adds partitions and keeps the data, version %i',
      async (version) => {
        const own = await createTopic(peer)
        await produce(peer, own, batch(['kept']))
        expect(await grow(own.name, 3, { version })).toEqual({
          name: own.name,
          errorCode: 0,
          errorMessage: null,
        })
        await eventually(async () =>
          (await untilLed(peer, own.name)).partitions.length === 3 ? true : undefined,
        )
        expect(await valuesOf(peer, own)).toEqual(['kept'])
        expect((await produce(peer, own, batch(['new']), { partition: 2 })).baseOffset).toBe(0)
      },
    )

    it.each(versionsOf(CreatePartitions))('only checks where told so, version %i', async (version) => {
      const { name } = await createTopic(peer)
      expect(await grow(name, 3, { version, validateOnly: true })).toMatchObject({ errorCode: 0 })
      expect((await untilLed(peer, name)).partitions).toHaveLength(1)
    })

    it('places new partitions as told', async () => {
      const { name } = await createTopic(peer)
      expect(await grow(name, 3, { assignments: [[node], [node]] })).toMatchObject({ errorCode: 0 })
      expect(await grow(name, 4, { assignments: [[99]] })).toMatchObject({
        errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      })
      expect(await grow(name, 4, { assignments: [[node], [node]] })).toMatchObject({
        errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      })
    })

    it('refuses fewer, the same, none, and topics that are not there', async () => {
      const { name } = await createTopic(peer, { partitions: 2 })
      expect(await grow(name, 1)).toMatchObject({ errorCode: ErrorCode.INVALID_PARTITIONS })
      expect(await grow(name, 2)).toMatchObject({ errorCode: ErrorCode.INVALID_PARTITIONS })
      expect(await grow(name, 0)).toMatchObject({ errorCode: ErrorCode.INVALID_PARTITIONS })
      expect(await grow(uniqueName('absent'), 2)).toMatchObject({
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      })
      expect((await untilLed(peer, name)).partitions).toHaveLength(2)
    })
  })

  describe('DescribeLogDirs', () => {
    it.each(versionsOf(DescribeLogDirs))('tells the size of a partition, version %i', async (version) => {
      const { name } = await createTopic(peer, { partitions: 2 })
      const sent = batch(['x'.repeat(1000)])
      await produce(peer, { name, id: zeroUuid }, sent)
      const response = await peer.send(DescribeLogDirs, version, {
        topics: [{ topic: name, partitions: [0, 1, 7] }],
      })
      expect(response.results).toHaveLength(1)
      const directory = response.results[0]
      expect(directory?.errorCode).toBe(0)
      expect(directory?.logDir).toMatch(/^\//)
      if (version >= 4) {
        expect(directory?.totalBytes).toBeGreaterThan(1_000_000)
        expect(directory?.usableBytes).toBeGreaterThan(0)
        expect(directory?.usableBytes).toBeLessThanOrEqual(directory?.totalBytes ?? 0)
      }
      const topic = directory?.topics.find((found) => found.name === name)
      expect(topic?.partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex)).toEqual([
        { partitionIndex: 0, partitionSize: sent.length, offsetLag: 0, isFutureKey: false },
        { partitionIndex: 1, partitionSize: 0, offsetLag: 0, isFutureKey: false },
      ])
    })

    it('tells all partitions for null, and none that is not there', async () => {
      const { name } = await createTopic(peer)
      const all = await peer.send(DescribeLogDirs, 4, { topics: null })
      expect(all.results[0]?.topics.map((topic) => topic.name)).toContain(name)
      const absent = await peer.send(DescribeLogDirs, 4, { topics: [{ topic: 'absent', partitions: [0] }] })
      expect(absent.results[0]?.topics).toEqual([])
    })
  })
})
