import { badRequest } from './exceptions.ts'
import type { Member } from '../schema.ts'
import type { Constrain } from '../service.ts'

/*
 * What the SDK's schemas leave out: lengths, ranges and enums of request members, from the service model. The
 * model's upper bound of 15 brokers is left out on purpose: the service takes more.
 */

export interface Rule {
  min?: number
  max?: number
  /** Whole numbers are the rule; the few fractions of the model are told here. */
  fraction?: true
  oneOf?: readonly string[]
  pattern?: RegExp
}

const name64: Rule = { min: 1, max: 64 }
const enhancedMonitoring: Rule = {
  oneOf: ['DEFAULT', 'PER_BROKER', 'PER_TOPIC_PER_BROKER', 'PER_TOPIC_PER_PARTITION'],
}
const storageMode: Rule = { oneOf: ['LOCAL', 'TIERED'] }
const kafkaVersion: Rule = { min: 1, max: 128 }
const brokers: Rule = { min: 1 }
/** As many as Kafka's protocol can say. */
const partitions: Rule = { min: 1, max: 2_147_483_647 }

export const memberRules: Readonly<Record<string, Rule>> = {
  'BrokerNodeGroupInfo.BrokerAZDistribution': { oneOf: ['DEFAULT'] },
  'BrokerNodeGroupInfo.InstanceType': { min: 5, max: 32 },
  'ConnectivityInfo.NetworkType': { oneOf: ['IPV4', 'DUAL'] },
  'CreateClusterRequest.ClusterName': name64,
  'CreateClusterRequest.EnhancedMonitoring': enhancedMonitoring,
  'CreateClusterRequest.KafkaVersion': kafkaVersion,
  'CreateClusterRequest.NumberOfBrokerNodes': brokers,
  'CreateClusterRequest.StorageMode': storageMode,
  'CreateClusterV2Request.ClusterName': name64,
  'EBSStorageInfo.VolumeSize': { min: 1, max: 16_384 },
  'EncryptionInTransit.ClientBroker': { oneOf: ['TLS', 'TLS_PLAINTEXT', 'PLAINTEXT'] },
  'ListClustersV2Request.ClusterTypeFilter': { oneOf: ['PROVISIONED', 'SERVERLESS'] },
  'ProvisionedRequest.EnhancedMonitoring': enhancedMonitoring,
  'ProvisionedRequest.KafkaVersion': kafkaVersion,
  'ProvisionedRequest.NumberOfBrokerNodes': brokers,
  'ProvisionedRequest.StorageMode': storageMode,
  'ConfigurationInfo.Revision': { min: 1 },
  'CreateTopicRequest.PartitionCount': partitions,
  'CreateTopicRequest.ReplicationFactor': { min: 1, max: 32_767 },
  'UpdateTopicRequest.PartitionCount': partitions,
  'DescribeConfigurationRevisionRequest.Revision': { min: 1 },
  'CreateReplicatorRequest.ReplicatorName': { min: 1, max: 128, pattern: /^[0-9A-Za-z][0-9A-Za-z-]{0,}$/ },
  'CreateReplicatorRequest.Description': { max: 1_024 },
  'CreateVpcConnectionRequest.Authentication': { oneOf: ['SASL_IAM', 'SASL_SCRAM', 'TLS'] },
  'ReplicationInfo.TargetCompressionType': { oneOf: ['NONE', 'GZIP', 'SNAPPY', 'LZ4', 'ZSTD'] },
  'ReplicationStartingPosition.Type': { oneOf: ['LATEST', 'EARLIEST'] },
  'ReplicationTopicNameConfiguration.Type': {
    oneOf: ['PREFIXED_WITH_SOURCE_CLUSTER_ALIAS', 'IDENTICAL'],
  },
  'ConsumerGroupReplication.ConsumerGroupOffsetSyncMode': { oneOf: ['LEGACY', 'ENHANCED'] },
  'PublicAccess.Type': { oneOf: ['DISABLED', 'SERVICE_PROVIDED_EIPS'] },
  'Rebalancing.Status': { oneOf: ['ACTIVE', 'PAUSED'] },
  'BrokerEBSVolumeInfo.VolumeSizeGB': { min: 1, max: 16_384 },
  'UpdateBrokerTypeRequest.TargetInstanceType': { min: 5, max: 32 },
  'UpdateMonitoringRequest.EnhancedMonitoring': enhancedMonitoring,
  'UpdateStorageRequest.StorageMode': storageMode,
  'UpdateStorageRequest.VolumeSizeGB': { min: 1, max: 16_384 },
  'UpdateBrokerCountRequest.TargetNumberOfBrokerNodes': brokers,
  'UpdateClusterKafkaVersionRequest.TargetKafkaVersion': kafkaVersion,
}

const maxResults: Rule = { min: 1, max: 100 }

export function ruleOf(structure: string, { name }: Member): Rule | undefined {
  return memberRules[`${structure}.${name}`]
}

export const constrain: Constrain = (structure, member, value, at) => {
  const rule = ruleOf(structure, member) ?? (member.name === 'MaxResults' ? maxResults : undefined)
  if (member.type.kind === 'number' && !rule?.fraction && !Number.isSafeInteger(value))
    throw badRequest(`The parameter ${at.path} must be a whole number.`, member.wire)
  if (!rule) return
  if (rule.oneOf && !rule.oneOf.includes(value as string))
    throw badRequest(`The parameter ${at.path} must be one of ${rule.oneOf.join(', ')}.`, member.wire)
  const isText = typeof value === 'string'
  if (rule.pattern && isText && !rule.pattern.test(value))
    throw badRequest('The parameter value contains one or more characters that are not valid.', member.wire)
  const size = isText ? value.length : (value as number)
  if (size >= (rule.min ?? -Infinity) && size <= (rule.max ?? Infinity)) return
  const wanted = rule.max === undefined ? `at least ${rule.min}` : `between ${rule.min} and ${rule.max}`
  throw badRequest(`The ${isText ? 'length of ' : ''}parameter ${at.path} must be ${wanted}.`, member.wire)
}
