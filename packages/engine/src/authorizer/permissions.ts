/** What is done to a resource, with the code that ACLs have for it on the wire. */
export const operationCodes = {
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
  createTokens: 13,
  describeTokens: 14,
  twoPhaseCommit: 15,
} as const

export type Operation = keyof typeof operationCodes

const configs = ['describeConfigs', 'alterConfigs'] as const

/** The operations that there are for each type of resource. */
const operationsOn = {
  cluster: ['create', 'alter', 'describe', 'clusterAction', 'idempotentWrite', ...configs],
  topic: ['read', 'write', 'create', 'delete', 'alter', 'describe', ...configs],
  group: ['read', 'delete', 'describe', ...configs],
  transactionalId: ['describe', 'write', 'twoPhaseCommit'],
  delegationToken: ['describe'],
  user: ['createTokens', 'describeTokens'],
} as const satisfies Record<string, readonly Operation[]>

export type ResourceType = keyof typeof operationsOn

/** The one cluster, as a resource. */
export const clusterResource = 'kafka-cluster'

/** What one caller may do, as it is at the moment of the question. */
export interface Permissions {
  allows(operation: Operation, resource: ResourceType, name: string): boolean
  /** Of at least one resource of this type. */
  allowsAny(operation: Operation, resource: ResourceType): boolean
}

/** Says what clients may do who do not bring that with their login. */
export interface Authorizer {
  /** Of whoever comes as this principal (`User:alice`) from this address (`127.0.0.1`). Asked once a session. */
  permissionsOf(principal: string, host: string): Permissions
}

/** Of whoever may do everything: such a caller is not asked about. */
export const allowAll: Permissions = { allows: () => true, allowsAny: () => true }

/** A node without an authorizer. */
export const openToAll: Authorizer = { permissionsOf: () => allowAll }

/** Nothing need be asked. */
export function allowsEverything(permissions: Permissions): boolean {
  return permissions === allowAll
}

/** What a client that asks for them is told of the operations that it may do: bits of their codes (KIP-430). */
export function authorizedOperations(permissions: Permissions, resource: ResourceType, name: string): number {
  let bits = 0
  for (const operation of operationsOn[resource])
    if (permissions.allows(operation, resource, name)) bits |= 1 << operationCodes[operation]
  return bits
}

/** The same of the cluster: whoever may not describe it is told of none. */
export function authorizedClusterOperations(permissions: Permissions): number {
  return permissions.allows('describe', 'cluster', clusterResource)
    ? authorizedOperations(permissions, 'cluster', clusterResource)
    : 0
}

/** What a client is told that has not asked for them. */
export const operationsNotAsked = -0x80000000
