import type { ClusterLimits } from './metadata/cluster-limits.ts'
import type { GivenMechanisms } from './server/authentication/mechanism.ts'
import { controllerListener, type ListenerKind, type ListenerOptions } from './server/listeners.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface ControllerNode extends Address {
  readonly nodeId: number
  /** Without it, CONTROLLER, which is not encrypted. */
  readonly listener?: ListenerKind
  /** What clients may ask of the cluster beyond configs and quotas; its brokers have the same. */
  readonly limits?: ClusterLimits
}

export interface BrokerNode {
  readonly nodeId: number
  readonly rack: string | null
  readonly listeners: readonly ListenerOptions[]
  /** How large the volume is that it lives on; without it, as large as the disk. */
  readonly volumeBytes?: number
  /** Ways to log in that the engine does not know, for listeners whose sasl.enabled.mechanisms name them. */
  readonly mechanisms?: GivenMechanisms
  readonly limits?: ClusterLimits
}

/** A broker's static properties with what its properties file would say of itself: DescribeConfigs shows it. */
export function nodeProperties(
  broker: BrokerNode,
  directory: string,
  controller: ControllerNode,
  properties: Readonly<Record<string, string>>,
): Record<string, string> {
  const addresses = (of: (listener: ListenerOptions) => { host: string; port: number }) =>
    broker.listeners.map((one) => `${one.name}://${of(one).host}:${of(one).port}`).join(',')
  const ofController = controllerListener(controller)
  return {
    'inter.broker.listener.name': broker.listeners[0]?.name ?? 'PLAINTEXT',
    ...properties,
    'node.id': String(broker.nodeId),
    'broker.id': String(broker.nodeId),
    'process.roles': 'broker',
    ...(broker.rack !== null && { 'broker.rack': broker.rack }),
    'log.dirs': directory,
    listeners: addresses((one) => one),
    'advertised.listeners': addresses((one) => one.advertised ?? one),
    'listener.security.protocol.map': [ofController, ...broker.listeners]
      .map((one) => `${one.name}:${one.protocol}`)
      .join(','),
    'controller.listener.names': ofController.name,
    'controller.quorum.voters': `${controller.nodeId}@${controller.host}:${controller.port}`,
  }
}
