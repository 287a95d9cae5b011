import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  DescribeProducers,
  DescribeTransactions,
  EndTxn,
  ErrorCode,
  FindCoordinator,
  InitProducerId,
  type Int64,
  ListOffsets,
  ListTransactions,
  OffsetFetch,
  TxnOffsetCommit,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import {
  batch,
  createTopic,
  eventually,
  fetch,
  produce,
  type Topic,
  uniqueName,
  untilCoordinated,
  valuesOf,
} from './fixture.ts'
import { Peer } from './peer.ts'

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

interface Producer {
  readonly id: string
  readonly producerId: Int64
  readonly producerEpoch: number
}

/** These pass, of a coordinator that loads and of a transaction whose end is under way. */
const passing: readonly number[] = [
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.CONCURRENT_TRANSACTIONS,
]

async function settled<T extends { errorCode: number }>(ask: () => Promise<T>): Promise<T> {
  return eventually(async () => {
    const answer = await ask()
    return passing.includes(answer.errorCode) ? undefined : answer
  })
}

async function init(
  transactionalId: string,
  options: { producerId?: Int64; producerEpoch?: number; timeoutMs?: number; version?: number } = {},
) {
  const { version = 5, timeoutMs = 60_000, ...expected } = options
  return peer.send(InitProducerId, version, {
    transactionalId,
    transactionTimeoutMs: timeoutMs,
    ...expected,
  })
}

async function begin(id = uniqueName('tx')): Promise<Producer> {
  await settled(async () => {
    const response = await peer.send(FindCoordinator, 4, { keyType: 1, coordinatorKeys: [id] })
    return response.coordinators[0] as { errorCode: number }
  })
  const { errorCode, producerId, producerEpoch } = await settled(() => init(id))
  expect(errorCode).toBe(0)
  return { id, producerId, producerEpoch }
}

function end({ id, producerId, producerEpoch }: Producer, committed: boolean, version = 5) {
  return peer.send(EndTxn, version, { transactionalId: id, producerId, producerEpoch, committed })
}

async function add({ id, producerId, producerEpoch }: Producer, topic: Topic, partition = 0) {
  const response = await peer.send(AddPartitionsToTxn, 3, {
    v3AndBelowTransactionalId: id,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: [{ name: topic.name, partitions: [partition] }],
  })
  return { errorCode: response.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode ?? -1 }
}

async function write(
  producer: Producer,
  topic: Topic,
  values: string[],
  options: { baseSequence?: number; version?: number } = {},
) {
  const { baseSequence = 0, version = 12 } = options
  const { id, producerId, producerEpoch } = producer
  const records = batch(values, { producerId, producerEpoch, baseSequence, isTransactional: true })
  return produce(peer, topic, records, { version, transactionalId: id })
}

/** Of a client of transaction.version 2: with the epoch that the end has given it. */
async function ended(producer: Producer, committed: boolean): Promise<Producer> {
  const answer = await settled(() => end(producer, committed))
  expect(answer.errorCode).toBe(0)
  return { id: producer.id, producerId: answer.producerId, producerEpoch: answer.producerEpoch }
}

const committedValues = (topic: Topic) => valuesOf(peer, topic, { isolationLevel: 1 })

async function untilStable(topic: Topic): Promise<void> {
  await eventually(async () => {
    const { lastStableOffset, highWatermark } = await fetch(peer, topic, { isolationLevel: 1, offset: 0 })
    return lastStableOffset === highWatermark || undefined
  })
}

async function describeId(id: string) {
  const response = await peer.send(DescribeTransactions, 0, { transactionalIds: [id] })
  return response.transactionStates[0]
}

const untilState = (id: string, state: string) =>
  eventually(async () => {
    const described = await describeId(id)
    return described?.transactionState === state ? described : undefined
  })

describe('a transactional id', () => {
  it('has a coordinator and gets a producer id whose epoch rises', async () => {
    const producer = await begin()
    expect(producer.producerEpoch).toBe(0)
    const again = await settled(() => init(producer.id))
    expect(again).toMatchObject({ producerId: producer.producerId, producerEpoch: 1 })
  })

  it('goes on with the epoch that its client names, and is fenced with an older one', async () => {
    const { id, producerId } = await begin()
    const next = await settled(() => init(id, { producerId, producerEpoch: 0 }))
    expect(next).toMatchObject({ errorCode: 0, producerId, producerEpoch: 1 })
    const repeated = await settled(() => init(id, { producerId, producerEpoch: 0 }))
    expect(repeated).toMatchObject({ errorCode: 0, producerId, producerEpoch: 1 })
    await settled(() => init(id))
    expect(await init(id, { producerId, producerEpoch: 0 })).toMatchObject({
      errorCode: ErrorCode.PRODUCER_FENCED,
      producerId: -1,
      producerEpoch: -1,
    })
    const older = await init(id, { producerId, producerEpoch: 0, version: 3 })
    expect(older.errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH)
    expect((await init(id, { producerId: 123_456, producerEpoch: 0 })).errorCode).toBe(
      ErrorCode.PRODUCER_FENCED,
    )
  })

  it.each([0, -1, 900_001])('may not have the timeout %i', async (timeoutMs) => {
    const { id } = await begin()
    expect((await init(id, { timeoutMs })).errorCode).toBe(ErrorCode.INVALID_TRANSACTION_TIMEOUT)
  })
})

