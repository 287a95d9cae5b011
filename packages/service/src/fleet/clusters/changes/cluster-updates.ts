import type { ConfigurationInfo } from '@aws-sdk/client-kafka'
import {
  type ClusterRecord,
  type ClusterState,
  type OperationRecord,
  type OperationType,
  operationsKeptMax,
  type SpecChange,
} from '../cluster-record.ts'
import { brokerCountRefusal, type FindConfiguration, type SpecConfiguration } from '../cluster-spec.ts'
import type { Engine } from '../../engines/engine.ts'
import { invalid, type Refusal, unsupportedVersion } from '../../refusal.ts'
import { propertiesRefusal } from '../broker-properties.ts'

/*
 * The calls that change a cluster, as pure functions: from a record to the one that wants the change and has an
 * operation for it, or to a refusal. The reconciler does the work.
 */

export type UpdateResult = { record: ClusterRecord } | { refusal: Refusal }

/** What a change is made with. */
export interface UpdateContext {
  engine: Engine
  findConfiguration: FindConfiguration
  nowMs: number
  /** Of the operation. */
  uuid: string
  /** Of the API request. */
  clientRequestId: string
}

export type Update = (record: ClusterRecord, context: UpdateContext) => UpdateResult

export function rebootBroker(brokerIds: readonly string[]): Update {
  return (record, context) => {
    const refusal = stateRefusal(record)
    if (refusal) return { refusal }
    if (brokerIds.length !== 1)
      return refuse('Specify exactly one broker: they are rebooted one at a time.', 'brokerIds')
    const wanted = record.nodes.find(
      ({ role, nodeId }) => role === 'broker' && String(nodeId) === brokerIds[0],
    )
    if (!wanted) {
      const known = record.nodes.filter(({ role }) => role === 'broker').map(({ nodeId }) => nodeId)
      return refuse(
        `The cluster has no broker ${brokerIds[0]} that runs. Valid values: [${known.join(', ')}]`,
        'brokerIds',
      )
    }
    const nodes = record.nodes.map((node) =>
      node === wanted ? { ...node, generation: node.generation + 1 } : node,
    )
    return {
      record: begin({ ...record, nodes }, context, 'REBOOT_NODE', {}, [wanted.nodeId]),
    }
  }
}

export function updateBrokerCount(target: number, currentVersion: string): Update {
  return (record, context) => {
    const { engine } = context
    const { numberOfBrokerNodes: current, kafkaVersion, brokerNodeGroup } = record.spec
    const zones = brokerNodeGroup.ClientSubnets?.length ?? 1
    const parameter = 'targetNumberOfBrokerNodes'
    const refusal =
      stateRefusal(record) ??
      versionRefusal(record, currentVersion) ??
      brokerCountRefusal(target, { zones, kafkaVersion }, engine, parameter)
    if (refusal) return { refusal }
    if (target === current) return refuse(`The cluster has ${current} broker nodes already.`, parameter)
    if (target < current) {
      // MSK Developer Guide, "Remove a broker from an Amazon MSK cluster": the last broker of each zone, once a call.
      if (target !== current - zones)
        return refuse(
          `Brokers are removed one per Availability Zone at a time: the next smaller number is ${current - zones}.`,
          parameter,
        )
      if (brokerNodeGroup.InstanceType === 'kafka.t3.small')
        return refuse('Brokers of the type kafka.t3.small cannot be removed.', parameter)
    }
    const [least, most] = target < current ? [target, current] : [current, target]
    const brokerIds = Array.from({ length: most - least }, (_, at) => least + at + 1)
    // Some engines run fewer brokers than are asked for.
    const touched = brokerIds.filter((id) => id <= engine.runningBrokersMax)
    const type = target < current ? 'DECREASE_BROKER_COUNT' : 'INCREASE_BROKER_COUNT'
    return { record: begin(record, context, type, { numberOfBrokerNodes: target }, touched) }
  }
}

