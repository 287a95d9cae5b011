export {
  type BrokerNode,
  type Cluster,
  type ClusterOptions,
  type ControllerNode,
  type RunningBroker,
  type RunningNode,
  startCluster,
} from './cluster.ts'
export { MetadataDamagedError } from './controller/metadata-damage.ts'
export { type Loss, lossSentences } from './storage/losses.ts'
export type { DiskFailure } from './storage/node-disk.ts'
export type { ListenerOptions } from './broker/listeners.ts'
export { handlers } from './broker/api-table.ts'
export { checkBrokerProperties, controllerProperties, ignoredBrokerProperties } from './broker-properties.ts'
