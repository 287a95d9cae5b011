import { type Connection, createTopic } from '@sluice/client'
import { buildBatchSync, ErrorCode, InitProducerId, type Int64, Produce } from '@sluice/wire'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TestBroker } from '../testing/test-broker.ts'

/** Of Produce, by which leaders add partitions to transactions. */
const version = 12
const transactionalId = 't'

let broker: TestBroker
let client: Connection
let producerId: Int64
beforeEach(async () => {
  broker = await new TestBroker({
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
  }).open()
  client = await broker.connect()
  await createTopic(client, 'events', { partitions: 1 })
  await createTopic(client, '__transaction_state', { partitions: 1 })
  await vi.waitFor(async () => {
    const begun = await client.send(InitProducerId, 5, { transactionalId, transactionTimeoutMs: 60_000 })
    expect(begun.errorCode).toBe(ErrorCode.NONE)
    producerId = begun.producerId
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await broker.close()
})

function produce(baseSequence: number) {
  const records = buildBatchSync({
    records: [{ key: null, value: Buffer.from('x') }],
    producerId,
    producerEpoch: 0,
    baseSequence,
    isTransactional: true,
  })
  const topicData = [{ name: 'events', partitionData: [{ index: 0, records }] }]
  return client.send(Produce, version, { transactionalId, acks: -1, timeoutMs: 1_000, topicData })
}

test('a request does not overtake one before it, for which the coordinator was not ready', async () => {
  const asked = vi.spyOn(broker.broker.transactions, 'addPartitions')
  asked.mockResolvedValueOnce(ErrorCode.CONCURRENT_TRANSACTIONS)
  const answers = Promise.all([produce(0), produce(1)])
  await vi.waitFor(async () => {
    await broker.controller.clock.advance(20)
    expect(asked.mock.calls.length).toBeGreaterThan(1)
  })
  const outcomes = (await answers).map(({ responses }) => responses[0]?.partitionResponses[0])
  expect(outcomes).toMatchObject([
    { errorCode: ErrorCode.NONE, baseOffset: 0 },
    { errorCode: ErrorCode.NONE, baseOffset: 1 },
  ])
})
