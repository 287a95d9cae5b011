import type {
  BrokerNodeGroupInfo,
  ClientAuthentication,
  ConfigurationInfo,
  CreateClusterRequest,
  EncryptionInfo,
  EnhancedMonitoring,
  LoggingInfo,
  OpenMonitoringInfo,
  Rebalancing,
  VpcConfig,
} from '@aws-sdk/client-kafka'
import type { ChosenConfiguration } from '../configurations/configurations.ts'
import type { Engine } from '../engines/engine.ts'
import { loginProperty } from '../engines/listeners.ts'
import type { Place } from '../place.ts'
import { invalid, type OrRefusal, type Refusal, unsupportedVersion } from '../refusal.ts'
import { clientListenersOf, wantedClientListeners } from './client-listeners.ts'
import { checkName } from './cluster-name.ts'
import { instanceTypeRefusal, isExpress, throughputRefusal } from './instance-types.ts'
import { propertiesOfTags, propertiesRefusal } from './static-properties.ts'
import { publicAccess, vpcSchemesOf } from './vpc-schemes.ts'
import { defaultSecurityGroup, managedKeyArn, zoneId } from './zones.ts'

/** What a cluster shall be: the request with MSK's defaults in place. The blocks keep AWS's shapes. */
export interface ClusterSpec {
  kafkaVersion: string
  numberOfBrokerNodes: number
  brokerNodeGroup: BrokerNodeGroupInfo
  encryption: EncryptionInfo
  enhancedMonitoring: EnhancedMonitoring
  clientAuthentication?: ClientAuthentication
  openMonitoring?: OpenMonitoringInfo
  loggingInfo?: LoggingInfo
  /** Of Express brokers. */
  rebalancing?: Rebalancing
  /** Static broker properties that were set at creation. */
  brokerProperties: Record<string, string>
  /** A revision of an MSK configuration, with the properties of that revision. */
  configuration: ChosenConfiguration | null
  /** What is told of a serverless cluster; all the rest is how it is run. */
  serverless?: { VpcConfigs: VpcConfig[] }
}

type Check = (request: CreateClusterRequest, engine: Engine) => Refusal | undefined

/** Brokers in a cluster (MSK quotas). The AWS model says 15, and no SDK enforces it. */
const brokersMax = { zookeeper: 30, controller: 60 }
const defaultVolumeGiB = 100

/** Finds the revision of a configuration that a cluster of this version can have. */
export type FindConfiguration = (
  wanted: ConfigurationInfo,
  kafkaVersion: string,
) => OrRefusal<{ configuration: ChosenConfiguration }>

/** From a request whose types and ranges are already checked to the spec of a cluster. Pure. */
export function clusterSpec(
  request: CreateClusterRequest,
  place: Place,
  engine: Engine,
  findConfiguration: FindConfiguration,
): OrRefusal<{ spec: ClusterSpec }> {
  for (const check of checks) {
    const refusal = check(request, engine)
    if (refusal) return { refusal }
  }
  const kafkaVersion = request.KafkaVersion ?? ''
  const found = request.ConfigurationInfo && findConfiguration(request.ConfigurationInfo, kafkaVersion)
  if (found && 'refusal' in found) return found
  const spec: ClusterSpec = {
    kafkaVersion,
    numberOfBrokerNodes: request.NumberOfBrokerNodes ?? 0,
    brokerNodeGroup: brokerNodeGroup(request.BrokerNodeGroupInfo, place),
    encryption: encryption(request.EncryptionInfo, place),
    enhancedMonitoring: request.EnhancedMonitoring ?? 'DEFAULT',
    ...(request.ClientAuthentication && { clientAuthentication: request.ClientAuthentication }),
    ...(request.OpenMonitoring && { openMonitoring: request.OpenMonitoring }),
    ...(request.LoggingInfo && { loggingInfo: request.LoggingInfo }),
    ...(isExpress(request.BrokerNodeGroupInfo?.InstanceType) && {
      rebalancing: request.Rebalancing ?? { Status: 'ACTIVE' },
    }),
    brokerProperties: propertiesOfTags(request.Tags ?? {}),
    configuration: null,
  }
  const refusal =
    propertiesRefusal(spec, engine, 'tags') ??
    (found && propertiesRefusal({ ...spec, ...found }, engine, 'configurationInfo'))
  return refusal ? { refusal } : { spec: { ...spec, ...found } }
}

/** Does this number of brokers fit the zones and the quota? */
export function brokerCountRefusal(
  brokers: number,
  { zones, kafkaVersion }: { zones: number; kafkaVersion: string },
  engine: Pick<Engine, 'topology'>,
  parameter: string,
): Refusal | undefined {
  const most = brokersMax[engine.topology({ kafkaVersion }).quorum.role]
  if (brokers < 1 || brokers > most)
    return invalid(`The number of broker nodes must be between 1 and ${most}.`, parameter)
  if (brokers % zones !== 0)
    return invalid(
      'The number of broker nodes must be a multiple of Availability Zones in the Client Subnets parameter.',
      parameter,
    )
  return undefined
}

