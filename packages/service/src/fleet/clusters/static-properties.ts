import { customListenersName } from '../engines/custom-listeners.ts'
import type { Engine } from '../engines/engine.ts'
import { invalid, type Refusal } from '../refusal.ts'
import { type SecuritySpec, clientListenersOf } from './client-listeners.ts'
import { isExpress } from './instance-types.ts'
import { isOfListeners, isServedOfListeners, listenerProblem } from './listener-properties.ts'
import { unfitCustomListeners } from './listener-places.ts'

/*
 * Static broker properties of a cluster. Precedence, weakest first: Apache Kafka's default (the engine's) <
 * MSK's default and our own < set at creation (`--set`, or tags) < MSK configuration revision < dynamic (the engine's).
 */

const rackAwareSelector = 'org.apache.kafka.common.replica.RackAwareReplicaSelector'

/** Where MSK's default differs from Apache Kafka's (MSK Developer Guide, "Default Amazon MSK configuration"). */
const mskDefaults: Record<string, string> = {
  'auto.create.topics.enable': 'false',
  'num.network.threads': '5',
  'num.replica.fetchers': '2',
  'unclean.leader.election.enable': 'true',
}

/** Of Express brokers (MSK Developer Guide, "Express broker configurations"). */
const expressDefaults: Record<string, string> = { 'unclean.leader.election.enable': 'false' }

/** Of serverless clusters: 250 GiB a partition, and nothing that is acknowledged is ever given up. */
const serverlessDefaults: Record<string, string> = {
  'log.retention.bytes': String(250 * 1024 ** 3),
  'unclean.leader.election.enable': 'false',
}

/**
 * What MSK leaves to a custom configuration and this service does not: a consumer that names its zone (`client.rack`,
 * KIP-392) reads from the replica there. Whoever names none sees no difference.
 */
const ownDefaults: Record<string, string> = { 'replica.selector.class': rackAwareSelector }

const replicaCounts: readonly string[] = [
  'default.replication.factor',
  'offsets.topic.replication.factor',
  'transaction.state.log.replication.factor',
  'share.coordinator.state.topic.replication.factor',
]
const inSyncCounts: readonly string[] = [
  'min.insync.replicas',
  'transaction.state.log.min.isr',
  'share.coordinator.state.topic.min.isr',
]

/** The cluster's shape decides these; nobody sets them. */
const ownedPrefixes = ['controller.quorum.', 'ssl.key', 'ssl.truststore.']
const owned = new Set([
  'advertised.listeners',
  'broker.id',
  'broker.rack',
  'controller.listener.names',
  'inter.broker.listener.name',
  'listener.security.protocol.map',
  'listeners',
  'log.dir',
  'log.dirs',
  'metadata.log.dir',
  'node.id',
  'process.roles',
  'ssl.client.auth',
])

/** Classes, and texts that name some: whoever may create a cluster must not have code loaded on this machine. */
const codeNames = new Set([
  'config.providers',
  'kafka.metrics.reporters',
  'metric.reporters',
  'security.providers',
])
const classSuffix = /\.class(\.name|\.path)?$/
/** MSK's list has this one property of the kind, with this one value. */
const servedClasses: Readonly<Record<string, string>> = {
  'replica.selector.class': rackAwareSelector,
}

/** What of a spec its brokers' properties come from. */
interface PropertySource extends SecuritySpec {
  kafkaVersion: string
  numberOfBrokerNodes: number
  /** One subnet a zone. */
  brokerNodeGroup: { ClientSubnets?: string[] | undefined; InstanceType?: string | undefined }
  brokerProperties: Readonly<Record<string, string>>
  configuration: { properties: Readonly<Record<string, string>> } | null
  serverless?: object
}

/** All levels merged. */
export function staticProperties(
  spec: PropertySource,
  engine: Pick<Engine, 'topology'>,
): Record<string, string> {
  const express = isExpress(spec.brokerNodeGroup.InstanceType) ? expressDefaults : {}
  return {
    ...mskDefaults,
    ...express,
    ...(spec.serverless && serverlessDefaults),
    ...ownDefaults,
    ...replicationDefaults(spec),
    ...ownersProperties(spec, engine),
  }
}

/** What clients of its listeners are told, as the owner of the cluster has it; undefined where that is nothing special. */
export function customListenersOf({
  brokerProperties,
  configuration,
}: Pick<PropertySource, 'brokerProperties' | 'configuration'>): string | undefined {
  return configuration?.properties[customListenersName] ?? brokerProperties[customListenersName]
}

