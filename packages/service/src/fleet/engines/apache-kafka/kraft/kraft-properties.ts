import { type ClusterPlan, controllerListenerOf, type NodePlan } from '../../engine.ts'
import { plannedProperties } from '../known-properties.ts'
import {
  controllers,
  placeProperties,
  quorumProperties,
  securityProperties,
  securityProtocols,
  urlOf,
} from '../../listeners.ts'
import { topicDefaultProperties } from '../property-data.generated.ts'
import type { Release } from '../versions.ts'

/**
 * What of a cluster's broker properties controllers get, beside the defaults of topics: those that the controller
 * itself decides by. New topics take num.partitions and default.replication.factor from it, elections
 * unclean.leader.election.enable, and the answer to CreateTopics lists its topic defaults. Nothing else: a property
 * of brokers must not roll the controllers.
 */
const controllerProperties: ReadonlySet<string> = new Set([
  ...topicDefaultProperties,
  'allow.everyone.if.no.acl.found',
  'alter.config.policy.class.name',
  'authorizer.class.name',
  'auto.leader.rebalance.enable',
  'broker.session.timeout.ms',
  'controller.quota.window.num',
  'controller.quota.window.size.seconds',
  'create.topic.policy.class.name',
  'default.replication.factor',
  'delete.topic.enable',
  'leader.imbalance.check.interval.seconds',
  'leader.imbalance.per.broker.percentage',
  'metadata.log.max.record.bytes.between.snapshots',
  'metadata.log.max.snapshot.interval.ms',
  'metadata.log.segment.bytes',
  'metadata.log.segment.ms',
  'metadata.max.idle.interval.ms',
  'metadata.max.retention.bytes',
  'metadata.max.retention.ms',
  'num.partitions',
  'super.users',
  'unclean.leader.election.interval.ms',
])

/** A broker of a KRaft cluster. What the cluster's shape decides stands above what the plan sets. */
export function kraftBrokerProperties(
  plan: ClusterPlan,
  node: NodePlan,
  release: Release,
  logDirectory: string,
): Record<string, string> {
  return {
    ...plannedProperties(plan, release, () => true),
    'process.roles': 'broker',
    'node.id': String(node.nodeId),
    ...placeProperties(node),
    'listener.security.protocol.map': securityProtocols(
      node,
      ...controllers(plan).map(({ listener }) => listener.name),
    ),
    ...quorumProperties(plan),
    'log.dirs': logDirectory,
  }
}

/**
 * Static voters (kraft.version 0), though Kafka has dynamic ones (KIP-853): the three controllers never change, a
 * directory formatted by 3.9 and one formatted by 4.4 are alike, and no voter has to be added after a first start.
 */
export function kraftControllerProperties(
  plan: ClusterPlan,
  node: NodePlan,
  release: Release,
  logDirectory: string,
): Record<string, string> {
  return {
    ...plannedProperties(plan, release, (name) => controllerProperties.has(name)),
    'process.roles': 'controller',
    'node.id': String(node.nodeId),
    listeners: urlOf(controllerListenerOf(node)),
    'listener.security.protocol.map': securityProtocols(node),
    ...securityProperties(node),
    ...quorumProperties(plan),
    'log.dirs': logDirectory,
  }
}
