import { DescribeProducers, ErrorCode, InitProducerId, type Int64, type RecordInput } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import { batch, createTopic, newProducerId, produce, type Topic, valuesOf, versionsOf } from './fixture.ts'
import { Peer } from './peer.ts'

const sequenceMax = 0x7fffffff

describe('an idempotent producer', () => {
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

  const initialise = (version = 4) => newProducerId(peer, version)

  /** A producer of its own on a topic of its own. */
  const producer = async () => {
    const topic = await createTopic(peer)
    const producerId = await initialise()
    const send = async (baseSequence: number, values: (string | RecordInput)[], producerEpoch = 0) => {
      const answer = await produce(peer, topic, batch(values, { producerId, producerEpoch, baseSequence }))
      return [answer.errorCode, answer.baseOffset]
    }
    return { topic, producerId, send }
  }

  it.each(versionsOf(InitProducerId))('gets an id that no other has, version %i', async (version) => {
    const ids = [await initialise(version), await initialise(version), await initialise(version)]
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id).toBeGreaterThanOrEqual(0)
  })

  it.each([3, 4, 5])('gets a new id with epoch 0 in place of the one it had, version %i', async (version) => {
    const producerId = await initialise()
    const request = { transactionalId: null, transactionTimeoutMs: 1000, producerId, producerEpoch: 3 }
    const response = await peer.send(InitProducerId, version, request)
    expect(response).toMatchObject({ errorCode: 0, producerEpoch: 0 })
    expect(response.producerId).not.toBe(producerId)
  })

  it.each(versionsOf(InitProducerId))(
    'may not give an empty transactional id, version %i',
    async (version) => {
      const response = await peer.send(InitProducerId, version, {
        transactionalId: '',
        transactionTimeoutMs: 1000,
      })
      expect(response).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST, producerId: -1 })
    },
  )

  it('appends batches whose sequence numbers follow each other', async () => {
    const { topic, send } = await producer()
    expect(await send(0, ['a', 'b'])).toEqual([0, 0])
    expect(await send(2, ['c'])).toEqual([0, 2])
    expect(await send(3, ['d'])).toEqual([0, 3])
    expect(await valuesOf(peer, topic)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('gets the old offsets for each of its last five batches, which are not appended again', async () => {
    const { topic, send } = await producer()
    for (let sequence = 0; sequence < 7; sequence++) await send(sequence, [`value ${sequence}`])
    for (let sequence = 2; sequence < 7; sequence++)
      expect(await send(sequence, [`value ${sequence}`])).toEqual([0, sequence])
    expect(await valuesOf(peer, topic)).toHaveLength(7)
    expect(await send(7, ['next'])).toEqual([0, 7])
  })

  it('gets OUT_OF_ORDER_SEQUENCE_NUMBER for a batch older than its last five', async () => {
    const { topic, send } = await producer()
    for (let sequence = 0; sequence < 6; sequence++) await send(sequence, ['x'])
    expect(await send(0, ['x'])).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1])
    expect(await valuesOf(peer, topic)).toHaveLength(6)
  })

  it('gets OUT_OF_ORDER_SEQUENCE_NUMBER for a gap', async () => {
    const { send } = await producer()
    await send(0, ['a'])
    expect(await send(2, ['c'])).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1])
    expect(await send(1, ['b'])).toEqual([0, 1])
  })

  it('gets OUT_OF_ORDER_SEQUENCE_NUMBER for a batch that overlaps one that is kept', async () => {
    const { send } = await producer()
    await send(0, ['a', 'b', 'c'])
    expect(await send(0, ['a', 'b'])).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1])
    expect(await send(1, ['b', 'c'])).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1])
    expect(await send(2, ['c', 'd'])).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1])
  })

  it('may begin with any sequence number where the partition does not know it', async () => {
    const { send } = await producer()
    expect(await send(40, ['a'])).toEqual([0, 0])
    expect(await send(41, ['b'])).toEqual([0, 1])
  })

  it('goes on with 0 after 2,147,483,647', async () => {
    const { topic, send } = await producer()
    expect(await send(sequenceMax - 1, ['a', 'b'])).toEqual([0, 0])
    expect(await send(0, ['c'])).toEqual([0, 2])
    expect(await send(sequenceMax - 1, ['a', 'b'])).toEqual([0, 0])
    expect(await send(1, ['d'])).toEqual([0, 3])
    expect(await valuesOf(peer, topic)).toHaveLength(4)
  })

  it('may go over 2,147,483,647 inside a batch', async () => {
    const { send } = await producer()
    expect(await send(sequenceMax, ['a', 'b', 'c'])).toEqual([0, 0])
    expect(await send(2, ['d'])).toEqual([0, 3])
    expect(await send(sequenceMax, ['a', 'b', 'c'])).toEqual([0, 0])
  })

  it('begins anew with sequence 0 in a higher epoch', async () => {
    const { send } = await producer()
    await send(0, ['a'])
    expect(await send(1, ['b'], 1)).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1])
    expect(await send(0, ['b'], 1)).toEqual([0, 1])
    expect(await send(1, ['c'], 1)).toEqual([0, 2])
  })

  it('is fenced in an older epoch', async () => {
    const { send } = await producer()
    await send(0, ['a'], 3)
    expect(await send(1, ['b'], 2)).toEqual([ErrorCode.INVALID_PRODUCER_EPOCH, -1])
    // Also a batch that stands in the log already.
    expect(await send(0, ['a'], 2)).toEqual([ErrorCode.INVALID_PRODUCER_EPOCH, -1])
  })

  it('is told apart from others and by partition', async () => {
    const topic = await createTopic(peer, { partitions: 2 })
    const [first, second] = [await initialise(), await initialise()]
    const send = async (producerId: Int64, partition: number, baseSequence: number) =>
      (
        await produce(peer, topic, batch(['x'], { producerId, producerEpoch: 0, baseSequence }), {
          partition,
        })
      ).errorCode
    expect(await send(first, 0, 0)).toBe(0)
    expect(await send(second, 0, 0)).toBe(0)
    expect(await send(first, 1, 0)).toBe(0)
    expect(await send(first, 0, 1)).toBe(0)
    expect(await send(first, 1, 2)).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
  })

  it('counts several requests in flight in their order', async () => {
    const { topic, send } = await producer()
    const answers = await Promise.all(Array.from({ length: 50 }, (_, sequence) => send(sequence, ['x'])))
    expect(answers).toEqual(answers.map((_, sequence) => [0, sequence]))
    expect(await valuesOf(peer, topic)).toHaveLength(50)
  })

  describe('DescribeProducers', () => {
    const producersOf = async (topic: Topic, partitionIndexes: number[]) => {
      const response = await peer.send(DescribeProducers, 0, {
        topics: [{ name: topic.name, partitionIndexes }],
      })
      return response.topics[0]?.partitions ?? []
    }

    it('tells who has written', async () => {
      const { topic, producerId, send } = await producer()
      const before = Date.now()
      await send(0, [{ value: 'a', timestamp: before }], 2)
      await send(
        1,
        [
          { value: 'b', timestamp: before + 1 },
          { value: 'c', timestamp: before + 1 },
        ],
        2,
      )
      await produce(peer, topic, batch(['by nobody']))
      expect(await producersOf(topic, [0])).toEqual([
        {
          partitionIndex: 0,
          errorCode: 0,
          errorMessage: null,
          activeProducers: [
            {
              producerId,
              producerEpoch: 2,
              lastSequence: 2,
              lastTimestamp: before + 1,
              coordinatorEpoch: -1,
              currentTxnStartOffset: -1,
            },
          ],
        },
      ])
    })

    it('answers partitions that are not there', async () => {
      const topic = await createTopic(peer)
      expect((await producersOf(topic, [5]))[0]).toMatchObject({
        partitionIndex: 5,
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      })
      const absent = { name: 'absent-entirely', id: '' }
      expect((await producersOf(absent, [0]))[0]).toMatchObject({
        partitionIndex: 0,
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      })
    })
  })
})
