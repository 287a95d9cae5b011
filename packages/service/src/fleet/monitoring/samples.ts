import { clientListeners, isClientListener } from '../engines/engine.ts'
import type { BrokerFigures, TrafficFigures } from '../engines/cluster-view.ts'
import { lagSamples } from './lag-samples.ts'
import { type Dimensions, type Level, type Leveled, reaches, type Sample, type Sampled } from './metric.ts'
import type { Reading } from './reading.ts'
import { allTraffic } from './all-traffic.ts'
import { serverlessSamples } from './serverless-samples.ts'

/* What a reading, and the one before it, come to as MSK's metrics (MSK Developer Guide, "Metrics for Standard brokers"). Pure. */

export function samplesOf(reading: Reading, before: Reading | undefined): Sample[] {
  const { name, spec } = reading.record
  if (spec.serverless) return serverlessSamples(reading, before)
  const isWanted = ([level]: Leveled) => reaches(spec.enhancedMonitoring, level)
  const sampled = (dimensions: Dimensions, values: readonly Leveled[]) =>
    values.filter(isWanted).map(([, metric, value]) => ({
      name: metric,
      dimensions: { 'Cluster Name': name, ...dimensions },
      value,
    }))
  return [
    ...sampled({}, clusterValues(reading)),
    ...brokersOf(reading).flatMap((nodeId) => [
      ...sampled({ 'Broker ID': String(nodeId) }, [
        ...partitionValues(reading, nodeId),
        ...storageValues(reading, nodeId),
      ]),
    ]),
    ...reading.figures.flatMap((figures) =>
      figureSamples(figures, rateOver(reading, before, figures), sampled),
    ),
    ...lagSamples(reading, before, sampled),
  ]
}

function clusterValues({ overview, storage }: Reading): Leveled[] {
  if (!overview) return []
  const partitions = overview.topics.flatMap((topic) => topic.partitions)
  const fullest = Math.max(...storage.map(({ percent }) => percent))
  return [
    ['DEFAULT', 'ActiveControllerCount', overview.controllerId >= 0 ? 1 : 0],
    ['DEFAULT', 'GlobalPartitionCount', partitions.length],
    ['DEFAULT', 'GlobalTopicCount', overview.topics.length],
    ['DEFAULT', 'OfflinePartitionsCount', partitions.filter(({ leader }) => leader < 0).length],
    ...(storage.length > 0 ? [['DEFAULT', 'KafkaDataLogsDiskUsed', fullest] as const] : []),
  ]
}

/** Those that are told of. */
function brokersOf({ overview, storage, figures }: Reading): number[] {
  const replicas = overview?.topics.flatMap(({ partitions }) => partitions.flatMap((one) => one.replicas))
  const told = [...storage, ...figures].map(({ nodeId }) => nodeId)
  return [...new Set([...told, ...(replicas ?? [])])].sort((a, b) => a - b)
}

function partitionValues({ overview }: Reading, nodeId: number): Leveled[] {
  if (!overview) return []
  const held = overview.topics.flatMap(({ isInternal, partitions }) =>
    partitions
      .filter(({ replicas }) => replicas.includes(nodeId))
      .map((partition) => ({ ...partition, isInternal })),
  )
  const led = held.filter(({ leader }) => leader === nodeId)
  return [
    ['DEFAULT', 'PartitionCount', held.length],
    ['DEFAULT', 'LeaderCount', led.length],
    [
      'DEFAULT',
      'UnderReplicatedPartitions',
      led.filter(({ isr, replicas }) => isr.length < replicas.length).length,
    ],
    ['DEFAULT', 'UserPartitionExists', held.some(({ isInternal }) => !isInternal) ? 1 : 0],
  ]
}

function storageValues({ storage }: Reading, nodeId: number): Leveled[] {
  const use = storage.find((one) => one.nodeId === nodeId)
  return use ? [['DEFAULT', 'KafkaDataLogsDiskUsed', use.percent]] : []
}

/** What has been added since the reading before, and for how long. A broker that has started anew counts from nothing. */
interface Since {
  readonly seconds: number
  readonly before: BrokerFigures | undefined
}

function rateOver(reading: Reading, before: Reading | undefined, { nodeId }: BrokerFigures): Since | null {
  const earlier = before?.figures.find((one) => one.nodeId === nodeId)
  if (!before || !earlier) return null
  return { seconds: (reading.atMs - before.atMs) / 1_000, before: earlier }
}

function added(now: number, before = 0): number {
  return now >= before ? now - before : now
}