describe('a transaction of a client of transaction.version 2', () => {
  it('is read when it is committed, and not before', async () => {
    const topic = await createTopic(peer)
    const producer = await begin()
    expect(await write(producer, topic, ['a', 'b'])).toMatchObject({ errorCode: 0, baseOffset: 0 })
    expect(await write(producer, topic, ['c'], { baseSequence: 2 })).toMatchObject({
      errorCode: 0,
      baseOffset: 2,
    })
    expect(await committedValues(topic)).toEqual([])
    expect(await valuesOf(peer, topic)).toEqual(['a', 'b', 'c'])
    const open = await fetch(peer, topic, { isolationLevel: 1 })
    expect(open).toMatchObject({ lastStableOffset: 0, highWatermark: 3, abortedTransactions: [] })
    const next = await ended(producer, true)
    expect(next).toEqual({ ...producer, producerEpoch: 1 })
    await untilStable(topic)
    expect(await committedValues(topic)).toEqual(['a', 'b', 'c'])
    expect((await fetch(peer, topic)).highWatermark).toBe(4)
  })

  it('is skipped by readers when it is aborted', async () => {
    const topic = await createTopic(peer)
    const first = await begin()
    await write(first, topic, ['gone'])
    const second = await ended(first, false)
    await untilStable(topic)
    expect((await settled(() => write(second, topic, ['kept']))).errorCode).toBe(0)
    await ended(second, true)
    await untilStable(topic)
    const answer = await fetch(peer, topic, { isolationLevel: 1 })
    expect(answer.abortedTransactions).toEqual([{ producerId: first.producerId, firstOffset: 0 }])
    expect(answer).toMatchObject({ highWatermark: 4, lastStableOffset: 4 })
    const latest = (isolationLevel: number) =>
      peer.send(ListOffsets, 7, {
        replicaId: -1,
        isolationLevel,
        topics: [
          { name: topic.name, partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }] },
        ],
      })
    expect((await latest(1)).topics[0]?.partitions[0]?.offset).toBe(4)
  })

  it('ends again as it has ended, for its first answer may be lost', async () => {
    const topic = await createTopic(peer)
    const producer = await begin()
    await write(producer, topic, ['a'])
    await ended(producer, true)
    await untilState(producer.id, 'CompleteCommit')
    expect(await end(producer, true)).toMatchObject({ errorCode: 0, producerEpoch: 1 })
    expect((await end(producer, false)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE)
    const next = { ...producer, producerEpoch: 1 }
    expect((await end(next, true)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE)
    // Whoever aborts what it has not begun gets an epoch of its own.
    expect(await end(next, false)).toMatchObject({ errorCode: 0, producerEpoch: 2 })
    expect((await settled(() => end({ ...producer, producerEpoch: 7 }, true))).errorCode).toBe(
      ErrorCode.PRODUCER_FENCED,
    )
    expect((await end({ ...producer, producerId: 987_654 }, true)).errorCode).toBe(
      ErrorCode.INVALID_PRODUCER_ID_MAPPING,
    )
  })

  it('begins with the sequence 0 in a partition', async () => {
    const topic = await createTopic(peer)
    const producer = await begin()
    const answer = await write(producer, topic, ['a'], { baseSequence: 4 })
    expect([answer.errorCode, answer.baseOffset]).toEqual([ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1])
  })

  it('is aborted and fenced by whoever begins with its id', async () => {
    const topic = await createTopic(peer)
    const zombie = await begin()
    await write(zombie, topic, ['zombie'])
    expect((await init(zombie.id)).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS)
    const next = await settled(() => init(zombie.id))
    expect(next).toMatchObject({ errorCode: 0, producerId: zombie.producerId, producerEpoch: 2 })
    await untilStable(topic)
    expect((await write(zombie, topic, ['late'], { baseSequence: 1 })).errorCode).toBe(
      ErrorCode.INVALID_PRODUCER_EPOCH,
    )
    expect((await end(zombie, true)).errorCode).toBe(ErrorCode.PRODUCER_FENCED)
    const answer = await fetch(peer, topic, { isolationLevel: 1 })
    expect(answer.abortedTransactions).toEqual([{ producerId: zombie.producerId, firstOffset: 0 }])
  })

  it('is aborted, and its client fenced, when it takes too long', async () => {
    const topic = await createTopic(peer)
    const { id } = await begin()
    const begun = await settled(() => init(id, { timeoutMs: 300 }))
    const slow = { id, producerId: begun.producerId, producerEpoch: begun.producerEpoch }
    expect((await write(slow, topic, ['slow'])).errorCode).toBe(0)
    await untilState(id, 'CompleteAbort')
    expect((await end(slow, true)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE)
    await untilStable(topic)
    const { abortedTransactions } = await fetch(peer, topic, { isolationLevel: 1 })
    expect(abortedTransactions).toEqual([{ producerId: slow.producerId, firstOffset: 0 }])
    expect((await write(slow, topic, ['late'], { baseSequence: 1 })).errorCode).toBe(
      ErrorCode.INVALID_PRODUCER_EPOCH,
    )
  })

  it('may not be written to under another id, or without one', async () => {
    const topic = await createTopic(peer)
    const producer = await begin()
    const other = await write({ ...producer, id: uniqueName('nobody') }, topic, ['a'])
    expect(other.errorCode).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
    expect((await write({ ...producer, producerEpoch: 5 }, topic, ['a'])).errorCode).toBe(
      ErrorCode.INVALID_PRODUCER_EPOCH,
    )
  })

  it('shows its producer in the partition and its state at the coordinator', async () => {
    const topic = await createTopic(peer)
    const producer = await begin()
    await write(producer, topic, ['a'])
    const producersOf = async () => {
      const response = await peer.send(DescribeProducers, 0, {
        topics: [{ name: topic.name, partitionIndexes: [0] }],
      })
      return response.topics[0]?.partitions[0]?.activeProducers
    }
    expect(await producersOf()).toMatchObject([
      { producerId: producer.producerId, producerEpoch: 0, currentTxnStartOffset: 0, coordinatorEpoch: -1 },
    ])
    expect(await describeId(producer.id)).toMatchObject({
      errorCode: 0,
      transactionState: 'Ongoing',
      transactionTimeoutMs: 60_000,
      producerId: producer.producerId,
      producerEpoch: 0,
      topics: [{ topic: topic.name, partitions: [0] }],
    })
    const listed = async (stateFilters: string[]) => {
      const response = await peer.send(ListTransactions, 1, {
        stateFilters,
        producerIdFilters: [producer.producerId],
      })
      return [
        response.transactionStates.map(({ transactionState }) => transactionState),
        response.unknownStateFilters,
      ]
    }
    const matched = async (transactionalIdPattern: string | null) => {
      const asked = { stateFilters: [], producerIdFilters: [producer.producerId], transactionalIdPattern }
      const { errorCode, transactionStates } = await peer.send(ListTransactions, 2, asked)
      return errorCode === ErrorCode.NONE ? transactionStates.length : errorCode
    }
    for (const pattern of [null, '', '.*', `${producer.id}`, '[^/]+'])
      expect(await matched(pattern), String(pattern)).toBe(1)
    for (const pattern of [producer.id.slice(1), '.', 'nobody.*'])
      expect(await matched(pattern), pattern).toBe(0)
    for (const pattern of ['(', 'a{2000}', '(?=a)', '\\1'])
      expect(await matched(pattern), pattern).toBe(ErrorCode.INVALID_REGULAR_EXPRESSION)
    expect(await listed([])).toEqual([['Ongoing'], []])
    expect(await listed(['Empty'])).toEqual([[], []])
    expect(await listed(['Ongoing', 'Nowhere'])).toEqual([['Ongoing'], ['Nowhere']])
    await ended(producer, true)
    await untilState(producer.id, 'CompleteCommit')
    expect(await producersOf()).toMatchObject([
      {
        producerId: producer.producerId,
        producerEpoch: 1,
        lastSequence: -1,
        currentTxnStartOffset: -1,
        coordinatorEpoch: 0,
      },
    ])
    expect(await describeId(uniqueName('nobody'))).toMatchObject({
      errorCode: ErrorCode.TRANSACTIONAL_ID_NOT_FOUND,
    })
  })
})

describe('a transaction of an older client', () => {
  it('has the partitions that were added to it, and keeps its epoch', async () => {
    const topic = await createTopic(peer)
    const producer = await begin()
    const early = await write(producer, topic, ['early'], { version: 10 })
    expect(early.errorCode).toBe(ErrorCode.INVALID_TXN_STATE)
    expect((await write(producer, topic, ['early'], { version: 11 })).errorCode).toBe(
      ErrorCode.TRANSACTION_ABORTABLE,
    )
    expect(await add(producer, topic)).toEqual({ errorCode: 0 })
    expect((await write(producer, topic, ['a'], { version: 11 })).errorCode).toBe(0)
    expect((await settled(() => end(producer, true, 4))).errorCode).toBe(0)
    await untilState(producer.id, 'CompleteCommit')
    expect((await end(producer, true, 4)).errorCode).toBe(0)
    expect((await end(producer, false, 4)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE)
    expect(await add(producer, topic)).toEqual({ errorCode: 0 })
    expect((await write(producer, topic, ['b'], { version: 11, baseSequence: 1 })).errorCode).toBe(0)
    expect((await settled(() => end(producer, false, 4))).errorCode).toBe(0)
    await untilStable(topic)
    const answer = await fetch(peer, topic, { isolationLevel: 1 })
    expect(answer.abortedTransactions).toEqual([{ producerId: producer.producerId, firstOffset: 2 }])
  })

  it('is refused partitions that are not there, by an unknown producer and in another epoch', async () => {
    const topic = await createTopic(peer)
    const producer = await begin()
    expect(await add(producer, topic, 77)).toEqual({ errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION })
    expect(await add({ ...producer, id: uniqueName('nobody') }, topic)).toEqual({
      errorCode: ErrorCode.INVALID_PRODUCER_ID_MAPPING,
    })
    expect(await add({ ...producer, producerEpoch: 3 }, topic)).toEqual({
      errorCode: ErrorCode.PRODUCER_FENCED,
    })
    expect((await end(producer, true, 4)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE)
    expect((await end(producer, false, 4)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE)
  })
})

describe('offsets that are committed in a transaction', () => {
  const commit = async (producer: Producer, group: string, topic: Topic, offset: number, version = 5) => {
    const response = await peer.send(TxnOffsetCommit, version, {
      transactionalId: producer.id,
      groupId: group,
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      topics: [
        {
          name: topic.name,
          partitions: [
            { partitionIndex: 0, committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: '' },
          ],
        },
      ],
    })
    return { errorCode: response.topics[0]?.partitions[0]?.errorCode ?? -1 }
  }
  const offsetOf = async (group: string, topic: Topic, requireStable = false) => {
    const response = await peer.send(OffsetFetch, 8, {
      groups: [{ groupId: group, topics: [{ name: topic.name, partitionIndexes: [0] }] }],
      requireStable,
    })
    const found = response.groups[0]?.topics[0]?.partitions[0]
    return found?.errorCode ? -found.errorCode : found?.committedOffset
  }

  it('count once it is committed', async () => {
    const topic = await createTopic(peer)
    const group = uniqueName('group')
    await untilCoordinated(peer, group)
    const first = await begin()
    expect(await settled(() => commit(first, group, topic, 5))).toEqual({ errorCode: 0 })
    expect(await offsetOf(group, topic)).toBe(-1)
    expect(await offsetOf(group, topic, true)).toBe(-ErrorCode.UNSTABLE_OFFSET_COMMIT)
    const second = await ended(first, true)
    await untilState(first.id, 'CompleteCommit')
    expect(await offsetOf(group, topic, true)).toBe(5)
    expect(await settled(() => commit(second, group, topic, 9))).toEqual({ errorCode: 0 })
    await ended(second, false)
    await untilState(first.id, 'CompleteAbort')
    expect(await offsetOf(group, topic, true)).toBe(5)
    expect((await commit(first, group, topic, 11)).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH)
  })

  it('are added to it by older clients first', async () => {
    const topic = await createTopic(peer)
    const group = uniqueName('group')
    await untilCoordinated(peer, group)
    const producer = await begin()
    expect((await commit(producer, group, topic, 5, 3)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE)
    const { id: transactionalId, producerId, producerEpoch } = producer
    const added = await peer.send(AddOffsetsToTxn, 3, {
      transactionalId,
      producerId,
      producerEpoch,
      groupId: group,
    })
    expect(added.errorCode).toBe(0)
    expect((await commit(producer, group, topic, 5, 3)).errorCode).toBe(0)
    expect((await settled(() => end(producer, true, 4))).errorCode).toBe(0)
    await untilState(producer.id, 'CompleteCommit')
    expect(await offsetOf(group, topic, true)).toBe(5)
  })
})
