import type { ConnectivityInfo, VpcConnectivityClientAuthentication } from '@aws-sdk/client-kafka'
import { isDeepStrictEqual } from 'node:util'
import { isBefore } from '../../kafka-releases.ts'
import { invalid, type Refusal } from '../../refusal.ts'
import type { ClusterSpec } from '../cluster-spec.ts'
import { publicAccess, type VpcScheme, vpcSchemesOf } from '../vpc-schemes.ts'
import { type ChangeKind, updating } from './change-kind.ts'
import { begin, refuse, type Update, updateRefusal } from './update.ts'

export const connectivityChange: ChangeKind = {
  ...updating,
  type: 'UPDATE_CONNECTIVITY',
  step: 'UPDATE_CONNECTIVITY',
  reason: () => 'From where clients may come changes.',
}

interface WantedConnectivity {
  connectivity: ConnectivityInfo | undefined
  zookeeperAccess: { Enabled?: boolean | undefined } | undefined
}

/** Public access, and who may connect from other VPCs; what is not named stays as it is. */
export function updateConnectivity(
  { connectivity, zookeeperAccess }: WantedConnectivity,
  currentVersion: string,
): Update {
  return (record, context) => {
    const { spec } = record
    const quorum = context.engine.topology(spec).quorum.role
    const refusal =
      updateRefusal(record, currentVersion) ??
      serverlessRefusal(spec, { connectivity, zookeeperAccess }) ??
      (zookeeperAccess && zookeeperRefusal(quorum)) ??
      (connectivity && connectivityRefusal(spec, connectivity))
    if (refusal) return { refusal }
    const { brokerNodeGroup } = spec
    const ConnectivityInfo = { ...brokerNodeGroup.ConnectivityInfo, ...withoutEmpty(connectivity) }
    if (isDeepStrictEqual(ConnectivityInfo, brokerNodeGroup.ConnectivityInfo))
      return refuse(
        'The request does not include any updates to the connectivity of the cluster.',
        'connectivityInfo',
      )
    const change = { brokerNodeGroup: { ...brokerNodeGroup, ConnectivityInfo } }
    return { record: begin(record, context, connectivityChange, change) }
  }
}

/** Of a serverless cluster only the kind of its network's addresses is anybody's choice. */
function serverlessRefusal(
  { serverless }: ClusterSpec,
  { connectivity, zookeeperAccess }: WantedConnectivity,
): Refusal | undefined {
  const others = [connectivity?.PublicAccess, connectivity?.VpcConnectivity, zookeeperAccess]
  if (!serverless || others.every((one) => one === undefined)) return undefined
  return invalid('Only the network type of a serverless cluster can be updated.', 'connectivityInfo')
}

function withoutEmpty(connectivity: ConnectivityInfo | undefined): ConnectivityInfo {
  return Object.fromEntries(Object.entries(connectivity ?? {}).filter(([, value]) => value !== undefined))
}

function zookeeperRefusal(quorum: 'controller' | 'zookeeper'): Refusal {
  return quorum === 'controller'
    ? invalid('The cluster has no Apache ZooKeeper.', 'zookeeperAccess')
    : {
        kind: 'not-implemented',
        message: 'A change of the access to ZooKeeper',
        parameter: 'zookeeperAccess',
      }
}

/** Why a cluster of this spec cannot be reached so. */
export function connectivityRefusal(
  spec: ClusterSpec,
  wanted: ConnectivityInfo | undefined = spec.brokerNodeGroup.ConnectivityInfo,
): Refusal | undefined {
  if (wanted?.NetworkType === 'DUAL')
    return { kind: 'not-implemented', message: 'Network type DUAL', parameter: 'networkType' }
  const authentication = wanted?.VpcConnectivity?.ClientAuthentication
  return (
    (wanted?.PublicAccess?.Type === publicAccess ? publicAccessRefusal(spec) : undefined) ??
    (authentication && vpcRefusal(spec, authentication))
  )
}

/** What a cluster must be like before it is public (MSK Developer Guide, "Public access"). That its subnets are cannot be known here. */
function publicAccessRefusal(spec: ClusterSpec): Refusal | undefined {
  const { Sasl: sasl, Tls: tls, Unauthenticated: unauthenticated } = spec.clientAuthentication ?? {}
  const { ClientBroker, InCluster } = spec.encryption.EncryptionInTransit ?? {}
  const byAcls = sasl?.Scram?.Enabled || tls?.Enabled
  const problem = (sentence: string) => invalid(`Public access ${sentence}`, 'publicAccess')
  if (isBefore(spec.kafkaVersion, '2.6')) return problem('needs Apache Kafka 2.6.0 or later.')
  if (unauthenticated?.Enabled) return problem('does not go with unauthenticated access.')
  if (!byAcls && !sasl?.Iam?.Enabled) return problem('needs clients that authenticate.')
  if (!InCluster) return problem('needs encryption between brokers.')
  if (ClientBroker !== 'TLS') return problem('needs encryption TLS between clients and brokers.')
  if (byAcls && spec.configuration?.properties['allow.everyone.if.no.acl.found'] !== 'false')
    return problem('with SASL/SCRAM or mTLS needs allow.everyone.if.no.acl.found=false.')
  return undefined
}

/** MSK Developer Guide, "Multi-VPC private connectivity". */
function vpcRefusal(
  spec: ClusterSpec,
  authentication: VpcConnectivityClientAuthentication,
): Refusal | undefined {
  const wanted = vpcSchemesOf(authentication)
  if (wanted.length === 0) return undefined
  const problem = (sentence: string) => invalid(`VPC connectivity ${sentence}`, 'vpcConnectivity')
  if (isBefore(spec.kafkaVersion, '2.8') && !/^2\.7\.[1-9]/.test(spec.kafkaVersion))
    return problem('needs Apache Kafka 2.7.1 or later.')
  if (spec.brokerNodeGroup.InstanceType === 'kafka.t3.small')
    return problem('does not go with brokers of the type kafka.t3.small.')
  const enabled: VpcScheme[] = vpcSchemesOf(spec.clientAuthentication)
  const missing = wanted.find((scheme) => !enabled.includes(scheme))
  return missing && problem(`by ${missing} needs a cluster whose clients authenticate by it.`)
}
