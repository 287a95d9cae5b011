import { compareVersions } from '../../jvm/version-order.ts'
import { type KafkaVersion, ListenerName, type Topology } from '../engine.ts'

/** How the brokers of a cluster agree on its metadata. */
type Mode = 'kraft' | 'zookeeper'

/** One of MSK's version names and what stands behind it. */
export interface Release {
  /** MSK's name: `3.9.x`, `4.4.x.kraft`. */
  name: string
  /** Of Apache Kafka: `3.9.2`. */
  version: string
  mode: Mode
}

/** Apache Kafka 4.0 dropped ZooKeeper (KIP-833). */
const firstMajorWithoutZooKeeper = 4

/**
 * MSK's names for the pinned versions of Apache Kafka, oldest first. An `.x` stands for the newest patch that is
 * pinned, as MSK applies patches by itself.
 */
export function releasesOf(pinnedVersions: readonly string[]): Release[] {
  const newestPatches = new Map<string, string>()
  for (const version of [...pinnedVersions].sort(compareVersions))
    newestPatches.set(version.split('.').slice(0, 2).join('.'), version)
  return [...newestPatches].flatMap(([minor, version]): Release[] => [
    ...(majorOf(version) < firstMajorWithoutZooKeeper
      ? [{ name: `${minor}.x`, version, mode: 'zookeeper' as const }]
      : []),
    { name: `${minor}.x.kraft`, version, mode: 'kraft' },
  ])
}

export function kafkaVersionOf({ name, version, mode }: Release): KafkaVersion {
  const software = mode === 'zookeeper' ? `Apache Kafka ${version} with ZooKeeper` : `Apache Kafka ${version}`
  return { version: name, status: 'ACTIVE', software }
}

/**
 * Where a running cluster may go: to a later version in the same mode. Never down: a raised metadata.version
 * cannot be taken back without loss. From ZooKeeper to KRaft is a migration, not a roll, and not done here.
 */
export function compatibleReleases(releases: readonly Release[], from: Release): Release[] {
  return releases.filter(
    ({ mode, version }) => mode === from.mode && compareVersions(version, from.version) > 0,
  )
}

const quorumSize = 3
/** The one that the pinned version of Apache Kafka with ZooKeeper comes with; the lock holds it. */
const zookeeperVersion = '3.8.4'
/** Away from the ids that brokers get, which count from 1: controllers share one number space with them. */
const firstControllerId = 10_001

export function topologyOf(mode: Mode): Topology {
  const ids = (first: number) => Array.from({ length: quorumSize }, (_, at) => first + at)
  return mode === 'kraft'
    ? {
        quorum: { role: 'controller', nodeIds: ids(firstControllerId) },
        listeners: {
          broker: [ListenerName.replication],
          quorum: [ListenerName.controller],
        },
      }
    : {
        quorum: { role: 'zookeeper', nodeIds: ids(1), zookeeperVersion },
        listeners: {
          broker: [ListenerName.replication],
          quorum: [ListenerName.zookeeper, ListenerName.peer, ListenerName.election],
        },
      }
}

function majorOf(version: string): number {
  return Number(version.split('.')[0])
}
