import { reading } from './aws/msk/topics.ts'
import type { ClusterBrokers } from './fleet/engines/engine.ts'
import type { ClusterOverview, LogDirectory } from './fleet/engines/cluster-view.ts'
import type { BrokersReport } from './status-report.ts'

export async function brokersReport(
  brokers: Pick<ClusterBrokers, 'logDirectories' | 'overview'>,
): Promise<BrokersReport> {
  const [overview, directories] = await Promise.all([
    reading(brokers.overview()),
    reading(brokers.logDirectories()),
  ])
  return reportOf(overview, directories)
}

/** Brokers that have replicas, or answer. */
export function reportOf(
  overview: ClusterOverview | null,
  directories: readonly LogDirectory[],
): BrokersReport {
  const counts = new Map<number, { leads: number; replicas: number; inSync: number }>()
  const of = (id: number) => {
    const own = counts.get(id) ?? { leads: 0, replicas: 0, inSync: 0 }
    counts.set(id, own)
    return own
  }
  for (const { nodeId } of directories) of(nodeId)
  for (const { leader, replicas, isr } of overview?.topics.flatMap(({ partitions }) => partitions) ?? []) {
    if (leader >= 0) of(leader).leads++
    for (const id of replicas) of(id).replicas++
    for (const id of isr) of(id).inSync++
  }
  const brokers = [...counts].sort(([a], [b]) => a - b)
  return {
    brokers: brokers.map(([broker, counted]) => {
      const own = directories.filter(({ nodeId }) => nodeId === broker)
      const bytes = own.flatMap(({ logs }) => logs).reduce((sum, log) => sum + log.bytes, 0)
      const volumeBytes = own.reduce((sum, { totalBytes }) => sum + totalBytes, 0)
      return {
        broker,
        ...counted,
        bytes: own.length === 0 ? null : bytes,
        volumeBytes: volumeBytes > 0 ? volumeBytes : null,
      }
    }),
    topics: topicsOf(overview, directories),
  }
}

function topicsOf(
  overview: ClusterOverview | null,
  directories: readonly LogDirectory[],
): BrokersReport['topics'] {
  const bytesOf = new Map<string, number>()
  for (const { topic, bytes } of directories.flatMap(({ logs }) => logs))
    bytesOf.set(topic, (bytesOf.get(topic) ?? 0) + bytes)
  const topics = (overview?.topics ?? []).map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.length,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    outOfSync: partitions.reduce((sum, { replicas, isr }) => sum + replicas.length - isr.length, 0),
    leaderless: partitions.filter(({ leader }) => leader < 0).length,
    bytes: bytesOf.get(name) ?? 0,
  }))
  return topics.sort((a, b) => (a.topic < b.topic ? -1 : 1))
}
