import type { Clock, Disk, Logger, Network, Processes, Random } from '@sluice/effects'
import { checkBrokerProperties, ignoredBrokerProperties, startCluster } from '@sluice/engine'
import type { Engine } from './engine.ts'

/** Our own Kafka, inline: all nodes of a cluster live in the service's process. */
export function embeddedEngine(effects: {
  clock: Clock
  disk: Disk
  network: Network
  random: Random
  logger: Logger
  processes: Processes
}): Engine {
  return {
    name: 'embedded',
    ignoredProperties: ignoredBrokerProperties,
    checkProperties: (properties) => checkBrokerProperties(properties),
    start: async (plan, onFailure) => {
      const cluster = await startCluster({
        ...plan,
        effects,
        onBrokerFailure: (nodeId, failure) => onFailure({ nodeId, reason: failure.message }),
      })
      const { pid } = effects.processes
      return {
        clusterId: cluster.clusterId,
        get brokers() {
          return cluster.brokers
            .filter((broker) => broker.state === 'running')
            .map(({ nodeId, directory, listeners }) => ({
              nodeId,
              pid,
              directory,
              listeners: [...listeners],
            }))
        },
        stop: () => cluster.stop(),
      }
    },
  }
}
