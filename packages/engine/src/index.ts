export {
  type BrokerNode,
  type Cluster,
  type ClusterOptions,
  type RunningBroker,
  startCluster,
} from './cluster.ts'
export type { ListenerOptions } from './broker/listeners.ts'
export { handlers } from './broker/api-table.ts'
export { checkBrokerProperties, ignoredBrokerProperties } from './broker-properties.ts'
