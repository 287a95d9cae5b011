import { isBefore } from '../kafka-releases.ts'
import { invalid, type Refusal } from '../refusal.ts'

/** MSK's Standard broker sizes. What a size means in CPU and memory has no effect here. */
const m5 = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge']
const m7g = m5.slice(0, -1)

const standardInstanceTypes: readonly string[] = [
  'kafka.t3.small',
  ...m5.map((size) => `kafka.m5.${size}`),
  ...m7g.map((size) => `kafka.m7g.${size}`),
]

/** Express brokers have no storage of their own to speak of, and MSK moves their partitions. */
const expressInstanceTypes: readonly string[] = m7g.map((size) => `express.m7g.${size}`)
const expressReleases = ['3.6', '3.8', '3.9', '4.2']

export function isExpress(instanceType: string | undefined): boolean {
  return instanceType?.startsWith('express.') ?? false
}

/** Why no broker can be of this type; undefined where each can. `beside`: the type that the cluster has, whose family stays. */
export function instanceTypeRefusal(
  type: string,
  { kafkaVersion, beside }: { kafkaVersion: string; beside?: string | undefined },
  parameter: string,
): Refusal | undefined {
  const isOf = (isMeant: boolean) => beside === undefined || isExpress(beside) === isMeant
  const valid = [...(isOf(false) ? standardInstanceTypes : []), ...(isOf(true) ? expressInstanceTypes : [])]
  if (!valid.includes(type))
    return invalid(`Unsupported InstanceType [${type}]. Valid values: [${valid.join(', ')}]`, parameter)
  if (isExpress(type) && !expressReleases.some((release) => kafkaVersion.startsWith(`${release}.`)))
    return invalid(`Express brokers are not for the Kafka version ${kafkaVersion}.`, parameter)
  if (kafkaVersion.startsWith('4.2.') && !isExpress(type))
    return invalid(`Kafka ${kafkaVersion} is for Express brokers.`, parameter)
  // MSK Developer Guide, "Broker types": Graviton needs 2.8.2, or 3.3.2 and later.
  const isTooOld = isBefore(kafkaVersion, '3.4') && !['2.8.2.tiered', '3.3.2'].includes(kafkaVersion)
  if (type.startsWith('kafka.m7g.') && isTooOld)
    return invalid(`Brokers of the type ${type} need a later Kafka than ${kafkaVersion}.`, parameter)
  return undefined
}

const expressPartitionsMax: Readonly<Record<string, number>> = {
  large: 1_500,
  xlarge: 2_000,
  '2xlarge': 4_000,
  '4xlarge': 8_000,
  '8xlarge': 16_000,
  '12xlarge': 24_000,
  '16xlarge': 32_000,
}

/** Replicas on one broker above which MSK takes a cluster for too large (MSK Developer Guide, "Right-size your cluster"). */
export function partitionsMax(instanceType: string): number {
  const size = instanceType.slice(instanceType.lastIndexOf('.') + 1)
  if (isExpress(instanceType)) return expressPartitionsMax[size] ?? 0
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
