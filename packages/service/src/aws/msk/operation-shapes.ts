import { isDeepStrictEqual } from 'node:util'
import type {
  BrokerNodeGroupInfo,
  ClusterOperationInfo,
  ClusterOperationV2,
  ClusterOperationV2Summary,
  MutableClusterInfo,
} from '@aws-sdk/client-kafka'
import { brokerCountDecrease, brokerCountIncrease } from '../../fleet/clusters/changes/broker-count.ts'
import { clusterTypeOf } from '../../fleet/clusters/serverless.ts'
import type { ChangeRecord, ClusterRecord, SpecChange } from '../../fleet/clusters/cluster-record.ts'

/** `…:cluster-operation/<cluster name>/<cluster uuid>/<operation uuid>`. */
export function operationArn({ arn }: Pick<ClusterRecord, 'arn'>, { uuid }: ChangeRecord): string {
  return `${arn.replace(':cluster/', ':cluster-operation/')}/${uuid}`
}

/** An operation as v1 describes and lists it. */
export function operationInfo(record: ClusterRecord, operation: ChangeRecord): ClusterOperationInfo {
  return {
    ClientRequestId: operation.clientRequestId,
    CreationTime: new Date(operation.createdAtMs),
    ...common(record, operation),
    ...details(operation),
  }
}

/** An operation as v2 describes it: what only a provisioned cluster has is nested. */
export function operationV2(record: ClusterRecord, operation: ChangeRecord): ClusterOperationV2 {
  return {
    ClusterType: clusterTypeOf(record),
    StartTime: new Date(operation.createdAtMs),
    ...common(record, operation),
    Provisioned: details(operation),
  }
}

/** An operation as v2 lists it. */
export function operationSummary(record: ClusterRecord, operation: ChangeRecord): ClusterOperationV2Summary {
  const { ErrorInfo: _error, ...summary } = common(record, operation)
  return { ClusterType: clusterTypeOf(record), StartTime: new Date(operation.createdAtMs), ...summary }
}

function common(record: ClusterRecord, operation: ChangeRecord) {
  const { error, endedAtMs } = operation
  return {
    ClusterArn: record.arn,
    EndTime: endedAtMs === null ? undefined : new Date(endedAtMs),
    ErrorInfo: error === null ? undefined : { ErrorCode: error.code, ErrorString: error.message },
    OperationArn: operationArn(record, operation),
    OperationState: operation.state,
    OperationType: operation.type,
  }
}

function details(operation: ChangeRecord) {
  return {
    OperationSteps: operation.steps.map(({ name, status }) => ({
      StepName: name,
      StepInfo: { StepStatus: status },
    })),
    SourceClusterInfo: mutableInfo(operation.source, operation.target),
    TargetClusterInfo: { ...mutableInfo(operation.target, operation.source), ...brokerCountInfo(operation) },
  }
}

/** Only what the operation changes: `own` of the two specs, where it is not as in the other. */
function mutableInfo(own: SpecChange, other: SpecChange): MutableClusterInfo {
  const { kafkaVersion, numberOfBrokerNodes, configuration, encryption, clientAuthentication } = own
  const { enhancedMonitoring, openMonitoring, loggingInfo, rebalancing } = own
  return {
    ...(kafkaVersion !== undefined && { KafkaVersion: kafkaVersion }),
    ...(encryption && { EncryptionInfo: encryption }),
    ...(clientAuthentication && { ClientAuthentication: clientAuthentication }),
    ...(numberOfBrokerNodes !== undefined && { NumberOfBrokerNodes: numberOfBrokerNodes }),
    ...(configuration && {
      ConfigurationInfo: { Arn: configuration.arn, Revision: configuration.revision },
    }),
    ...(enhancedMonitoring && { EnhancedMonitoring: enhancedMonitoring }),
    ...(openMonitoring && { OpenMonitoring: openMonitoring }),
    ...(loggingInfo && { LoggingInfo: loggingInfo }),
    ...(rebalancing && { Rebalancing: rebalancing }),
    ...groupInfo(own.brokerNodeGroup, other.brokerNodeGroup),
  }
}

function groupInfo(own: BrokerNodeGroupInfo = noGroup, other: BrokerNodeGroupInfo = noGroup) {
  const { InstanceType: type, StorageInfo: storage, ConnectivityInfo: connectivity } = own
  const ebs = storage?.EbsStorageInfo
  return {
    // MSK leaves out the prefix here.
    ...(type !== other.InstanceType && { InstanceType: type?.replace(/^kafka\./, '') }),
    ...(!isDeepStrictEqual(storage, other.StorageInfo) && {
      BrokerEBSVolumeInfo: [
        {
          KafkaBrokerNodeId: 'ALL',
          VolumeSizeGB: ebs?.VolumeSize,
          ProvisionedThroughput: ebs?.ProvisionedThroughput,
        },
      ],
    }),
    ...(!isDeepStrictEqual(connectivity, other.ConnectivityInfo) && { ConnectivityInfo: connectivity }),
  }
}

const noGroup: BrokerNodeGroupInfo = { ClientSubnets: undefined, InstanceType: undefined }

function brokerCountInfo({ type, brokerIds }: ChangeRecord): MutableClusterInfo {
  if (type === brokerCountIncrease.type)
    return { BrokerCountUpdateInfo: { CreatedBrokerIds: brokerIds, DeletedBrokerIds: [] } }
  if (type === brokerCountDecrease.type)
    return { BrokerCountUpdateInfo: { CreatedBrokerIds: [], DeletedBrokerIds: brokerIds } }
  return {}
}
