/** Whether shards take and give only so much a second, as on AWS. */
export const streamLimits = ['on', 'off'] as const
export type StreamLimits = (typeof streamLimits)[number]
