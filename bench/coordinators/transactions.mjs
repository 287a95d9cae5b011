// Transactions of one record each to some partitions, one after the other a producer.
import { AddPartitionsToTxn, buildBatchSync, EndTxn, InitProducerId, Produce } from '@sluice/wire'
import { Brokers, insist, percentile, transaction } from './brokers.mjs'

const partitions = 6

export async function transactions({ name, producers, seconds, ...at }) {
  await new Brokers(at).makeTopic(name, partitions)
  const ids = Array.from({ length: producers }, (_, i) => `${name}-${i}`)
  const made = await Promise.all(ids.map((id) => producer(at, id, name)))
  // What comes first warms up.
  const warm = performance.now() + 300
  await Promise.all(made.map((each) => run(each, name, warm, [])))
  const commitMs = []
  const began = performance.now()
  const counts = await Promise.all(made.map((each) => run(each, name, began + seconds * 1_000, commitMs)))
  const took = (performance.now() - began) / 1_000
  return {
    perSecond: counts.reduce((sum, count) => sum + count, 0) / took,
    p50Ms: percentile(commitMs, 0.5),
    p99Ms: percentile(commitMs, 0.99),
  }
}

async function producer(at, transactionalId, topic) {
  const brokers = new Brokers(at)
  const connection = await brokers.coordinator(transaction, transactionalId)
  const { producerId, producerEpoch } = await insist(() =>
    connection.send(InitProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 }),
  )
  const led = new Map()
  for (const [index, leader] of (await brokers.leaders(topic)).entries())
    led.set(leader, [...(led.get(leader) ?? []), index])
  return { connection, led, transactionalId, producerId, producerEpoch, sequence: 0 }
}

async function run(each, topic, endMs, commitMs) {
  const { connection, led, transactionalId, producerId, producerEpoch } = each
  const who = {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
  }
  const indexes = Array.from({ length: partitions }, (_, index) => index)
  let count = 0
  for (; performance.now() < endMs; count++) {
    await insist(
      () =>
        connection.send(AddPartitionsToTxn, 3, {
          ...who,
          v3AndBelowTopics: [{ name: topic, partitions: indexes }],
        }),
      ({ resultsByTopicV3AndBelow: [result] }) =>
        result.resultsByPartition.find(({ partitionErrorCode }) => partitionErrorCode !== 0)
          ?.partitionErrorCode ?? 0,
    )
    const records = buildBatchSync({
      producerId,
      producerEpoch,
      baseSequence: each.sequence++,
      isTransactional: true,
      records: [{ value: Buffer.alloc(100, 'v') }],
    })
    const produce = ([leader, own]) =>
      insist(
        () =>
          leader.send(Produce, 9, {
            transactionalId,
            acks: -1,
            timeoutMs: 30_000,
            topicData: [{ name: topic, partitionData: own.map((index) => ({ index, records })) }],
          }),
        ({ responses: [{ partitionResponses }] }) =>
          partitionResponses.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0,
      )
    await Promise.all([...led].map(produce))
    const began = performance.now()
    await insist(() =>
      connection.send(EndTxn, 3, { transactionalId, producerId, producerEpoch, committed: true }),
    )
    commitMs.push(performance.now() - began)
  }
  return count
}
