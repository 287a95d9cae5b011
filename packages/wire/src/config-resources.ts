/** What can have configs, as requests and metadata records number it. */
export const ConfigResourceType = {
  topic: 2,
  broker: 4,
  brokerLogger: 8,
  clientMetrics: 16,
  group: 32,
} as const

/** Operations of IncrementalAlterConfigs (KIP-339). */
export const AlterConfigOp = { set: 0, delete: 1, append: 2, subtract: 3 } as const
