import { configDefinition, configDefinitions, validateConfig } from './metadata/config-definitions.ts'
import { type ConfigProblem, configProblems } from './metadata/config-problems.ts'
import { configRules } from './metadata/config-rules.ts'

/**
 * Broker properties that change what the engine does. A test looks for each of them in the sources; those behind
 * topic configs are derived. All others that Apache Kafka knows are accepted without effect.
 */
const ownServed = [
  'add.partitions.to.txn.retry.backoff.max.ms',
  'add.partitions.to.txn.retry.backoff.ms',
  'authorizer.class.name',
  'auto.create.topics.enable',
  'auto.leader.rebalance.enable',
  'broker.heartbeat.interval.ms',
  'broker.session.timeout.ms',
  'connection.failed.authentication.delay.ms',
  'connections.max.idle.ms',
  'connections.max.reauth.ms',
  'controller.quota.window.num',
  'controller.quota.window.size.seconds',
  'default.replication.factor',
  'delegation.token.expiry.check.interval.ms',
  'delegation.token.expiry.time.ms',
  'delegation.token.max.lifetime.ms',
  'delegation.token.secret.key',
  'delete.topic.enable',
  'fetch.max.bytes',
  'group.consumer.assignment.interval.ms',
  'group.consumer.assignors',
  'group.consumer.heartbeat.interval.ms',
  'group.consumer.max.assignment.interval.ms',
  'group.consumer.max.heartbeat.interval.ms',
  'group.consumer.max.session.timeout.ms',
  'group.consumer.max.size',
  'group.consumer.migration.policy',
  'group.consumer.min.assignment.interval.ms',
  'group.consumer.min.heartbeat.interval.ms',
  'group.consumer.min.session.timeout.ms',
  'group.consumer.regex.refresh.interval.ms',
  'group.consumer.session.timeout.ms',
  'group.coordinator.rebalance.protocols',
  'group.initial.rebalance.delay.ms',
  'group.max.session.timeout.ms',
  'group.max.size',
  'group.min.session.timeout.ms',
  'inter.broker.listener.name',
  'internal.metadata.delete.delay.millis',
  'leader.imbalance.check.interval.seconds',
  'log.cleaner.backoff.ms',
  'log.cleaner.dedupe.buffer.size',
  'log.cleaner.enable',
  'log.cleaner.io.buffer.load.factor',
  'log.cleaner.io.buffer.size',
  'log.cleaner.io.max.bytes.per.second',
  'log.flush.offset.checkpoint.interval.ms',
  'log.flush.scheduler.interval.ms',
  'log.flush.start.offset.checkpoint.interval.ms',
  'log.initial.task.delay.ms',
  'log.retention.check.interval.ms',
  'max.connections',
  'max.connection.creation.rate',
  'max.connections.per.ip',
  'max.connections.per.ip.overrides',
  'max.incremental.fetch.session.cache.slots',
  'max.request.partition.size.limit',
  'metadata.log.max.record.bytes.between.snapshots',
  'metadata.log.segment.bytes',
  'metadata.log.segment.ms',
  'metadata.max.retention.bytes',
  'metric.reporters',
  'num.partitions',
  'offset.metadata.max.bytes',
  'offsets.commit.timeout.ms',
  'offsets.retention.check.interval.ms',
  'offsets.retention.minutes',
  'offsets.topic.compression.codec',
  'offsets.topic.num.partitions',
  'offsets.topic.replication.factor',
  'offsets.topic.segment.bytes',
  'producer.id.expiration.check.interval.ms',
  'producer.id.expiration.ms',
  'quota.window.num',
  'quota.window.size.seconds',
  'replica.fetch.backoff.ms',
  'replica.fetch.max.bytes',
  'replica.fetch.min.bytes',
  'replica.fetch.response.max.bytes',
  'replica.fetch.wait.max.ms',
  'replica.high.watermark.checkpoint.interval.ms',
  'replica.lag.time.max.ms',
  'replica.selector.class',
  'replica.socket.timeout.ms',
  'replication.quota.window.num',
  'replication.quota.window.size.seconds',
  'request.timeout.ms',
  'sasl.enabled.mechanisms',
  'sasl.jaas.config',
  'sasl.oauthbearer.allow.unverified.audience',
  'sasl.oauthbearer.allow.unverified.issuer',
  'sasl.oauthbearer.clock.skew.seconds',
  'sasl.oauthbearer.expected.audience',
  'sasl.oauthbearer.expected.issuer',
  'sasl.oauthbearer.jwks.endpoint.refresh.ms',
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms',
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms',
  'sasl.oauthbearer.jwks.endpoint.url',
  'sasl.oauthbearer.scope.claim.name',
  'sasl.oauthbearer.sub.claim.name',
  'sasl.server.callback.handler.class',
  'sasl.server.max.receive.size',
  'socket.listen.backlog.size',
  'socket.request.max.bytes',
  'ssl.client.auth',
  'ssl.key.password',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.key',
  'ssl.keystore.location',
  'ssl.keystore.type',
  'ssl.principal.mapping.rules',
  'ssl.truststore.certificates',
  'ssl.truststore.location',
  'ssl.truststore.type',
  'telemetry.max.bytes',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms',
  'transaction.max.timeout.ms',
  'transaction.partition.verification.enable',
  'transaction.remove.expired.transaction.cleanup.interval.ms',
  'transaction.state.log.min.isr',
  'transaction.state.log.num.partitions',
  'transaction.state.log.replication.factor',
  'transaction.state.log.segment.bytes',
  'transactional.id.expiration.ms',
  'unclean.leader.election.interval.ms',
]

