import { isBefore } from '../configurations/kafka-releases.ts'
import { invalid, type Refusal } from '../refusal.ts'

/** MSK's Standard broker sizes. What a size means in CPU and memory has no effect here. */
const m5 = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge']
const m7g = m5.slice(0, -1)

const standardInstanceTypes: readonly string[] = [
  'kafka.t3.small',
  ...m5.map((size) => `kafka.m5.${size}`),
  ...m7g.map((size) => `kafka.m7g.${size}`),
]

/** Why no broker of a cluster with Standard brokers can be of this type; undefined where each can. */
export function instanceTypeRefusal(
  type: string,
  kafkaVersion: string,
  parameter: string,
): Refusal | undefined {
  if (!standardInstanceTypes.includes(type))
    return invalid(
      `Unsupported InstanceType [${type}]. Valid values: [${standardInstanceTypes.join(', ')}]`,
      parameter,
    )
  // MSK Developer Guide, "Broker types": Graviton needs 2.8.2, or 3.3.2 and later.
  const isTooOld = isBefore(kafkaVersion, '3.4') && !['2.8.2.tiered', '3.3.2'].includes(kafkaVersion)
  if (type.startsWith('kafka.m7g.') && isTooOld)
    return invalid(`Brokers of the type ${type} need a later Kafka than ${kafkaVersion}.`, parameter)
  return undefined
}

/** Replicas on one broker above which MSK takes a cluster for too large (MSK Developer Guide, "Right-size your cluster"). */
export function partitionsMax(instanceType: string): number {
  const size = instanceType.slice(instanceType.lastIndexOf('.') + 1)
  if (size === 'small') return 300
  if (size === 'large' || size === 'xlarge') return 1_500
  return size === '2xlarge' ? 3_000 : 6_000
}

/** Provisioned storage throughput starts with this size (MSK Developer Guide, "Provision storage throughput"). */
const provisionableSizes = /\.(4|8|12|16|24)xlarge$/
const throughputMiBMin = 250
const throughputMiBMax: Readonly<Record<string, number>> = { '4xlarge': 593, '8xlarge': 850 }
const largestThroughputMiB = 1_000

interface Throughput {
  Enabled?: boolean | undefined
  VolumeThroughput?: number | undefined
}

/** Why brokers of this size, with volumes of this one, cannot have such a throughput of storage. */
export function throughputRefusal(
  wanted: Throughput | undefined,
  { instanceType, volumeGiB }: { instanceType: string; volumeGiB: number },
): Refusal | undefined {
  if (!wanted?.Enabled) return undefined
  if (!provisionableSizes.test(instanceType) || volumeGiB < 10)
    return invalid(
      'Provisioned storage throughput needs brokers of size 4xlarge or larger and volumes of 10 GiB or more.',
      'provisionedThroughput',
    )
  const most = throughputMiBMax[instanceType.slice(instanceType.lastIndexOf('.') + 1)] ?? largestThroughputMiB
  const { VolumeThroughput: throughput = 0 } = wanted
  if (throughput < throughputMiBMin || throughput > most)
    return invalid(
      `The storage throughput of ${instanceType} must be between ${throughputMiBMin} and ${most} MiB/s.`,
      'volumeThroughput',
    )
  return undefined
}