/** What the owner of a cluster has set, at creation and by a configuration, of what brokers know. */
function ownersProperties(source: PropertySource, engine: Pick<Engine, 'topology'>): Record<string, string> {
  const { kafkaVersion } = source
  const { [customListenersName]: _, ...brokerProperties } = source.brokerProperties
  const { [customListenersName]: __, ...configured } = { ...source.configuration?.properties }
  // MSK's list holds them for every version, so configurations carry them to clusters without a ZooKeeper.
  if (engine.topology({ kafkaVersion }).quorum.role !== 'zookeeper')
    for (const name of Object.keys(configured)) if (name.startsWith('zookeeper.')) delete configured[name]
  return { ...brokerProperties, ...configured }
}

/** A replica a zone, and one of them may be missing where there are three (MSK Developer Guide, as above). */
function replicationDefaults({ brokerNodeGroup }: PropertySource): Record<string, string> {
  const replicas = brokerNodeGroup.ClientSubnets?.length ?? 1
  const inSync = Math.max(1, replicas - 1)
  return {
    ...Object.fromEntries(replicaCounts.map((name) => [name, String(replicas)])),
    ...Object.fromEntries(inSyncCounts.map((name) => [name, String(inSync)])),
  }
}

/** Why brokers cannot run with what the owner of the cluster has set; `parameter` is where it was set. */
export function propertiesRefusal(
  source: PropertySource,
  engine: Engine,
  parameter: string,
): Refusal | undefined {
  const properties = ownersProperties(source, engine)
  const sentence = refusedProperty(properties, engine)
  if (sentence) return invalid(sentence, parameter)
  const custom = customListenersOf(source)
  const active = clientListenersOf(source, engine)
  const unfit = custom === undefined ? null : unfitCustomListeners(custom, active, source.numberOfBrokerNodes)
  if (unfit !== null) return invalid(`${customListenersName}: ${unfit}.`, parameter)
  const problems = engine.checkProperties(properties, source.kafkaVersion)
  if (problems.length === 0) return undefined
  return invalid(
    `Broker properties are not valid: ${problems.map(({ problem }) => problem).join('; ')}`,
    parameter,
  )
}

/** What a cluster's owner may not set, whatever the engine thinks of it, as a sentence; null where all is well. */
function refusedProperty(set: Readonly<Record<string, string>>, engine: Engine): string | null {
  for (const [name, value] of Object.entries(set)) {
    if (isOfListeners(name)) {
      const problem = listenerProblem(set, name, engine)
      if (problem !== null) return problem
      continue
    }
    if (isOwned(name)) return `The property ${name} is set by Sluice itself.`
    if (loadsCode(name, value)) return `The property ${name} would load code, and cannot be set.`
  }
  return null
}

function loadsCode(name: string, value: string): boolean {
  if (servedClasses[name] === value.trim()) return false
  // Assignors have names of their own, without a package before them.
  return codeNames.has(name) || classSuffix.test(name) || (name.endsWith('.assignors') && value.includes('.'))
}

/** Does the shape of a cluster decide this property? */
export function isOwned(name: string): boolean {
  if (isOfListeners(name)) return !isServedOfListeners(name)
  return owned.has(name) || ownedPrefixes.some((prefix) => name.startsWith(prefix))
}

/** A tag with this prefix sets a static broker property when the cluster is created. */
export const propertyTagPrefix = 'sluice:set:'

export function propertiesOfTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const set: Record<string, string> = {}
  for (const [key, value] of Object.entries(tags))
    if (key.startsWith(propertyTagPrefix)) set[key.slice(propertyTagPrefix.length)] = value
  return set
}

export function tagsOfProperties(set: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(set).map(([name, value]) => [`${propertyTagPrefix}${name}`, value]),
  )
}

/** Properties whose values nobody is shown. */
const secret = /(?:jaas\.config|secret|secret\.key|password|passphrase)$/

/** In place of what is secret, as in Kafka's own logs. */
export const hiddenValue = '[hidden]'

/** The value as whoever may describe the cluster sees it. */
export function shownValue(name: string, value: string): string {
  return secret.test(name) ? hiddenValue : value
}

export function shownProperties(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, shownValue(name, value)]),
  )
}

/** Tags as they are shown: a property that one sets may be a secret. */
export function shownTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [
      key,
      key.startsWith(propertyTagPrefix) ? shownValue(key, value) : value,
    ]),
  )
}

/** A tag of this name says at creation which engine runs the cluster. */
export const engineTag = 'sluice:engine'

/** And one of this name how its nodes are hosted. */
export const hostingTag = 'sluice:hosting'
