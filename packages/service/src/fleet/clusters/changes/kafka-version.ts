import type { ConfigurationInfo } from '@aws-sdk/client-kafka'
import { isSameRevision } from '../../configurations/configurations.ts'
import type { Engine } from '../../engines/engine.ts'
import { type Refusal, unsupportedVersion } from '../../refusal.ts'
import type { SpecChange } from '../cluster-record.ts'
import type { ClusterSpec } from '../cluster-spec.ts'
import { instanceTypeRefusal } from '../instance-types.ts'
import { propertiesRefusal } from '../static-properties.ts'
import { type ChangeKind, updating } from './change-kind.ts'
import { begin, type Update, updateRefusal } from './update.ts'

export const kafkaVersionChange: ChangeKind = {
  ...updating,
  type: 'UPDATE_CLUSTER_KAFKA_VERSION',
  step: 'UPDATE_APACHE_KAFKA_BINARIES',
  reason: ({ source, target }) => `Kafka goes from ${source.kafkaVersion} to ${target.kafkaVersion}.`,
  finalize: (cluster, plan) => cluster.finalizeVersion(plan),
}

export function updateKafkaVersion(
  target: string,
  currentVersion: string,
  wanted: ConfigurationInfo | undefined,
): Update {
  return (record, context) => {
    const { spec } = record
    const refusal = updateRefusal(record, currentVersion) ?? jumpRefusal(spec, target, context.engine)
    if (refusal) return { refusal }
    // A configuration stays with its cluster, so it has to be for the new version too.
    const kept = spec.configuration && { Arn: spec.configuration.arn, Revision: spec.configuration.revision }
    const wish = wanted ?? kept
    const found = wish ? context.findConfiguration(wish, target) : undefined
    if (found && 'refusal' in found) return found
    const isNew = found && !isSameRevision(found.configuration, spec.configuration)
    const change: SpecChange = { kafkaVersion: target, ...(isNew && found) }
    const problem = propertiesRefusal({ ...spec, ...change }, context.engine, 'targetKafkaVersion')
    if (problem) return { refusal: problem }
    return { record: begin(record, context, kafkaVersionChange, change) }
  }
}

/** Later versions that the engine goes to and the brokers' type is for, oldest first. */
export function targetVersions({ kafkaVersion, brokerNodeGroup }: ClusterSpec, engine: Engine): string[] {
  const { InstanceType: type = '' } = brokerNodeGroup
  return engine
    .compatibleVersions(kafkaVersion)
    .filter((version) => !instanceTypeRefusal(type, { kafkaVersion: version }, 'instanceType'))
}

function jumpRefusal(spec: ClusterSpec, target: string, engine: Engine): Refusal | undefined {
  const { kafkaVersion: current } = spec
  const compatible = targetVersions(spec, engine)
  if (compatible.includes(target)) return undefined
  const isKnown = engine.kafkaVersions.some(({ version }) => version === target)
  if (isKnown && quorumOf(engine, current) === 'zookeeper' && quorumOf(engine, target) === 'controller')
    return {
      kind: 'not-implemented',
      message: 'Moving a cluster from ZooKeeper to KRaft',
      parameter: 'targetKafkaVersion',
    }
  return unsupportedVersion(target, compatible, 'targetKafkaVersion')
}

function quorumOf(engine: Engine, kafkaVersion: string) {
  return engine.topology({ kafkaVersion }).quorum.role
}
