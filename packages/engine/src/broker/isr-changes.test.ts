import { silentLogger, TestClock } from '@sluice/effects'
import {
  type Api,
  AlterPartition,
  ErrorCode,
  type Input,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { expect, it } from 'vitest'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import type { IsrChange } from '../replication/replica.ts'
import { IsrChanges } from './isr-changes.ts'

const topicId = 'AAAAAAAAQAAAAAAAAAAAAQ'

/** A controller that answers as it is told; what it is not told about is left out of its answer. */
class Answering {
  readonly clock = new TestClock()
  readonly requests: Input<RequestOf<typeof AlterPartition>>[] = []
  readonly refused: number[] = []
  readonly bugs: unknown[] = []
  errorCode: ErrorCode = ErrorCode.NONE
  answers = new Map<number, { errorCode: ErrorCode; partitionEpoch?: number }>()
  readonly #controller: ControllerChannel = {
    request: async <A extends Api>(_api: A, _version: number, request: Input<RequestOf<A>>) => {
      this.requests.push(request as Input<RequestOf<typeof AlterPartition>>)
      return this.#answer() as ResponseOf<A>
    },
    subscribe: () => Promise.reject(new Error('nobody asks for it')),
  }
  readonly changes = new IsrChanges({
    brokerId: 1,
    brokerEpoch: () => 11,
    controller: this.#controller,
    clock: this.clock,
    logger: silentLogger,
    watch: (work) => void work.catch((bug: unknown) => this.bugs.push(bug)),
  })

  add(index: number, leaderEpoch = 3): void {
    const refused = () => void this.refused.push(index)
    const isr = [{ brokerId: 1, brokerEpoch: 11 }]
    const change: IsrChange = {
      topic: 'events',
      topicId,
      index,
      leaderEpoch,
      partitionEpoch: 5,
      isr,
      refused,
    }
    this.changes.add(change)
  }

  /** The partitions of each request so far. */
  get asked(): number[][] {
    return this.requests.map(({ topics }) =>
      (topics ?? []).flatMap(({ partitions }) =>
        (partitions ?? []).map(({ partitionIndex = -1 }) => partitionIndex),
      ),
    )
  }

  #answer(): ResponseOf<typeof AlterPartition> {
    const partitions = [...this.answers].map(([partitionIndex, { errorCode, partitionEpoch = 6 }]) => ({
      partitionIndex,
      errorCode,
      leaderId: 1,
      leaderEpoch: 3,
      isr: [1],
      leaderRecoveryState: 0,
      partitionEpoch,
    }))
    return { throttleTimeMs: 0, errorCode: this.errorCode, topics: [{ topicId, partitions }] }
  }
}

it('asks for what comes together in one request, once it is answered', async () => {
  const test = new Answering()
  test.answers.set(0, { errorCode: ErrorCode.NONE }).set(1, { errorCode: ErrorCode.NONE })
  test.add(0)
  test.add(1)
  await test.clock.advance(1_000)
  expect(test.asked).toEqual([[0, 1]])
  expect(test.requests[0]).toMatchObject({
    brokerId: 1,
    brokerEpoch: 11,
    topics: [{ topicId, partitions: [{ leaderEpoch: 3, partitionEpoch: 5 }, {}] }],
  })
  expect(test.refused).toEqual([])
})

it('asks again for what is not answered, and after an error of the request or one that may pass', async () => {
  for (const [errorCode, ofPartition] of [
    [ErrorCode.NONE, null],
    [ErrorCode.NOT_CONTROLLER, ErrorCode.NONE],
    [ErrorCode.STALE_BROKER_EPOCH, null],
    [ErrorCode.NONE, ErrorCode.KAFKA_STORAGE_ERROR],
  ] as const) {
    const test = new Answering()
    test.errorCode = errorCode
    if (ofPartition !== null && errorCode === ErrorCode.NONE) test.answers.set(0, { errorCode: ofPartition })
    test.add(0)
    await test.clock.advance(50)
    expect(test.asked).toEqual([[0], [0]])
    test.errorCode = ErrorCode.NONE
    test.answers.set(0, { errorCode: ErrorCode.NONE })
    await test.clock.advance(1_000)
    expect(test.asked).toEqual([[0], [0], [0]])
    expect(test.refused).toEqual([])
  }
})

it('asks ever less often while the controller knows another incarnation, and at once what comes after that', async () => {
  const test = new Answering()
  test.errorCode = ErrorCode.STALE_BROKER_EPOCH
  test.add(0)
  await test.clock.advance(60_000)
  expect(test.requests.length).toBeLessThan(70)
  const before = test.requests.length
  test.errorCode = ErrorCode.NONE
  test.answers.set(0, { errorCode: ErrorCode.NONE })
  await test.clock.advance(5_000)
  expect(test.requests.length).toBe(before + 1)
  test.errorCode = ErrorCode.NOT_CONTROLLER
  test.answers.clear()
  test.add(1)
  await test.clock.advance(50)
  expect(test.requests.length).toBe(before + 3)
})

it('tells the leader of a refusal, and of an answer that changes nothing', async () => {
  const test = new Answering()
  test.answers
    .set(0, { errorCode: ErrorCode.INELIGIBLE_REPLICA })
    .set(1, { errorCode: ErrorCode.OPERATION_NOT_ATTEMPTED })
    .set(2, { errorCode: ErrorCode.NONE, partitionEpoch: 5 })
    .set(3, { errorCode: ErrorCode.INVALID_UPDATE_VERSION })
    .set(4, { errorCode: ErrorCode.FENCED_LEADER_EPOCH })
  for (const index of [0, 1, 2, 3, 4]) test.add(index)
  await test.clock.advance(1_000)
  expect(test.asked).toHaveLength(1)
  expect(test.refused).toEqual([0, 1, 2])
})

it('puts a change of a later epoch in the place of the one that is under way', async () => {
  const test = new Answering()
  test.add(0, 3)
  await test.clock.advance(0)
  test.add(0, 4)
  await test.clock.advance(50)
  const epochs = test.requests.map(({ topics }) => topics?.[0]?.partitions?.[0]?.leaderEpoch)
  expect(epochs).toEqual([3, 4])
  test.changes.close()
  await test.clock.advance(1_000)
  expect(test.requests).toHaveLength(2)
  expect(test.bugs).toEqual([])
})
