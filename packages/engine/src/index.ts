export {
  type Cluster,
  type ClusterOptions,
  type RunningBroker,
  type RunningNode,
  startCluster,
} from './cluster.ts'
export {
  type BrokerNodeOptions,
  type ControllerNodeOptions,
  type NodeEffects,
  startBrokerNode,
  startControllerNode,
  type StartedBroker,
  type StartedNode,
} from './node.ts'
export type { BrokerNode, ControllerNode } from './node-properties.ts'
export type { ClusterLimits } from './metadata/cluster-limits.ts'
export type { BrokerFigures, TrafficFigures } from './broker/broker-figures.ts'
export { MetadataDamagedError } from './controller/metadata-damage.ts'
export { type Loss, lossSentences, noticeSentences } from './storage/losses.ts'
export type { DiskFailure } from './storage/node-disk.ts'
export { allowAll, type Operation, type Permissions, type ResourceType } from './authorizer/permissions.ts'
export { type Fault, type FaultOptions, FaultRules, type SeenRequest } from './faults/fault-rules.ts'
export { placesIn } from './server/named-places.ts'
export { Tap, type TapFilter } from './server/tap.ts'
export type { TappedExchange } from './server/tapped-exchange.ts'
export type { ArrivedRequest, Interception, Interceptor } from './server/interception.ts'
export type { ListenerOptions } from './server/listeners.ts'
export {
  invalidCredentials,
  LoginRefused,
  type Identity,
  type SaslExchange,
  type SaslMechanism,
  type SaslStep,
} from './server/authentication/mechanism.ts'
export { bearerMessage } from './server/authentication/oauthbearer/bearer-message.ts'
export { loginProblem } from './login-problem.ts'
export { handlers } from './broker/api-table.ts'
export { checkBrokerProperties, controllerProperties, ignoredBrokerProperties } from './broker-properties.ts'
