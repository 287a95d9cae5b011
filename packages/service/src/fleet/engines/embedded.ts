import { assert } from '@sluice/effects'
import { checkBrokerProperties, ignoredBrokerProperties, type Interceptor } from '@sluice/engine'
import { InlineCluster } from './embedded/inline-cluster.ts'
import { type NodeProgram, ProcessCluster } from './embedded/process-cluster.ts'
import type { SupervisionEffects } from './supervision/supervised-node.ts'
import { controllerId } from './embedded/nodes.ts'
import { embeddedVersions, laterVersions, ownVersion } from './embedded/versions.ts'
import { type Engine, ListenerName } from './engine.ts'

/** Our own Kafka. Its nodes can have processes of their own where `program` says what such a process runs. */
export function embeddedEngine(
  effects: SupervisionEffects,
  program?: NodeProgram,
  interceptor?: Interceptor,
): Engine {
  return {
    name: 'embedded',
    kafkaVersions: embeddedVersions,
    defaultKafkaVersion: ownVersion,
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
    compatibleVersions: laterVersions,
    open: async (options) => {
      if (options.hosting === 'inline') return new InlineCluster(options, { ...effects, interceptor })
      assert(program, 'a cluster of processes needs something that they run')
      return new ProcessCluster(options, effects, program)
    },
  }
}
