import { rmSync } from 'node:fs'
import {
  DescribeConfigs,
  DescribeProducers,
  ErrorCode,
  type Int64,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canStartBrokers, type Engine, start, temporaryDirectory } from './engine.ts'
import {
  batch,
  createTopic,
  eventually,
  fetch,
  newProducerId,
  produce,
  type Topic,
  untilCoordinated,
  untilLed,
  valuesOf,
} from './fixture.ts'
import { Peer } from './peer.ts'

/** Everything is written before one restart, and looked for after it: a start of Apache Kafka takes seconds. */
describe.skipIf(!canStartBrokers)('after a stop and a start', () => {
  let directory: string
  let engine: Engine
  let peer: Peer
  let topic: Topic
  let clusterId: string | null
  let producerId: Int64
  const group = 'kept'
  const configs = { 'retention.ms': '987654321' }

  beforeAll(async () => {
    directory = temporaryDirectory()
    const first = await start({ directory })
    const before = await Peer.open(first.bootstrap)
    clusterId = (await before.send(Metadata, 9, { topics: [] })).clusterId
    topic = await createTopic(before, { name: 'lasting', partitions: 2, configs })
    producerId = await newProducerId(before)
    for (const baseSequence of [0, 1, 2])
      await produce(
        before,
        topic,
        batch([`value ${baseSequence}`], { producerId, producerEpoch: 0, baseSequence }),
      )
    await untilCoordinated(before, group)
    await eventually(async () => {
      const committed = await before.send(OffsetCommit, 8, {
        groupId: group,
        topics: [
          {
            name: topic.name,
            partitions: [{ partitionIndex: 0, committedOffset: 2, committedMetadata: 'm' }],
          },
        ],
      })
      return committed.topics[0]?.partitions[0]?.errorCode === 0 ? true : undefined
    })
    before.close()
    await first.stop()
    engine = await start({ directory })
    peer = await Peer.open(engine.bootstrap)
    await untilLed(peer, topic.name)
  })
  afterAll(async () => {
    peer?.close()
    await engine?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  it('the cluster has the same id', async () => {
    expect((await peer.send(Metadata, 9, { topics: [] })).clusterId).toBe(clusterId)
  })

  it('topics have their ids, partitions and configurations', async () => {
    const described = await untilLed(peer, topic.name)
    expect(described.topicId).toBe(topic.id)
    expect(described.partitions).toHaveLength(2)
    const response = await peer.send(DescribeConfigs, 4, {
      resources: [{ resourceType: 2, resourceName: topic.name, configurationKeys: ['retention.ms'] }],
    })
    expect(response.results[0]?.configs[0]?.value).toBe(configs['retention.ms'])
  })

  it('records are there, and the next one follows them in a new leader epoch', async () => {
    expect(await valuesOf(peer, topic)).toEqual(['value 0', 'value 1', 'value 2'])
    const answer = await produce(peer, topic, batch(['next']))
    expect(answer).toMatchObject({ errorCode: 0, baseOffset: 3 })
    const { partitions } = await untilLed(peer, topic.name)
    const epoch = partitions.find((partition) => partition.partitionIndex === 0)?.leaderEpoch
    expect(epoch).toBeGreaterThan(0)
    const newest = await fetch(peer, topic, { offset: 3 })
    expect(newest.records?.readInt32BE(12)).toBe(epoch)
    // A client that knows the old epoch is fenced.
    expect((await fetch(peer, topic, { currentLeaderEpoch: 0 })).errorCode).toBe(
      ErrorCode.FENCED_LEADER_EPOCH,
    )
    const listed = await peer.send(ListOffsets, 7, {
      replicaId: -1,
      topics: [
        { name: topic.name, partitions: [{ partitionIndex: 0, currentLeaderEpoch: 0, timestamp: -1 }] },
      ],
    })
    expect(listed.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH)
  })

  it('producers are known: a repeated batch is not appended again, a gap is refused', async () => {
    const described = await peer.send(DescribeProducers, 0, {
      topics: [{ name: topic.name, partitionIndexes: [0] }],
    })
    expect(described.topics[0]?.partitions[0]?.activeProducers).toMatchObject([
      { producerId, producerEpoch: 0, lastSequence: 2 },
    ])
    const send = (baseSequence: number) =>
      produce(peer, topic, batch([`value ${baseSequence}`], { producerId, producerEpoch: 0, baseSequence }))
    expect(await send(2)).toMatchObject({ errorCode: 0, baseOffset: 2 })
    expect((await send(5)).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
    expect((await send(3)).errorCode).toBe(0)
  })

  it('no producer id is given twice', async () => {
    expect(await newProducerId(peer)).toBeGreaterThan(producerId)
  })

  it('groups have their offsets', async () => {
    await untilCoordinated(peer, group)
    const response = await peer.send(OffsetFetch, 7, {
      groupId: group,
      topics: [{ name: topic.name, partitionIndexes: [0, 1] }],
    })
    expect(
      response.topics[0]?.partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex),
    ).toMatchObject([
      { partitionIndex: 0, committedOffset: 2, metadata: 'm', errorCode: 0 },
      { partitionIndex: 1, committedOffset: -1, errorCode: 0 },
    ])
  })
})

describe.skipIf(!canStartBrokers)('after a crash', () => {
  it('every acknowledged record is there, and the next one follows the last', async () => {
    const directory = temporaryDirectory()
    const first = await start({ directory })
    const before = await Peer.open(first.bootstrap)
    const topic = await createTopic(before, { name: 'crashed' })
    const producerId = await newProducerId(before)
    const acknowledged: string[] = []
    for (let baseSequence = 0; baseSequence < 200; baseSequence++) {
      const value = `value ${baseSequence}`
      const answer = await produce(
        before,
        topic,
        batch([value], { producerId, producerEpoch: 0, baseSequence }),
      )
      if (answer.errorCode === 0) acknowledged.push(value)
    }
    expect(acknowledged).toHaveLength(200)
    await first.kill()
    await before.closed

    const second = await start({ directory })
    const after = await Peer.open(second.bootstrap)
    await untilLed(after, topic.name)
    expect(await valuesOf(after, topic)).toEqual(acknowledged)
    // The producer's state was rebuilt from the log.
    const again = (baseSequence: number) =>
      produce(after, topic, batch(['again'], { producerId, producerEpoch: 0, baseSequence }))
    expect(await again(199)).toMatchObject({ errorCode: 0, baseOffset: 199 })
    expect((await again(201)).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
    expect(await again(200)).toMatchObject({ errorCode: 0, baseOffset: 200 })
    after.close()
    await second.stop()
    rmSync(directory, { recursive: true, force: true })
  }, 180_000)
})
