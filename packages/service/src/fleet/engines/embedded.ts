import { assert, type Calendar, type Urls } from '@sluice/effects'
import { checkBrokerProperties, ignoredBrokerProperties, loginProblem, type Tap } from '@sluice/engine'
import type { ClusterFaults } from './embedded/faults/cluster-faults.ts'
import { InlineCluster } from './embedded/inline-cluster.ts'
import { type NodeProgram, ProcessCluster } from './embedded/process-cluster.ts'
import type { SupervisionEffects } from './supervision/supervised-node.ts'
import { controllerId } from './embedded/nodes.ts'
import { embeddedVersions, laterVersions, ownVersion } from './embedded/versions.ts'
import { type Engine, ListenerName, type PropertyProblem, securityProtocolOf } from './engine.ts'
import { loginProperty } from './listeners.ts'

/** Without `urls` no keys of tokens (OAUTHBEARER) can be read but those in files. */
type EmbeddedEffects = SupervisionEffects & { readonly urls?: Urls; readonly calendar?: Calendar }

/** What sees the requests of clients beside those who serve them. */
interface Instruments {
  /** In the development mode. */
  readonly faults?: Pick<ClusterFaults, 'interceptor' | 'directory'> | undefined
  /** Of brokers in this process. */
  readonly tap?: Tap | undefined
}

/** Our own Kafka. Its nodes can have processes of their own where `program` says what such a process runs. */
export function embeddedEngine(
  effects: EmbeddedEffects,
  program?: NodeProgram,
  { faults, tap }: Instruments = {},
): Engine {
  return {
    name: 'embedded',
    kafkaVersions: embeddedVersions,
    defaultKafkaVersion: ownVersion,
    clientListeners: new Set(['CLIENT', 'CLIENT_SECURE', 'CLIENT_SASL_SCRAM', 'CLIENT_IAM']),
    loginMechanisms: new Set(['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN', 'OAUTHBEARER']),
    heedsRevocations: true,
    hostings: program ? ['inline', 'process'] : ['inline'],
    // They share a process and its event loop, or are light ones.
    nodeStartsMax: Number.POSITIVE_INFINITY,
    ignoredProperties: ignoredBrokerProperties,
    checkProperties: (properties) => {
      const problems = checkBrokerProperties(properties)
      return problems.length > 0 ? problems : loginProblems(properties, effects)
    },
    topology: () => ({
      quorum: { role: 'controller', nodeIds: [controllerId] },
      listeners: { broker: [ListenerName.replication], quorum: [ListenerName.controller] },
    }),
    compatibleVersions: laterVersions,
    open: async (options) => {
      if (options.hosting === 'inline')
        return new InlineCluster(options, { ...effects, interceptor: faults?.interceptor, tap })
      assert(program, 'a cluster of processes needs something that they run')
      return new ProcessCluster(options, effects, program, faults?.directory ?? null)
    },
  }
}

/** What only a start would find out otherwise: keys that are not where they shall be, nobody that may log in. */
function loginProblems(
  properties: Readonly<Record<string, string>>,
  effects: EmbeddedEffects,
): PropertyProblem[] {
  const name = ListenerName.clientScram
  if (properties[loginProperty] === undefined) return []
  const problem = loginProblem({ name, protocol: securityProtocolOf(name) }, properties, effects)
  return problem === null ? [] : [{ name: loginProperty, problem }]
}