/** What of the spec is described and not served, as one text; null where all of it is. */
export function unservedParts(
  spec: ClusterSpec,
  engine: Pick<Engine, 'name' | 'clientListeners' | 'topology'>,
): string | null {
  if (clientListenersOf(spec, engine).length === 0) return unreachableSentence(spec)
  const sentences: string[] = []
  if (!spec.kafkaVersion.endsWith('.kraft') && engine.topology(spec).quorum.role === 'controller')
    sentences.push(
      `MSK runs Kafka ${spec.kafkaVersion} with Apache ZooKeeper; this cluster has a controller of its own, and no ZooKeeper to connect with.`,
    )
  const unserved = wantedClientListeners(spec).filter((name) => !engine.clientListeners.has(name))
  if (unserved.length > 0)
    sentences.push(`Listeners that are not served by the engine ${engine.name} yet: ${unserved.join(', ')}.`)
  if (isExpress(spec.brokerNodeGroup.InstanceType))
    sentences.push(
      'Express brokers run as Standard ones do: topics keep the number of replicas that they ask for, and nothing is rebalanced.',
    )
  if (spec.brokerNodeGroup.StorageInfo?.EbsStorageInfo?.ProvisionedThroughput?.Enabled)
    sentences.push('The throughput of storage is described alone: nothing is held to it.')
  const { PublicAccess, VpcConnectivity } = spec.brokerNodeGroup.ConnectivityInfo ?? {}
  if (PublicAccess?.Type === publicAccess)
    sentences.push('Public access is described and has no listeners of its own yet.')
  if (vpcSchemesOf(VpcConnectivity?.ClientAuthentication).length > 0)
    sentences.push('VPC connectivity is described and has no listeners of its own yet.')
  if (spec.brokerProperties[loginProperty] !== undefined && !spec.clientAuthentication?.Sasl?.Scram?.Enabled)
    sentences.push('Its tags say how clients log in at the listener for SCRAM, which it does not have.')
  const { CloudWatchLogs: group, Firehose: firehose, S3: s3 } = spec.loggingInfo?.AuthorizerLogs ?? {}
  if (group?.Enabled || firehose?.Enabled || s3?.Enabled)
    sentences.push(
      'Logs of the authorizer alone are described and not delivered; broker logs have its refusals.',
    )
  return sentences.length > 0 ? sentences.join(' ') : null
}

/** Of a cluster none of whose listeners is served. */
export function unreachableSentence(spec: ClusterSpec): string {
  const wanted = wantedClientListeners(spec).join(', ')
  return `No broker of this cluster can be reached: its listeners (${wanted}) are not served by its engine. Those for plaintext, TLS and SASL/SCRAM are, and by the embedded engine the one for IAM.`
}

const checkVersion: Check = ({ KafkaVersion: version = '' }, { kafkaVersions }) => {
  const known = kafkaVersions.map((one) => one.version)
  return known.includes(version) ? undefined : unsupportedVersion(version, known, 'kafkaVersion')
}

const checkBrokers: Check = (request, engine) => {
  const { NumberOfBrokerNodes: brokers = 0, BrokerNodeGroupInfo: group, KafkaVersion = '' } = request
  const subnets = group?.ClientSubnets ?? []
  if (subnets.length < 2 || subnets.length > 3)
    return invalid('Specify either two or three client subnets.', 'clientSubnets')
  if (subnets.includes('')) return invalid('The ids of client subnets must not be empty.', 'clientSubnets')
  // The n-th distinct subnet is zone n, so a repeated one is a second subnet in the same zone.
  if (new Set(subnets).size !== subnets.length)
    return invalid(
      'The number of Availability Zones in the BrokerAZDistribution parameter must be equal to the number of client subnets.',
      'clientSubnets',
    )
  const shape = { zones: subnets.length, kafkaVersion: KafkaVersion }
  return brokerCountRefusal(brokers, shape, engine, 'numberOfBrokerNodes')
}

const checkInstanceType: Check = ({ BrokerNodeGroupInfo: group, KafkaVersion: version = '' }) => {
  const type = group?.InstanceType ?? ''
  const ebs = group?.StorageInfo?.EbsStorageInfo
  return (
    instanceTypeRefusal(type, { kafkaVersion: version }, 'instanceType') ??
    (isExpress(type) && group ? expressRefusal(group) : undefined) ??
    throughputRefusal(ebs?.ProvisionedThroughput, {
      instanceType: type,
      volumeGiB: ebs?.VolumeSize ?? defaultVolumeGiB,
    })
  )
}

/** MSK Developer Guide, "Amazon MSK Express brokers". */
function expressRefusal({ ClientSubnets: subnets, StorageInfo: storage }: BrokerNodeGroupInfo) {
  if (subnets?.length !== 3) return invalid('Express brokers need three client subnets.', 'clientSubnets')
  return storage && invalid('The storage of Express brokers cannot be configured.', 'storageInfo')
}