export function updateConfiguration(wanted: ConfigurationInfo, currentVersion: string): Update {
  return (record, context) => {
    const refusal = stateRefusal(record) ?? versionRefusal(record, currentVersion)
    if (refusal) return { refusal }
    const { spec } = record
    const found = context.findConfiguration(wanted, spec.kafkaVersion)
    if ('refusal' in found) return found
    const { configuration } = found
    // No text for this is known. MSK refuses an update of the security settings that changes none, so this too.
    if (isSameRevision(configuration, spec.configuration))
      return refuse(
        'The request does not include any updates to the configuration of the cluster.',
        'configurationInfo',
      )
    const problem = propertiesRefusal({ ...spec, configuration }, context.engine, 'configurationInfo')
    if (problem) return { refusal: problem }
    return { record: begin(record, context, 'UPDATE_CLUSTER_CONFIGURATION', { configuration }, []) }
  }
}

export function updateKafkaVersion(
  target: string,
  currentVersion: string,
  wanted: ConfigurationInfo | undefined,
): Update {
  return (record, context) => {
    const { spec } = record
    const refusal =
      stateRefusal(record) ??
      versionRefusal(record, currentVersion) ??
      jumpRefusal(spec.kafkaVersion, target, context.engine)
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
    return { record: begin(record, context, 'UPDATE_CLUSTER_KAFKA_VERSION', change, []) }
  }
}

function isSameRevision(a: SpecConfiguration, b: SpecConfiguration | null): boolean {
  return a.arn === b?.arn && a.revision === b.revision
}

function jumpRefusal(current: string, target: string, engine: Engine): Refusal | undefined {
  const compatible = engine.compatibleVersions(current)
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
  return engine.topology(kafkaVersion).quorum.role
}

/** One operation at a time: the one that is under way has another state. */
function stateRefusal({ state }: ClusterRecord): Refusal | undefined {
  return state === 'ACTIVE'
    ? undefined
    : invalid(`You can't update a cluster in ${state} state.`, 'clusterArn')
}

export function versionRefusal(
  record: Pick<ClusterRecord, 'currentVersion'>,
  currentVersion: string,
): Refusal | undefined {
  return currentVersion === record.currentVersion
    ? undefined
    : invalid(
        'The version of the cluster isn’t current. Check the current version and try again.',
        'currentVersion',
      )
}

/** The middle step is the work; MSK's names are known for the change of the version only. */
const work: Record<OperationType, { step: string; state: ClusterState }> = {
  INCREASE_BROKER_COUNT: { step: 'ADD_BROKERS', state: 'UPDATING' },
  DECREASE_BROKER_COUNT: { step: 'REMOVE_BROKERS', state: 'UPDATING' },
  UPDATE_CLUSTER_CONFIGURATION: { step: 'ROLL_BROKERS', state: 'UPDATING' },
  UPDATE_CLUSTER_KAFKA_VERSION: { step: 'UPDATE_APACHE_KAFKA_BINARIES', state: 'UPDATING' },
  REBOOT_NODE: { step: 'REBOOT_BROKER', state: 'REBOOTING_BROKER' },
}

function begin(
  record: ClusterRecord,
  { nowMs, uuid, clientRequestId }: UpdateContext,
  type: OperationType,
  target: SpecChange,
  brokerIds: number[],
): ClusterRecord {
  const { spec } = record
  const operation: OperationRecord = {
    uuid,
    type,
    state: 'PENDING',
    clientRequestId,
    createdAtMs: nowMs,
    endedAtMs: null,
    steps: ['INITIALIZE_UPDATE', work[type].step, 'FINALIZE_UPDATE'].map((name) => ({
      name,
      status: 'PENDING',
    })),
    source: Object.fromEntries(
      Object.keys(target).map((member) => [member, spec[member as keyof SpecChange]]),
    ),
    target,
    brokerIds,
    error: null,
  }
  return {
    ...record,
    state: work[type].state,
    spec: { ...spec, ...target },
    operations: [...record.operations, operation].slice(-operationsKeptMax),
  }
}

function refuse(message: string, parameter: string): { refusal: Refusal } {
  return { refusal: invalid(message, parameter) }
}
