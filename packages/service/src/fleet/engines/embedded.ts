import { checkBrokerProperties, ignoredBrokerProperties } from '@sluice/engine'
import { InlineCluster, type InlineEffects } from './embedded/inline-cluster.ts'
import { controllerId } from './embedded/nodes.ts'
import { type Engine, ListenerName } from './engine.ts'

const software = 'Sluice’s own brokers, which follow Apache Kafka 4.4.0'
/**
 * KRaft names only: there is no ZooKeeper here. The same brokers stand behind all of them; the older ones are
 * names that MSK knows and that tools and templates carry.
 */
const kafkaVersions = ['3.9.x.kraft', '4.0.x.kraft', '4.1.x.kraft', '4.4.x.kraft']

/** Our own Kafka. */
export function embeddedEngine(effects: InlineEffects): Engine {
  return {
    name: 'embedded',
    kafkaVersions: kafkaVersions.map((version) => ({ version, status: 'ACTIVE', software })),
    defaultKafkaVersion: '4.4.x.kraft',
    compactsLogs: false,
    hostings: ['inline'],
    // They share a process and its event loop.
    nodeStartsMax: Number.POSITIVE_INFINITY,
    ignoredProperties: ignoredBrokerProperties,
    checkProperties: (properties) => checkBrokerProperties(properties),
    topology: () => ({
      quorum: { role: 'controller', nodeIds: [controllerId] },
      listeners: { broker: [ListenerName.client], quorum: [ListenerName.controller] },
    }),
    compatibleVersions: (from) => kafkaVersions.slice(kafkaVersions.indexOf(from) + 1),
    // What ran in a former process ended with it.
    open: async (options) => new InlineCluster(options, effects),
  }
}
