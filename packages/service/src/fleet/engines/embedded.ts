import { assert } from '@sluice/effects'
import { checkBrokerProperties, ignoredBrokerProperties } from '@sluice/engine'
import { InlineCluster } from './embedded/inline-cluster.ts'
import { type NodeProgram, ProcessCluster } from './embedded/process-cluster.ts'
import type { SupervisionEffects } from './supervision/supervised-node.ts'
import { controllerId } from './embedded/nodes.ts'
import { type Engine, ListenerName } from './engine.ts'

const software = 'Sluice’s own brokers, which follow Apache Kafka 4.4.0'
/**
 * KRaft names only: there is no ZooKeeper here. The same brokers stand behind all of them; the older ones are
 * names that MSK knows and that tools and templates carry.
 */
const kafkaVersions = ['3.9.x.kraft', '4.0.x.kraft', '4.1.x.kraft', '4.4.x.kraft']

/** Our own Kafka. Its nodes can have processes of their own where `program` says what such a process runs. */
export function embeddedEngine(effects: SupervisionEffects, program?: NodeProgram): Engine {
  return {
    name: 'embedded',
    kafkaVersions: kafkaVersions.map((version) => ({ version, status: 'ACTIVE', software })),
    defaultKafkaVersion: '4.4.x.kraft',
    compactsLogs: false,
    clientListeners: new Set(['CLIENT', 'CLIENT_SECURE', 'CLIENT_SASL_SCRAM', 'CLIENT_IAM']),
    heedsRevocations: true,
    hostings: program ? ['inline', 'process'] : ['inline'],
    // They share a process and its event loop, or are light ones.
    nodeStartsMax: Number.POSITIVE_INFINITY,
    ignoredProperties: ignoredBrokerProperties,
    checkProperties: (properties) => checkBrokerProperties(properties),
    topology: () => ({
      quorum: { role: 'controller', nodeIds: [controllerId] },
      listeners: { broker: [ListenerName.replication], quorum: [ListenerName.controller] },
    }),
    compatibleVersions: (from) => kafkaVersions.slice(kafkaVersions.indexOf(from) + 1),
    open: async (options) => {
      if (options.hosting === 'inline') return new InlineCluster(options, effects)
      assert(program, 'a cluster of processes needs something that they run')
      return new ProcessCluster(options, effects, program)
    },
  }
}