/** Topic configs that storage accepts without effect: until tiered storage exists. */
const topicConfigsWithoutEffect: ReadonlySet<string> = new Set([
  'local.retention.bytes',
  'local.retention.ms',
  'preallocate',
  'remote.log.copy.disable',
  'remote.log.delete.on.disable',
  'remote.storage.enable',
])

export const servedBrokerProperties: ReadonlySet<string> = new Set([...ownServed, ...behindTopicConfigs()])

/** Properties that Apache Kafka knows and that change nothing here. */
export const ignoredBrokerProperties: ReadonlySet<string> = new Set(
  [...configDefinitions('broker').keys()].filter((name) => !servedBrokerProperties.has(name)),
)

/** What is wrong with static broker properties: unknown names, values out of range, and rules that they break. */
export function checkBrokerProperties(properties: Readonly<Record<string, string>>): ConfigProblem[] {
  const unknown = Object.keys(properties).flatMap((name) => {
    const check = configDefinition('broker', name) ? null : validateConfig('broker', name, null)
    return check && !check.ok ? [{ name, problem: check.error }] : []
  })
  return [...unknown, ...configProblems(new Map(Object.entries(properties)))]
}

function behindTopicConfigs(): string[] {
  return [...configDefinitions('topic').values()]
    .filter(({ name }) => !topicConfigsWithoutEffect.has(name))
    .flatMap(({ synonyms }) => synonyms.map(({ name }) => name))
}

/** What the controller itself decides by, beside the defaults of topics, and what it judges changes by. */
const controllerServed: ReadonlySet<string> = new Set([
  'allow.everyone.if.no.acl.found',
  'auto.leader.rebalance.enable',
  'broker.session.timeout.ms',
  'default.replication.factor',
  'delegation.token.expiry.check.interval.ms',
  'delegation.token.expiry.time.ms',
  'delegation.token.max.lifetime.ms',
  'delegation.token.secret.key',
  'delete.topic.enable',
  'internal.metadata.delete.delay.millis',
  'leader.imbalance.check.interval.seconds',
  'metadata.log.max.record.bytes.between.snapshots',
  'metadata.log.segment.bytes',
  'metadata.log.segment.ms',
  'metadata.max.retention.bytes',
  'num.partitions',
  'super.users',
  'unclean.leader.election.interval.ms',
  ...[...configDefinitions('topic').values()].flatMap(({ synonyms }) => synonyms.map(({ name }) => name)),
  ...configRules.flatMap(({ names }) => names),
])

/** Those of a cluster's broker properties that its controller needs: no other one has to start it anew. */
export function controllerProperties(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => controllerServed.has(name)))
}
