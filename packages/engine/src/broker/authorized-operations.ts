/** Operations as bits of a set, as the wire has them (KIP-430). Without an authorizer everything is allowed. */
const bit = {
  read: 1 << 3,
  write: 1 << 4,
  create: 1 << 5,
  delete: 1 << 6,
  alter: 1 << 7,
  describe: 1 << 8,
  clusterAction: 1 << 9,
  describeConfigs: 1 << 10,
  alterConfigs: 1 << 11,
  idempotentWrite: 1 << 12,
} as const

export type Operation = keyof typeof bit

const configs = bit.describeConfigs | bit.alterConfigs

export const allTopicOperations =
  bit.read | bit.write | bit.create | bit.delete | bit.alter | bit.describe | configs
export const allClusterOperations =
  bit.create | bit.alter | bit.describe | bit.clusterAction | bit.idempotentWrite | configs
export const allGroupOperations = bit.read | bit.delete | bit.describe | configs

/** What the wire says when nobody asked. */
export const operationsNotAsked = -0x80000000
