import {
  AllocateProducerIds,
  AlterPartition,
  CreateTopics,
  DeleteTopics,
  DescribeQuorum,
  ErrorCode,
  metadataTopic,
  ProducerIdsRecord,
  TopicRecord,
  zeroUuid,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController } from './testing/test-controller.ts'

/** As Apache Kafka hands them out. */
const idsPerAllocation = 1_000

let controller: TestController
/** Each look at the clock takes so long: a fifth of a millisecond, and what is long takes many turns of the loop. */
let lookMs: number

beforeEach(async () => {
  controller = await (await new TestController().open()).brokers(1)
  const { clock } = controller
  const monotonic = clock.monotonic.bind(clock)
  lookMs = 0.2
  clock.monotonic = () => {
    clock.jump(lookMs)
    return monotonic()
  }
})

afterEach(() => controller.close())

function createTopics(prefix: string, count: number, numPartitions = 1) {
  const topics = Array.from({ length: count }, (_, i) => ({
    name: `${prefix}-${i}`,
    numPartitions,
    replicationFactor: 1,
  }))
  return controller.channel.request(CreateTopics, 7, { topics, timeoutMs: 1000 })
}

function allocate() {
  const brokerEpoch = controller.image.broker(1)?.epoch ?? -1
  return controller.channel.request(AllocateProducerIds, 0, { brokerId: 1, brokerEpoch })
}

/** How often the loop turns meanwhile. */
async function turnsOf(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let isOver = false
  const turn = () => {
    turns++
    if (!isOver) controller.clock.defer(turn)
  }
  turn()
  await work()
  isOver = true
  return turns
}

/** Until the controller has the request that was sent last, and is in the midst of it. */
async function underWay(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => controller.clock.defer(resolve))
}

describe('a decision about thousands of things', () => {
  it('leaves the loop to others', async () => {
    let turns = 0
    let isOver = false
    const turn = () => {
      turns++
      if (!isOver) controller.clock.defer(turn)
    }
    turn()
    await createTopics('a', 500)
    isOver = true
    expect(turns).toBeGreaterThan(30)
    expect(controller.image.topicCount).toBe(500)
  })

  it('is written as a whole: what else has records waits for it, what has none passes', async () => {
    const ended: string[] = []
    const ends = (what: string) => () => void ended.push(what)
    const long = createTopics('a', 2_000).then(ends('topics'))
    await underWay()
    const quorum = { topics: [{ topicName: metadataTopic, partitions: [{ partitionIndex: 0 }] }] }
    const others = [
      allocate().then(ends('ids')),
      controller.heartbeat(1).then(ends('heartbeat')),
      controller.channel.request(DescribeQuorum, 2, quorum).then(ends('quorum')),
    ]
    await Promise.all([long, ...others])
    expect(ended).toEqual(['heartbeat', 'quorum', 'topics', 'ids'])
    const types = controller.take().map(({ type }) => type)
    expect(types.indexOf(ProducerIdsRecord.name)).toBe(types.length - 1)
  })

  it('lets what is decided at once go before the next long one', async () => {
    const ended: string[] = []
    const ends = (what: string) => () => void ended.push(what)
    const first = createTopics('a', 2_000).then(ends('first'))
    await underWay()
    const second = createTopics('b', 300).then(ends('second'))
    await underWay()
    await Promise.all([first, second, allocate().then(ends('ids'))])
    expect(ended).toEqual(['first', 'ids', 'second'])
  })

  it('may have thousands of small ones behind it', async () => {
    const long = createTopics('a', 500)
    await underWay()
    // They are all here before the next turn, and each of them ends at once.
    lookMs = 0
    const unknown = { topics: [{ name: 'b', topicId: zeroUuid }], timeoutMs: 1000 }
    const others = Array.from({ length: 5_000 }, () => controller.channel.request(DeleteTopics, 6, unknown))
    const answers = await Promise.all(others)
    expect(new Set(answers.map(({ responses }) => responses[0]?.errorCode))).toEqual(
      new Set([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]),
    )
    expect((await long).topics).toHaveLength(500)
  })

  it('has those behind it go on in slices too, in their order', async () => {
    const ended: number[] = []
    const long = createTopics('a', 500)
    await underWay()
    const others = Array.from({ length: 1_000 }, (_, i) => allocate().then(() => void ended.push(i)))
    await long
    expect(ended).toEqual([])
    let idsBefore = 0
    let idsPerTurnMax = 0
    let isOver = false
    const turn = () => {
      const ids = Number(controller.image.nextProducerId)
      idsPerTurnMax = Math.max(idsPerTurnMax, ids - idsBefore)
      idsBefore = ids
      if (!isOver) controller.clock.defer(turn)
    }
    turn()
    const late = allocate().then(() => void ended.push(1_000))
    await Promise.all([...others, late])
    isOver = true
    expect(idsBefore).toBeGreaterThan(0)
    expect(idsPerTurnMax).toBeLessThan(100 * idsPerAllocation)
    expect(ended).toEqual(Array.from({ length: 1_001 }, (_, i) => i))
  })

  it('has not happened when the controller closes meanwhile', async () => {
    const answer = createTopics('a', 2_000)
    await underWay()
    const waiting = allocate()
    await underWay()
    await controller.close()
    expect((await answer).topics[0]?.errorCode).toBe(ErrorCode.NOT_CONTROLLER)
    expect((await waiting).errorCode).toBe(ErrorCode.NOT_CONTROLLER)
    await controller.open()
    expect(controller.image.topicCount).toBe(0)
  })
})

