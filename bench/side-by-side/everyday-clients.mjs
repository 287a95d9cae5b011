// What people's own programs see: Apache Kafka's load tools (its Java client), and a client library in Node.
// These cost more than the raw clients, often more than the broker.
import { runNodeClient } from './node-client.mjs'

const partitions = 6
const producerTool = 'org.apache.kafka.tools.ProducerPerformance'
const consumerTool = 'org.apache.kafka.tools.ConsumerPerformance'

export function everydayClientRows({ clients, kafka }) {
  return [
    javaProducer('records of 100 B, acks=all', { record: 100, acks: 'all' }),
    javaProducer('records of 1 KB, acks=1', { record: 1024, acks: '1' }),
    javaProducer('records of 1 KB, acks=all', { record: 1024, acks: 'all' }),
    row("Apache Kafka's consumer tool (Java), records of 1 KB", async (target) => {
      const records = await fill(target)
      const at = ['--bootstrap-server', bootstrap(target), '--topic', target.topic]
      const output = await kafka.tool(consumerTool, [
        ...at,
        '--num-records',
        String(records),
        '--hide-header',
      ])
      return { megabytesPerSecond: consumedMegabytesPerSecond(output) }
    }),
    row('@platformatic/kafka (Node), produce records of 1 KB, acks=all', ({ address, topic, limits }) =>
      runNodeClient('produce', {
        ...address,
        topic,
        partitions,
        record: 1024,
        seconds: limits.clientSeconds,
      }),
    ),
    row('@platformatic/kafka (Node), consume records of 1 KB', async (target) => {
      const records = await fill(target)
      return runNodeClient('consume', { ...target.address, topic: target.topic, records })
    }),
  ]

  function row(title, measure) {
    const figure = { key: 'megabytesPerSecond', title, unit: 'MB/s', better: 'more' }
    return { section: 'Client libraries', partitions, figures: [figure], measure }
  }

  function javaProducer(title, { record, acks }) {
    return row(`Apache Kafka's producer tool (Java), ${title}`, async (target) => {
      const records = Math.round(target.limits.clientBytes / record)
      const output = await kafka.tool(producerTool, [
        ...['--bootstrap-server', bootstrap(target), '--topic', target.topic],
        ...['--num-records', String(records), '--record-size', String(record), '--throughput', '-1'],
        // The tool's own JVM warms up, too.
        ...['--warmup-records', String(Math.round(records / 4))],
        ...['--command-property', `acks=${acks}`],
      ])
      return { megabytesPerSecond: (producedRecordsPerSecond(output) * record) / 1e6 }
    })
  }

  /** A topic full of records of 1 KB; how many. */
  async function fill({ address, topic, limits }) {
    const load = { record: 1024, batch: 16_384, seconds: 30, bytes: limits.clientBytes, warmup: 0 }
    return (await clients.run('produce', { ...address, topic, partitions, ...load })).records
  }
}

const bootstrap = ({ address }) => `${address.host}:${address.port}`

/** The tool's last summary line is that of the steady state: `… records sent, 12345.6 records/sec (…`. */
export function producedRecordsPerSecond(output) {
  const rate = /([\d.]+) records\/sec/.exec(output.trimEnd().split('\n').at(-1) ?? '')?.[1]
  if (rate === undefined) throw new Error(`the producer tool gave no rate: ${output}`)
  return Number(rate)
}

/** One line of values: time of start and end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, … */
export function consumedMegabytesPerSecond(output) {
  const line = output.split('\n').findLast((text) => text.split(',').length === 10)
  const rate = Number(line?.split(',')[8])
  if (!(rate > 0)) throw new Error(`the consumer tool gave no rate: ${output}`)
  // Its megabytes have 2^20 bytes.
  return (rate * 1_048_576) / 1e6
}
