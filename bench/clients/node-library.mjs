// Load through a client library, as a Node program would make it. Prints one line of JSON.
//   produce   port= topic= partitions= record= seconds=     sends of a hundred records, several at a time
//   consume   port= topic= records=                         one consumer reads the topic to its end, once
//   rebalance port= topic= partitions= protocol= heartbeat= a second member joins a group of one
import { Consumer, Producer } from '@platformatic/kafka'

const [mode, ...settings] = process.argv.slice(2)
const options = Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s, 2)))
const number = (name) => {
  const value = Number(options[name])
  if (Number.isNaN(value)) throw new Error(`${name}= must be a number`)
  return value
}
const base = {
  clientId: 'bench',
  bootstrapBrokers: [`${options.host ?? '127.0.0.1'}:${options.port}`],
  // The topic of offsets is made at the first use.
  retries: 200,
  retryDelay: 25,
}
const { topic } = options
const sendsInFlight = 8
const recordsPerSend = 100
/** Sends and reads before this time are the library's own warm-up. */
const warmUpMs = 500
const withinMs = 60_000

const print = (result) => process.stdout.write(`${JSON.stringify(result)}\n`)

async function produce() {
  const recordBytes = number('record')
  const value = Buffer.alloc(recordBytes, 'sluice')
  const producer = new Producer({ ...base, acks: -1 })
  const start = performance.now() + warmUpMs
  const stopAt = start + number('seconds') * 1000
  let [sends, last, turn] = [0, start, 0]
  const send = async () => {
    while (performance.now() < stopAt) {
      const partition = turn++ % number('partitions')
      const messages = Array.from({ length: recordsPerSend }, () => ({ topic, partition, value }))
      await producer.send({ messages })
      if (performance.now() < start) continue
      sends++
      last = performance.now()
    }
  }
  await Promise.all(Array.from({ length: sendsInFlight }, send))
  await producer.close()
  print({ megabytesPerSecond: (sends * recordsPerSend * recordBytes) / 1e3 / (last - start) })
}

async function consume() {
  const consumer = new Consumer({ ...base, groupId: `bench-${process.pid}`, autocommit: false })
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxWaitTime: 100 })
  const wanted = number('records')
  let [seen, bytes, start, end] = [0, 0, 0, 0]
  for await (const message of stream) {
    start ||= performance.now()
    seen++
    bytes += message.value.length
    if (seen < wanted) continue
    end = performance.now()
    break
  }
  await closed(consumer)
  print({ megabytesPerSecond: bytes / 1e3 / (end - start) })
}

async function rebalance() {
  const partitions = number('partitions')
  const one = member()
  await one.join()
  await until(() => one.assigned() === partitions)
  const two = member()
  const began = performance.now()
  await two.join()
  await until(() => one.assigned() === partitions / 2 && two.assigned() === partitions / 2)
  print({ rebalanceMs: performance.now() - began })
  await Promise.all([one.close(), two.close()])
}

function member() {
  const isClassic = options.protocol === 'classic'
  const sessions = { sessionTimeout: 6000, rebalanceTimeout: 6000, heartbeatInterval: number('heartbeat') }
  const consumer = new Consumer({
    ...base,
    groupId: `bench-${process.pid}`,
    autocommit: false,
    ...(isClassic ? { groupProtocol: 'classic', ...sessions } : { groupProtocol: 'consumer' }),
  })
  return {
    join: async () => {
      const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxWaitTime: 50 })
      stream.on('data', () => {})
      stream.on('error', () => {})
    },
    assigned: () => (consumer.assignments ?? []).reduce((sum, { partitions }) => sum + partitions.length, 0),
    close: () => closed(consumer),
  }
}

/** The library's promise form is hidden behind its callback form. */
function closed(consumer) {
  return new Promise((resolve, reject) =>
    consumer.close(true, (error) => (error ? reject(error) : resolve())),
  )
}

async function until(check) {
  const end = performance.now() + withinMs
  while (!check()) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** The broker does not know the API, or the group protocol in it. */
function isUnserved(error) {
  const all = [error, error.cause, ...(error.errors ?? [])].filter(Boolean)
  const telling = /UNSUPPORTED_VERSION|Unsupported API|ConsumerGroupHeartbeat/i
  return all.some((one) => telling.test(`${one.apiId} ${one.message}`) || (one !== error && isUnserved(one)))
}

const modes = { produce, consume, rebalance }
try {
  await modes[mode]()
  process.exit(0)
} catch (error) {
  if (isUnserved(error)) print({ unserved: true })
  else process.stderr.write(`${error.stack}\n`)
  process.exit(isUnserved(error) ? 0 : 1)
}