function figureSamples(figures: BrokerFigures, since: Since | null, sampled: Sampled): Sample[] {
  const broker = { 'Broker ID': String(figures.nodeId) }
  const all = allTraffic(figures)
  const allBefore = since?.before && allTraffic(since.before)
  const perSecond = (now: number, before: number | undefined) =>
    since ? added(now, before) / since.seconds : 0
  return [
    ...sampled(broker, [
      ['DEFAULT', 'UnderMinIsrPartitionCount', figures.partitions.underMinIsr],
      ...connectionValues(figures, since),
      ...(since
        ? ([
            ['DEFAULT', 'BytesInPerSec', perSecond(all.bytesIn, allBefore?.bytesIn)],
            ['DEFAULT', 'BytesOutPerSec', perSecond(all.bytesOut, allBefore?.bytesOut)],
            ['DEFAULT', 'MessagesInPerSec', perSecond(all.messagesIn, allBefore?.messagesIn)],
            [
              'PER_BROKER',
              'ReplicationBytesInPerSec',
              perSecond(all.replicationBytesIn, allBefore?.replicationBytesIn),
            ],
            [
              'PER_BROKER',
              'ReplicationBytesOutPerSec',
              perSecond(all.replicationBytesOut, allBefore?.replicationBytesOut),
            ],
            ...requestValues(figures, since),
          ] satisfies Leveled[])
        : []),
    ]),
    ...authenticationSamples(figures, sampled),
    ...(since ? topicSamples(figures, since, sampled) : []),
  ]
}

function topicSamples(figures: BrokerFigures, { seconds, before }: Since, sampled: Sampled): Sample[] {
  return Object.entries(figures.topics).flatMap(([topic, now]) => {
    const earlier = before?.topics[topic]
    const perSecond = (name: keyof TrafficFigures) => added(now[name], earlier?.[name]) / seconds
    return sampled({ 'Broker ID': String(figures.nodeId), Topic: topic }, [
      ['DEFAULT', 'BytesInPerSec', perSecond('bytesIn')],
      ['DEFAULT', 'BytesOutPerSec', perSecond('bytesOut')],
      // MSK tells of them from the first message on.
      ...(now.messagesIn > 0
        ? [['PER_TOPIC_PER_BROKER', 'MessagesInPerSec', perSecond('messagesIn')] as const]
        : []),
    ])
  })
}

function connectionValues({ connections }: BrokerFigures, since: Since | null): Leveled[] {
  const { created, closed, byListener } = connections
  const open = Object.values(byListener).reduce((sum, count) => sum + count, 0)
  const ofClients = Object.entries(byListener)
    .filter(([name]) => name in clientListeners)
    .reduce((sum, [, count]) => sum + count, 0)
  const before = since?.before?.connections
  return [
    ['DEFAULT', 'ConnectionCount', open],
    ['DEFAULT', 'ClientConnectionCount', ofClients],
    ['PER_BROKER', 'TcpConnections', open],
    ...(since
      ? ([
          ['PER_BROKER', 'ConnectionCreationRate', added(created, before?.created) / since.seconds],
          ['PER_BROKER', 'ConnectionCloseRate', added(closed, before?.closed) / since.seconds],
        ] satisfies Leveled[])
      : []),
  ]
}

/** As MSK names ways to log in. */
const authentications: Readonly<Record<keyof typeof clientListeners, string>> = {
  CLIENT: 'Unauthenticated',
  CLIENT_SECURE: 'mTLS',
  CLIENT_SASL_SCRAM: 'SCRAM',
  CLIENT_IAM: 'IAM',
}

function authenticationSamples({ nodeId, connections }: BrokerFigures, sampled: Sampled): Sample[] {
  return Object.entries(connections.byListener).flatMap(([listener, count]) =>
    isClientListener(listener as never)
      ? sampled(
          {
            'Broker ID': String(nodeId),
            'Client Authentication': authentications[listener as keyof typeof clientListeners],
          },
          [['DEFAULT', 'ClientConnectionCount', count]],
        )
      : [],
  )
}

/** Means are of what was asked since the reading before; where nothing was, there is nothing to say. */
function requestValues({ requests }: BrokerFigures, { before }: Since): Leveled[] {
  const of = (name: string) => {
    const [now, earlier] = [requests[name], before?.requests[name]]
    const since = (what: 'count' | 'bytes' | 'timed' | 'timedMs') => added(now?.[what] ?? 0, earlier?.[what])
    return { count: since('count'), bytes: since('bytes'), timed: since('timed'), timedMs: since('timedMs') }
  }
  const all = Object.keys(requests).map(of)
  const sum = (what: 'count' | 'bytes' | 'timed' | 'timedMs') => all.reduce((sum, one) => sum + one[what], 0)
  const mean = (level: Level, name: string, total: number, count: number): Leveled[] =>
    count > 0 ? [[level, name, total / count]] : []
  const [produce, consumers, followers] = [of('Produce'), of('Fetch'), of('FetchFollower')]
  return [
    ...mean('DEFAULT', 'RequestBytesMean', sum('bytes'), sum('count')),
    ...mean('DEFAULT', 'RequestTime', sum('timedMs'), sum('timed')),
    ...mean('DEFAULT', 'ProduceTotalTimeMsMean', produce.timedMs, produce.timed),
    ...mean('PER_BROKER', 'FetchConsumerTotalTimeMsMean', consumers.timedMs, consumers.timed),
    ...mean('PER_BROKER', 'FetchFollowerTotalTimeMsMean', followers.timedMs, followers.timed),
  ]
}
