import type { Machine } from '@sluice/effects'
import type { BrokerFigures, LogDirectory, TrafficFigures } from '../engines/cluster-view.ts'
import type { Reading } from '../monitoring/reading.ts'

/** One value of a metric, as Prometheus has them. */
export interface Row {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/* What the exporters of one broker say. Pure. */

/** A bean of Apache Kafka's and one of its attributes, by the names that the JMX exporter makes of them. */
function bean(
  domainAndType: string,
  attribute: 'Value' | 'Count' | 'OneMinuteRate' | 'Mean',
  labels: Readonly<Record<string, string>>,
  value: number,
): Row {
  return { name: `kafka_${domainAndType}_${attribute}`, labels, value }
}

/** What one exporter is asked about. */
interface Measured {
  readonly nodeId: number
  readonly reading: Reading
  readonly directory: LogDirectory | undefined
  /** The rate of the last minute; undefined where it is not known yet. */
  readonly rateOf: (metric: string, topic?: string) => number | undefined
}

export function jmxRows(measured: Measured): Row[] {
  const figures = measured.reading.figures.find((one) => one.nodeId === measured.nodeId)
  return [
    ...controllerRows(measured),
    ...partitionRows(measured),
    ...logRows(measured),
    ...(figures ? [...trafficRows(figures, measured), ...requestRows(figures)] : []),
    ...lagRows(measured),
  ]
}

function controllerRows({ reading: { overview } }: Measured): Row[] {
  if (!overview) return []
  const partitions = overview.topics.flatMap((topic) => topic.partitions)
  const value = (name: string, value: number) => bean('controller_KafkaController', 'Value', { name }, value)
  return [
    value('ActiveControllerCount', overview.controllerId >= 0 ? 1 : 0),
    value('GlobalTopicCount', overview.topics.length),
    value('GlobalPartitionCount', partitions.length),
    value('OfflinePartitionsCount', partitions.filter(({ leader }) => leader < 0).length),
  ]
}

function partitionRows({ nodeId, reading: { overview } }: Measured): Row[] {
  if (!overview) return []
  const held = overview.topics.flatMap(({ name, partitions }) =>
    partitions
      .map((partition, index) => ({ ...partition, labels: { topic: name, partition: String(index) } }))
      .filter(({ replicas }) => replicas.includes(nodeId)),
  )
  const led = held.filter(({ leader }) => leader === nodeId)
  const isUnder = ({ isr, replicas }: (typeof held)[number]) => isr.length < replicas.length
  const manager = (name: string, value: number) => bean('server_ReplicaManager', 'Value', { name }, value)
  const each = (name: string, of: (partition: (typeof held)[number]) => number) =>
    led.map((one) => bean('cluster_Partition', 'Value', { name, ...one.labels }, of(one)))
  return [
    manager('PartitionCount', held.length),
    manager('LeaderCount', led.length),
    manager('UnderReplicatedPartitions', led.filter(isUnder).length),
    ...each('UnderReplicated', (one) => (isUnder(one) ? 1 : 0)),
    ...each('InSyncReplicasCount', ({ isr }) => isr.length),
    ...each('ReplicasCount', ({ replicas }) => replicas.length),
  ]
}

function logRows({ directory }: Measured): Row[] {
  return (directory?.logs ?? []).map(({ topic, partition, bytes }) =>
    bean('log_Log', 'Value', { name: 'Size', topic, partition: String(partition) }, bytes),
  )
}

const meters: Readonly<Record<string, keyof TrafficFigures>> = {
  BytesInPerSec: 'bytesIn',
  BytesOutPerSec: 'bytesOut',
  MessagesInPerSec: 'messagesIn',
  ReplicationBytesInPerSec: 'replicationBytesIn',
  ReplicationBytesOutPerSec: 'replicationBytesOut',
}

function trafficRows({ topics, deletedTopics }: BrokerFigures, { rateOf }: Measured): Row[] {
  const type = 'server_BrokerTopicMetrics'
  return Object.entries(meters).flatMap(([name, member]) => {
    const meter = (count: number, topic?: string): Row[] => {
      const labels = { name, ...(topic !== undefined && { topic }) }
      const rate = rateOf(name, topic)
      return [
        bean(type, 'Count', labels, count),
        ...(rate === undefined ? [] : [bean(type, 'OneMinuteRate', labels, rate)]),
      ]
    }
    const all = Object.values(topics).reduce((sum, traffic) => sum + traffic[member], deletedTopics[member])
    // Apache Kafka has no replication by topic.
    if (name.startsWith('Replication')) return meter(all)
    return [...meter(all), ...Object.entries(topics).flatMap(([topic, one]) => meter(one[member], topic))]
  })
}

function requestRows({ requests, connections, partitions }: BrokerFigures): Row[] {
  const type = 'network_RequestMetrics'
  const apis = Object.entries(requests).flatMap(([api, { count, timed, timedMs }]): Row[] => {
    // Consumers are told apart from followers by the names that Apache Kafka has for them.
    const request = api === 'Fetch' ? 'FetchConsumer' : api
    return [
      bean(type, 'Count', { name: 'RequestsPerSec', request }, count),
      ...(timed > 0 ? [bean(type, 'Mean', { name: 'TotalTimeMs', request }, timedMs / timed)] : []),
    ]
  })
  const open = Object.entries(connections.byListener).map(
    ([listener, count]): Row => ({
      name: 'kafka_server_socket_server_metrics_connection_count',
      labels: { listener },
      value: count,
    }),
  )
  const underMinIsr = { name: 'UnderMinIsrPartitionCount' }
  return [...apis, ...open, bean('server_ReplicaManager', 'Value', underMinIsr, partitions.underMinIsr)]
}

/** MSK's own bean, which is not Apache Kafka's. */
function lagRows({ nodeId, reading: { offsets, overview } }: Measured): Row[] {
  const leaders = new Map(
    overview?.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ leader }, index) => [`${name}-${index}`, leader] as const),
    ),
  )
  return offsets
    .filter(({ topic, partition }) => leaders.get(`${topic}-${partition}`) === nodeId)
    .map(({ group, topic, partition, committedOffset, endOffset }) => ({
      name: 'kafka_consumer_group_ConsumerLagMetrics_Value',
      labels: { name: 'OffsetLag', groupId: group, topic, partition: String(partition) },
      value: Math.max(0, endOffset - committedOffset),
    }))
}

/** As the node exporter names what it sees of the machine, which all brokers share, and of a broker's volume. */
export function nodeRows(machine: Machine | undefined, directory: LogDirectory | undefined): Row[] {
  const mountpoint = '/kafka/datalogs'
  const volume = directory
    ? [
        { name: 'node_filesystem_size_bytes', labels: { mountpoint }, value: directory.totalBytes },
        { name: 'node_filesystem_avail_bytes', labels: { mountpoint }, value: directory.usableBytes },
      ]
    : []
  if (!machine) return volume
  const { total, available } = machine.memory()
  const [one, five, fifteen] = machine.load()
  const plain = (name: string, value: number): Row => ({ name, labels: {}, value })
  return [
    ...machine.processors().flatMap((processor, cpu) =>
      Object.entries(processor).map(([mode, seconds]) => ({
        name: 'node_cpu_seconds_total',
        labels: { cpu: String(cpu), mode },
        value: seconds,
      })),
    ),
    plain('node_memory_MemTotal_bytes', total),
    plain('node_memory_MemAvailable_bytes', available),
    plain('node_load1', one),
    plain('node_load5', five),
    plain('node_load15', fifteen),
    ...volume,
  ]
}
