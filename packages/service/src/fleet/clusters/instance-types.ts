/** MSK's Standard broker sizes. What a size means in CPU and memory has no effect here. */
const m5 = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge']
const m7g = m5.slice(0, -1)

export const standardInstanceTypes: readonly string[] = [
  'kafka.t3.small',
  ...m5.map((size) => `kafka.m5.${size}`),
  ...m7g.map((size) => `kafka.m7g.${size}`),
]

/** Provisioned storage throughput starts with this size (MSK Developer Guide, "Provision storage throughput"). */
export function hasProvisionedThroughput(instanceType: string): boolean {
  return /\.(4|8|12|16|24)xlarge$/.test(instanceType)
}