const checkConnectivity: Check = ({ BrokerNodeGroupInfo: group }) => {
  const connectivity = group?.ConnectivityInfo
  const publicAccess = connectivity?.PublicAccess?.Type
  if (publicAccess !== undefined && publicAccess !== 'DISABLED')
    return invalid(
      'Public access cannot be turned on when a cluster is created. Update the connectivity of an active cluster.',
      'publicAccess',
    )
  const { Sasl: sasl, Tls: tls } = connectivity?.VpcConnectivity?.ClientAuthentication ?? {}
  if (sasl?.Scram?.Enabled || sasl?.Iam?.Enabled || tls?.Enabled)
    return invalid(
      'VPC connectivity cannot be turned on when a cluster is created. Update the connectivity of an active cluster.',
      'vpcConnectivity',
    )
  if (connectivity?.NetworkType === 'DUAL')
    return { kind: 'not-implemented', message: 'Network type DUAL', parameter: 'networkType' }
  return undefined
}

const checkSecurity: Check = ({ ClientAuthentication: authentication, EncryptionInfo: wanted }) =>
  securityRefusal(authentication, wanted)

/**
 * Which authentication goes with which encryption (MSK API reference, ClientAuthentication): beside SASL a plaintext
 * listener is only for clients without authentication, which have to be allowed in so many words.
 */
export function securityRefusal(
  authentication: ClientAuthentication | undefined,
  wanted: EncryptionInfo | undefined,
): Refusal | undefined {
  const { ClientBroker: clientBroker = 'TLS', InCluster: inCluster = true } =
    wanted?.EncryptionInTransit ?? {}
  const sasl = authentication?.Sasl?.Scram?.Enabled || authentication?.Sasl?.Iam?.Enabled
  const tls = authentication?.Tls?.Enabled
  const isOpen = authentication?.Unauthenticated?.Enabled === true
  if (sasl && clientBroker !== 'TLS' && !(clientBroker === 'TLS_PLAINTEXT' && isOpen))
    return invalid(
      'SASL authentication needs client-broker encryption TLS, or TLS_PLAINTEXT together with unauthenticated access.',
      'clientBroker',
    )
  if (tls && clientBroker === 'PLAINTEXT')
    return invalid('TLS authentication needs client-broker encryption TLS or TLS_PLAINTEXT.', 'clientBroker')
  if ((sasl || tls) && !inCluster)
    return invalid('Client authentication needs encryption between brokers.', 'inCluster')
  if (authentication?.Unauthenticated?.Enabled === false && !sasl && !tls)
    return invalid('At least one way of client access must be enabled.', 'clientAuthentication')
  return undefined
}

const checkUnserved: Check = (request) => {
  if (request.StorageMode === 'TIERED')
    return { kind: 'not-implemented', message: 'Storage mode TIERED', parameter: 'storageMode' }
  if (request.Rebalancing && !isExpress(request.BrokerNodeGroupInfo?.InstanceType))
    return invalid('Intelligent rebalancing needs Express brokers.', 'rebalancing')
  return undefined
}

const checks: Check[] = [
  ({ ClusterName }) => checkName(ClusterName),
  checkVersion,
  checkBrokers,
  checkInstanceType,
  checkConnectivity,
  checkSecurity,
  checkUnserved,
]

function brokerNodeGroup(group: BrokerNodeGroupInfo | undefined, place: Place): BrokerNodeGroupInfo {
  const subnets = group?.ClientSubnets ?? []
  const ebs = group?.StorageInfo?.EbsStorageInfo
  return {
    BrokerAZDistribution: group?.BrokerAZDistribution ?? 'DEFAULT',
    ClientSubnets: subnets,
    InstanceType: group?.InstanceType,
    SecurityGroups: group?.SecurityGroups?.length ? group.SecurityGroups : [defaultSecurityGroup(place)],
    ...(!isExpress(group?.InstanceType) && {
      StorageInfo: {
        EbsStorageInfo: {
          VolumeSize: ebs?.VolumeSize ?? defaultVolumeGiB,
          ProvisionedThroughput: ebs?.ProvisionedThroughput ?? { Enabled: false },
        },
      },
    }),
    ConnectivityInfo: {
      PublicAccess: { Type: 'DISABLED' },
      NetworkType: 'IPV4',
    },
    ZoneIds: subnets.map((_, at) => zoneId(place.region, at + 1)),
  }
}

function encryption(wanted: EncryptionInfo | undefined, place: Place): EncryptionInfo {
  return {
    EncryptionAtRest: {
      DataVolumeKMSKeyId: wanted?.EncryptionAtRest?.DataVolumeKMSKeyId ?? managedKeyArn(place),
    },
    EncryptionInTransit: {
      ClientBroker: wanted?.EncryptionInTransit?.ClientBroker ?? 'TLS',
      InCluster: wanted?.EncryptionInTransit?.InCluster ?? true,
    },
  }
}
