/*
 * Static broker properties of a cluster. Precedence, weakest first: Apache Kafka's default (the engine's) <
 * MSK's default < set at creation (`--set`, or tags) < MSK configuration revision < dynamic (the engine's).
 */

/** Where MSK's default differs from Apache Kafka's (MSK Developer Guide, "Default Amazon MSK configuration"). */
const mskDefaults: Record<string, string> = {
  'auto.create.topics.enable': 'false',
  'num.network.threads': '5',
  'num.replica.fetchers': '2',
  'unclean.leader.election.enable': 'true',
}

/** Until brokers replicate, one broker runs and every factor is 1. */
const oneBrokerFactors: Record<string, string> = {
  'default.replication.factor': '1',
  'min.insync.replicas': '1',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
}

/** The cluster's shape decides these; nobody sets them. */
const ownedPrefixes = ['listener.name.', 'controller.quorum.']
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
])

export function staticProperties(set: Readonly<Record<string, string>>): Record<string, string> {
  return { ...mskDefaults, ...oneBrokerFactors, ...set }
}

/** What a cluster's owner may not set, whatever the engine thinks of it; null where all is well. */
export function refusedProperty(set: Readonly<Record<string, string>>): string | null {
  for (const [name, value] of Object.entries(set)) {
    if (owned.has(name) || ownedPrefixes.some((prefix) => name.startsWith(prefix)))
      return `The property ${name} is set by Sluice itself.`
    if (Object.hasOwn(oneBrokerFactors, name) && Number(value) > 1)
      return `The property ${name} cannot be ${value}: brokers do not replicate yet, so one broker runs and the highest value is 1.`
  }
  return null
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
