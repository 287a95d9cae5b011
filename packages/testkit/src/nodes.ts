import type { BrokerNode, ControllerNode } from '@sluice/engine'
import { insideHost, outsideHost } from './world.ts'

const replicationFactorMax = 3

export const controllerNode: ControllerNode = { nodeId: 1000, host: insideHost, port: 0 }

/** The listener between brokers, and for this library; and the one for clients. */
export const insideListener = 'INSIDE'
export const clientListener = 'CLIENT'

export type ClientProtocol = 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SASL_SSL' | 'SSL'

export function brokerNode(nodeId: number, port: number, protocol: ClientProtocol): BrokerNode {
  return {
    nodeId,
    rack: `zone-${nodeId}`,
    listeners: [
      { name: insideListener, protocol: 'PLAINTEXT', host: insideHost, port: 0 },
      { name: clientListener, protocol, host: outsideHost, port },
    ],
  }
}

/** What differs from Kafka's defaults, so that nobody waits: no group for members that never come. */
export function defaultProperties(brokers: number): Record<string, string> {
  const replicas = String(Math.min(brokers, replicationFactorMax))
  return {
    'default.replication.factor': replicas,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '10',
    'auto.create.topics.enable': 'true',
    'log.segment.delete.delay.ms': '0',
  }
}
