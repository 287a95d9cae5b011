// Produce with acks=all to three replicas, with the raw clients.
import { brokerCount } from '../service-cluster.mjs'

const partitions = 6
const all = -1
const batches = [
  { name: '16 KB', record: 1024, batch: 16_384 },
  /** Below message.max.bytes with its header and the records' own bytes. */
  { name: '1 MB', record: 1024, batch: 1_000_000 },
]
/** One; and as many as Apache Kafka needs until more of them bring it nothing. */
const connectionCounts = [1, 16]

/** Every partition is led by the first broker. */
const onOneBroker = (ids) => Array.from({ length: partitions }, () => ids)
const oneReplica = (ids) => Array.from({ length: partitions }, () => ids.slice(0, 1))
/** Partition p is led by broker p modulo their number, which is what the load client takes for granted. */
const spread = (ids) =>
  Array.from({ length: partitions }, (_, index) => ids.map((_, at) => ids[(index + at) % ids.length]))

export function loadRows(clients) {
  return [
    ...batches.flatMap((batch) =>
      connectionCounts.map((count) =>
        produceRow(batch, `leaders on one broker, ${connections(count)}`, onOneBroker, count),
      ),
    ),
    ...batches.map((batch) => produceRow(batch, 'one replica, one connection', oneReplica, 1)),
    ...batches.map((batch) => produceRow(batch, 'leaders spread, four connections', spread, 4)),
    ...connectionCounts.map((count) => requestsRow(count)),
    latencyRow(1000),
    latencyRow(300),
  ]

  function produceRow({ name, record, batch }, title, assignments, count) {
    return {
      section: 'Produce, acks=all',
      assignments,
      copies: assignments === oneReplica ? 1 : brokerCount,
      figures: [
        { key: 'megabytesPerSecond', title: `batches of ${name}, ${title}`, unit: 'MB/s', better: 'more' },
      ],
      measure: ({ address, ports, topic, limits }) =>
        clients.run('produce', {
          port: assignments === spread ? ports.join(',') : address.port,
          topic,
          partitions,
          record,
          batch,
          acks: all,
          inflight: 5,
          connections: count,
          seconds: limits.seconds,
          bytes: limits.bytes,
        }),
    }
  }

  function requestsRow(count) {
    const title = `requests of one record, 64 in flight, ${connections(count)}`
    return {
      section: 'Produce, acks=all',
      assignments: onOneBroker,
      figures: [{ key: 'requestsPerSecond', title, unit: 'requests/s', better: 'more' }],
      measure: ({ address, topic, limits }) =>
        clients.run('produce', {
          port: address.port,
          topic,
          partitions,
          record: 100,
          batch: 100,
          acks: all,
          // In all, however many connections they are on.
          inflight: 64 / count,
          connections: count,
          seconds: limits.seconds,
        }),
    }
  }

  function latencyRow(rate) {
    const figure = (name, key) => ({
      key,
      title: `${rate.toLocaleString('en')} requests a second, ${name}`,
      unit: 'ms',
      better: 'less',
    })
    return {
      section: 'Time to acknowledgement, acks=all',
      assignments: onOneBroker,
      figures: [figure('p50', 'ackP50Ms'), figure('p99', 'ackP99Ms')],
      measure: ({ address, topic, limits }) =>
        clients.run('latency', {
          port: address.port,
          topic,
          rate,
          record: 100,
          acks: all,
          count: Math.round(rate * limits.latencySeconds),
        }),
    }
  }
}

const connections = (count) => (count === 1 ? 'one connection' : `${count} connections`)
