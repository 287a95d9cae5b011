import type { CreateClusterV2Request, ServerlessRequest, VpcConfig } from '@aws-sdk/client-kafka'
import type { Engine, NodeKey } from '../engines/engine.ts'
import type { Place } from '../place.ts'
import { invalid, type OrRefusal, type Refusal } from '../refusal.ts'
import { checkName } from './cluster-name.ts'
import type { ClusterSpec } from './cluster-spec.ts'
import { serverlessZones } from './serverless-limits.ts'
import { propertiesOfTags } from './static-properties.ts'
import { defaultSecurityGroup, derivedId, managedKeyArn, zoneId } from './zones.ts'

/*
 * Serverless clusters (MSK Developer Guide, "What is MSK Serverless?"). To the API they are networks, IAM and a name;
 * behind it stand brokers like any others, of a number that is ours to choose, in zones that nobody is told of.
 */

type ClusterType = 'PROVISIONED' | 'SERVERLESS'

export function clusterTypeOf({ spec }: { spec: Pick<ClusterSpec, 'serverless'> }): ClusterType {
  return spec.serverless ? 'SERVERLESS' : 'PROVISIONED'
}

/** The brokers that clients of a serverless cluster are told of, one a zone, are always there: those of higher ids come and go. */
export function comesAndGoes(cluster: Parameters<typeof clusterTypeOf>[0], { nodeId }: NodeKey): boolean {
  return clusterTypeOf(cluster) === 'SERVERLESS' && nodeId > serverlessZones
}

/** MSK Developer Guide, "MSK Serverless quota". */
export const serverlessClustersMax = 10
const vpcConfigsMax = 5
const subnetsMin = 2
const securityGroupsMax = 5

/** The engine that runs a serverless cluster for which none is named: the usual one, if clients can come by IAM there. */
export function serverlessEngine({
  all,
  default: usual,
}: {
  all: readonly Engine[]
  default: Engine
}): Engine {
  return [usual, ...all].find(servesIam) ?? usual
}

function servesIam({ clientListeners }: Engine): boolean {
  return clientListeners.has('CLIENT_IAM')
}

/** From a request whose types are already checked to the spec of a serverless cluster. Pure. */
export function serverlessSpec(
  { ClusterName, Serverless, Tags }: CreateClusterV2Request,
  place: Place,
  engine: Engine,
): OrRefusal<{ spec: ClusterSpec }> {
  const refusal =
    checkName(ClusterName) ??
    vpcConfigsRefusal(Serverless?.VpcConfigs ?? []) ??
    authenticationRefusal(Serverless) ??
    tagsRefusal(Tags ?? {}) ??
    engineRefusal(engine)
  if (refusal) return { refusal }
  const VpcConfigs = (Serverless?.VpcConfigs ?? []).map(({ SubnetIds, SecurityGroupIds }) => ({
    SubnetIds,
    SecurityGroupIds: SecurityGroupIds?.length ? SecurityGroupIds : [defaultSecurityGroup(place)],
  }))
  return { spec: { ...hiddenSpec(ClusterName ?? '', place, engine), serverless: { VpcConfigs } } }
}

/** The brokers live in a network of the service's own. */
function hiddenSpec(name: string, place: Place, { defaultKafkaVersion }: Engine): ClusterSpec {
  const zones = Array.from({ length: serverlessZones }, (_, at) => at + 1)
  return {
    kafkaVersion: defaultKafkaVersion,
    numberOfBrokerNodes: serverlessZones,
    brokerNodeGroup: {
      ClientSubnets: zones.map((n) => derivedId('subnet-', `${place.account}/${name}/serverless-${n}`, 17)),
      InstanceType: undefined,
      ConnectivityInfo: { NetworkType: 'IPV4' },
      ZoneIds: zones.map((n) => zoneId(place.region, n)),
    },
    encryption: {
      EncryptionAtRest: { DataVolumeKMSKeyId: managedKeyArn(place) },
      EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true },
    },
    enhancedMonitoring: 'DEFAULT',
    clientAuthentication: { Sasl: { Iam: { Enabled: true } } },
    brokerProperties: {},
    configuration: null,
  }
}

function vpcConfigsRefusal(configs: readonly VpcConfig[]): Refusal | undefined {
  if (configs.length < 1 || configs.length > vpcConfigsMax)
    return invalid(`Specify between one and ${vpcConfigsMax} VPC configurations.`, 'vpcConfigs')
  for (const { SubnetIds = [], SecurityGroupIds = [] } of configs) {
    // The n-th distinct subnet is in zone n.
    if (new Set(SubnetIds).size < subnetsMin || new Set(SubnetIds).size < SubnetIds.length)
      return invalid(
        `Specify at least ${subnetsMin} subnets in different Availability Zones for each VPC configuration.`,
        'subnetIds',
      )
    if (SecurityGroupIds.length > securityGroupsMax)
      return invalid(
        `Specify at most ${securityGroupsMax} security groups for each VPC configuration.`,
        'securityGroupIds',
      )
    if ([...SubnetIds, ...SecurityGroupIds].includes(''))
      return invalid('The ids of subnets and security groups must not be empty.', 'vpcConfigs')
  }
  return undefined
}

function authenticationRefusal(wanted: ServerlessRequest | undefined): Refusal | undefined {
  if (!wanted?.ClientAuthentication) return undefined
  return wanted.ClientAuthentication.Sasl?.Iam?.Enabled
    ? undefined
    : invalid('IAM access control must be enabled for serverless clusters.', 'clientAuthentication')
}

function tagsRefusal(tags: Readonly<Record<string, string>>): Refusal | undefined {
  const [name] = Object.keys(propertiesOfTags(tags))
  return name === undefined
    ? undefined
    : invalid(`The broker properties of a serverless cluster cannot be set: ${name}.`, 'tags')
}

function engineRefusal(engine: Engine): Refusal | undefined {
  if (servesIam(engine)) return undefined
  return {
    kind: 'not-implemented',
    message: `A serverless cluster on the engine ${engine.name}, which has no listener for IAM,`,
    parameter: 'serverless',
  }
}
