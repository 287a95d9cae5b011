// A hop of the chain, as a process of its own: takes what is committed in one topic and writes it, with how far it has come, in
// transactions to the next. Whatever is wrong ends it, and whoever started it starts it again.
import kafkajs from 'kafkajs'

const { name, brokers, input, output } = JSON.parse(process.argv[2])
const kafka = new kafkajs.Kafka({
  clientId: name,
  brokers,
  logLevel: kafkajs.logLevel.NOTHING,
  connectionTimeout: 5_000,
  retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 10 },
})

function end(error) {
  process.stderr.write(`${error?.message ?? 'the consumer has crashed'}\n`)
  process.exit(1)
}

process.on('unhandledRejection', end)
const producer = kafka.producer({
  transactionalId: name,
  idempotent: true,
  maxInFlightRequests: 1,
  transactionTimeout: 20_000,
  allowAutoTopicCreation: false,
})
const consumer = kafka.consumer({
  groupId: name,
  sessionTimeout: 6_000,
  rebalanceTimeout: 6_000,
  heartbeatInterval: 1_000,
  maxWaitTimeInMs: 100,
  maxBytesPerPartition: 32_768,
})
consumer.on(consumer.events.CRASH, ({ payload }) => end(payload.error))
// First who came before is fenced, and what it has begun ended: then it is certain how far the group has come.
await producer.connect()
await consumer.connect()
await consumer.subscribe({ topic: input, fromBeginning: true })
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  eachBatch: async (payload) => {
    const { partition, messages } = payload.batch
    if (messages.length === 0) return
    const transaction = await producer.transaction()
    await transaction.send({
      topic: output,
      acks: -1,
      messages: messages.map(({ value }) => ({ value, partition })),
    })
    const offset = String(Number(messages.at(-1).offset) + 1)
    await transaction.sendOffsets({
      consumerGroupId: name,
      topics: [{ topic: input, partitions: [{ partition, offset }] }],
    })
    await transaction.commit()
    payload.resolveOffset(messages.at(-1).offset)
    await payload.heartbeat()
  },
})
