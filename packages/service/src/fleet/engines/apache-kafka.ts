import { ApacheKafkaCluster } from './apache-kafka/cluster.ts'
import { propertyProblems } from './apache-kafka/known-properties.ts'
import { Distributions, pinnedVersions } from '../jvm/distributions.ts'
import type { Environment } from '../jvm/java.ts'
import {
  compatibleReleases,
  kafkaVersionOf,
  type Release,
  releasesOf,
  topologyOf,
} from './apache-kafka/versions.ts'
import { OperatingError } from '../operating-error.ts'
import type { Engine } from './engine.ts'
import type { SupervisionEffects } from './supervision/supervised-node.ts'

interface ApacheKafkaEngineOptions {
  effects: SupervisionEffects
  /** SLUICE_KAFKA_HEAP_OPTS sets the heap of brokers; the rest is for `Distributions`. */
  environment: Environment
  /** Told in sentences what takes long. */
  onProgress?: (sentence: string) => void
  /** For tests. */
  distributions?: Pick<Distributions, 'java' | 'broker'>
}

/** A starting JVM keeps a core busy; a quorum of three has to start together. */
const nodeStartsMax = 4

/** Apache Kafka itself: each node of a cluster is a JVM process of its own, and outlives this service. */
export function apacheKafkaEngine(options: ApacheKafkaEngineOptions): Engine {
  const { effects, environment, onProgress } = options
  const distributions =
    options.distributions ?? new Distributions({ effects, environment, ...(onProgress && { onProgress }) })
  const releases = releasesOf(pinnedVersions)
  const release = (kafkaVersion: string) => releaseOf(releases, kafkaVersion)
  return {
    name: 'apache-kafka',
    kafkaVersions: releases.map(kafkaVersionOf),
    defaultKafkaVersion: releases.at(-1)?.name ?? '',
    clientListeners: new Set(['CLIENT', 'CLIENT_SECURE', 'CLIENT_SASL_SCRAM']),
    loginMechanisms: new Set(['SCRAM-SHA-512']),
    heedsRevocations: false,
    hostings: ['process'],
    nodeStartsMax,
    ignoredProperties: new Set(),
    checkProperties: (properties, kafkaVersion) => propertyProblems(properties, release(kafkaVersion)),
    topology: ({ kafkaVersion }) => topologyOf(release(kafkaVersion).mode),
    compatibleVersions: (kafkaVersion) =>
      compatibleReleases(releases, release(kafkaVersion)).map(({ name }) => name),
    open: async (cluster) =>
      new ApacheKafkaCluster(cluster, { effects, environment, distributions, release }),
  }
}

/** A cluster may be older than the versions that are pinned today. */
function releaseOf(releases: readonly Release[], kafkaVersion: string): Release {
  const release = releases.find(({ name }) => name === kafkaVersion)
  if (release) return release
  throw new OperatingError(`The engine apache-kafka cannot run Kafka ${kafkaVersion}.`, {
    code: 'KAFKA_VERSION_UNKNOWN',
    why: `It has ${releases.map(({ name }) => name).join(', ')}.`,
    next: 'Create a new cluster of one of these versions, or use the release of Sluice that made this one.',
  })
}