describe('what brokers say, where they have thousands of partitions', () => {
  const [leader, follower] = [1, 2]
  const partitions = 2_000
  beforeEach(async () => {
    lookMs = 0
    await controller.brokers(follower)
    await controller.createTopic({ name: 'large', numPartitions: partitions, replicationFactor: 2 })
    lookMs = 0.2
  })

  const isrs = () => new Set(controller.image.topic('large')?.partitions.map(({ isr }) => isr.length))
  const incarnationId = 'BBBBBBBBQBBBBBBBBBBBBA'

  function shrinkAll() {
    const brokerEpoch = controller.image.broker(leader)?.epoch ?? -1
    const { id: topicId = '', partitions: all = [] } = controller.image.topic('large') ?? {}
    const led = [...all.entries()].filter(([, partition]) => partition.leader === leader)
    const asked = led.map(([partitionIndex, { leaderEpoch, partitionEpoch }]) => ({
      partitionIndex,
      leaderEpoch,
      partitionEpoch,
      newIsrWithEpochs: [{ brokerId: leader, brokerEpoch }],
    }))
    const request = { brokerId: leader, brokerEpoch, topics: [{ topicId, partitions: asked }] }
    return controller.channel.request(AlterPartition, 3, request)
  }

  /** Its session is over, but nobody has looked yet: another one may come. */
  function isSilent() {
    controller.clock.jump(9_000)
  }

  it.each([
    ['a fence', [1], () => controller.heartbeat(follower, { wantFence: true })],
    ['a way out', [1], () => controller.heartbeat(follower, { wantShutDown: true })],
    ['another incarnation', [1], () => (isSilent(), controller.register(follower, { incarnationId }))],
    ['other ISRs', [1, 2], shrinkAll],
  ])('leaves the loop to others: %s', async (_what, sizes, ask) => {
    expect(await turnsOf(ask)).toBeGreaterThan(15)
    expect(isrs()).toEqual(new Set(sizes))
  })

  it('leaves the loop to others when a session is over', async () => {
    lookMs = 0
    await controller.clock.advance(8_000)
    await controller.heartbeat(leader)
    lookMs = 0.2
    const turns = await turnsOf(async () => {
      await controller.clock.advance(1_000)
      while (!controller.image.broker(follower)?.fenced) await underWay()
    })
    expect(turns).toBeGreaterThan(15)
    expect(isrs()).toEqual(new Set([1]))
    expect(controller.image.broker(leader)?.fenced).toBe(false)
  })

  it('comes before what clients wait for', async () => {
    const ended: string[] = []
    const ends = (what: string) => () => void ended.push(what)
    const first = createTopics('a', 300).then(ends('first'))
    await underWay()
    const second = createTopics('b', 300).then(ends('second'))
    await underWay()
    const fence = controller.heartbeat(follower, { wantFence: true }).then(ends('fence'))
    await Promise.all([first, second, fence])
    expect(ended).toEqual(['first', 'fence', 'second'])
  })
})

describe('a decision of more records than a batch may hold', () => {
  it('does not happen, as on Apache Kafka', async () => {
    const { topics } = await createTopics('a', 1, 10_000)
    expect(topics[0]).toMatchObject({
      errorCode: ErrorCode.POLICY_VIOLATION,
      errorMessage: 'Unable to perform excessively large batch operation.',
    })
    expect(controller.take()).toEqual([])
    await createTopics('b', 1, 9_999)
    expect(controller.take().filter(({ type }) => type !== TopicRecord.name)).toHaveLength(9_999)
  })
})
