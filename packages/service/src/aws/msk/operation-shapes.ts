import type {
  ClusterOperationInfo,
  ClusterOperationV2,
  ClusterOperationV2Summary,
  MutableClusterInfo,
} from '@aws-sdk/client-kafka'
import { brokerCountDecrease, brokerCountIncrease } from '../../fleet/clusters/changes/broker-count.ts'
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
    ClusterType: 'PROVISIONED',
    StartTime: new Date(operation.createdAtMs),
    ...common(record, operation),
    Provisioned: details(operation),
  }
}

/** An operation as v2 lists it. */
export function operationSummary(record: ClusterRecord, operation: ChangeRecord): ClusterOperationV2Summary {
  const { ErrorInfo: _error, ...summary } = common(record, operation)
  return { ClusterType: 'PROVISIONED', StartTime: new Date(operation.createdAtMs), ...summary }
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
    SourceClusterInfo: mutableInfo(operation.source),
    TargetClusterInfo: { ...mutableInfo(operation.target), ...brokerCountInfo(operation) },
  }
}

/** Only what the operation changes. */
function mutableInfo({
  kafkaVersion,
  numberOfBrokerNodes,
  configuration,
  encryption,
  clientAuthentication,
}: SpecChange): MutableClusterInfo {
  return {
    ...(kafkaVersion !== undefined && { KafkaVersion: kafkaVersion }),
    ...(encryption && { EncryptionInfo: encryption }),
    ...(clientAuthentication && { ClientAuthentication: clientAuthentication }),
    ...(numberOfBrokerNodes !== undefined && { NumberOfBrokerNodes: numberOfBrokerNodes }),
    ...(configuration && {
      ConfigurationInfo: { Arn: configuration.arn, Revision: configuration.revision },
    }),
  }
}

function brokerCountInfo({ type, brokerIds }: ChangeRecord): MutableClusterInfo {
  if (type === brokerCountIncrease.type)
    return { BrokerCountUpdateInfo: { CreatedBrokerIds: brokerIds, DeletedBrokerIds: [] } }
  if (type === brokerCountDecrease.type)
    return { BrokerCountUpdateInfo: { CreatedBrokerIds: [], DeletedBrokerIds: brokerIds } }
  return {}
}
