import { hostAddress, isInRange, isRange, rangeOf } from '@sluice/effects'
import {
  aclOperations,
  aclPermissions,
  aclResourceTypes,
  type AclEntry,
  type AclsImage,
  patternTypes,
  standardAuthorizer,
} from '../metadata/acls-image.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import {
  type Authorizer,
  openToAll,
  operationCodes,
  type Operation,
  type Permissions,
  type ResourceType,
} from './permissions.ts'

const anybody = 'User:*'
const anywhere = '*'

/** What one caller is remembered to be allowed, until the ACLs change. */
const rememberedMax = 1_000

/** An ACL that allows one of these allows to describe, too; one that denies it denies nothing else. */
const impliesDescribe = codesOf('describe', 'read', 'write', 'delete', 'alter')
const impliesDescribeConfigs = codesOf('describeConfigs', 'alterConfigs')

interface StandardAuthorizerOptions {
  readonly acls: AclsImage
  /** They may do everything. */
  readonly superUsers: ReadonlySet<string>
  /** To resources of which no ACL says anything. */
  readonly allowsEveryoneWithoutAcl: boolean
}

/** Apache Kafka's StandardAuthorizer: ACLs in the metadata log, those that deny before those that allow. */
export class StandardAuthorizer implements Authorizer {
  readonly #options: StandardAuthorizerOptions

  constructor(options: StandardAuthorizerOptions) {
    this.#options = options
  }

  permissionsOf(principal: string, host: string): Permissions {
    return new AclPermissions(principal, hostAddress(host), this.#options)
  }
}

/** As a node's properties have it. */
export function authorizerOf(config: BrokerConfig, acls: AclsImage): Authorizer {
  if (config.string('authorizer.class.name') !== standardAuthorizer) return openToAll
  const superUsers = String(config.value('super.users')).split(';')
  return new StandardAuthorizer({
    acls,
    superUsers: new Set(superUsers.map((user) => user.trim()).filter((user) => user !== '')),
    allowsEveryoneWithoutAcl: config.value('allow.everyone.if.no.acl.found') === true,
  })
}

class AclPermissions implements Permissions {
  readonly #principal: string
  readonly #host: string
  readonly #options: StandardAuthorizerOptions
  readonly #isSuperUser: boolean
  /** By resource type and operation, then by name; null stands for any resource of the type. */
  readonly #remembered = new Map<number, Map<string | null, boolean>>()
  #rememberedCount = 0
  #rememberedOf = -1

  constructor(principal: string, host: string, options: StandardAuthorizerOptions) {
    this.#principal = principal
    this.#host = host
    this.#options = options
    this.#isSuperUser = options.superUsers.has(principal)
  }

  allows(operation: Operation, resource: ResourceType, name: string): boolean {
    if (this.#isSuperUser) return true
    const remembered = this.#rememberedAbout(operation, resource)
    return remembered.get(name) ?? this.#remember(remembered, name, this.#judge(operation, resource, name))
  }

  allowsAny(operation: Operation, resource: ResourceType): boolean {
    if (this.#isSuperUser) return true
    const remembered = this.#rememberedAbout(operation, resource)
    return remembered.get(null) ?? this.#remember(remembered, null, this.#judgeAny(operation, resource))
  }

  #rememberedAbout(operation: Operation, resource: ResourceType): Map<string | null, boolean> {
    const { version } = this.#options.acls
    if (this.#rememberedOf !== version || this.#rememberedCount >= rememberedMax) {
      this.#remembered.clear()
      this.#rememberedCount = 0
      this.#rememberedOf = version
    }
    const question = (aclResourceTypes[resource] << 8) | operationCodes[operation]
    let about = this.#remembered.get(question)
    if (!about) this.#remembered.set(question, (about = new Map()))
    return about
  }

  #remember(about: Map<string | null, boolean>, name: string | null, answer: boolean): boolean {
    about.set(name, answer)
    this.#rememberedCount++
    return answer
  }

  #judge(operation: Operation, resource: ResourceType, name: string): boolean {
    const { acls, allowsEveryoneWithoutAcl } = this.#options
    const about = acls.about(aclResourceTypes[resource], name)
    if (about.length === 0) return allowsEveryoneWithoutAcl
    let isAllowed = false
    for (const those of about)
      for (const acl of those) {
        if (!this.#isMeant(acl) || !speaksOf(acl, operation)) continue
        if (acl.permissionType === aclPermissions.deny) return false
        isAllowed = true
      }
    return isAllowed
  }

  #isMeant({ principal, host }: AclEntry): boolean {
    if (principal !== this.#principal && principal !== anybody) return false
    if (host === anywhere || host === this.#host) return true
    const range = isRange(host) ? rangeOf(host) : null
    return range !== null && isInRange(this.#host, range)
  }

  /**
   * Of any resource, as Apache Kafka's Authorizer has it by default: what implies an operation does not count, and what is
   * allowed counts unless the same, or a prefix of it, is denied.
   */
  #judgeAny(operation: Operation, resource: ResourceType): boolean {
    // A name that nobody has: whoever may do it there may do it to what nothing is said of.
    if (this.#judge(operation, resource, 'hardcode')) return true
    const denied = { literal: new Set<string>(), prefixed: new Set<string>() }
    const allowed: AclEntry[] = []
    for (const acl of this.#options.acls.ofType(aclResourceTypes[resource])) {
      if (!this.#isMeant(acl) || !isOf(acl, operation)) continue
      if (acl.permissionType === aclPermissions.allow) allowed.push(acl)
      else if (isWildcard(acl)) return false
      else denied[acl.patternType === patternTypes.prefixed ? 'prefixed' : 'literal'].add(acl.resourceName)
    }
    return allowed.some((acl) => isWildcard(acl) || !isDominated(acl, denied))
  }
}

function isDominated(
  { patternType, resourceName }: AclEntry,
  denied: { readonly literal: ReadonlySet<string>; readonly prefixed: ReadonlySet<string> },
): boolean {
  if (patternType === patternTypes.literal && denied.literal.has(resourceName)) return true
  for (let length = 1; length <= resourceName.length; length++)
    if (denied.prefixed.has(resourceName.slice(0, length))) return true
  return false
}

function isWildcard({ patternType, resourceName }: AclEntry): boolean {
  return patternType === patternTypes.literal && resourceName === '*'
}

function isOf(acl: AclEntry, operation: Operation): boolean {
  return acl.operation === aclOperations.all || acl.operation === operationCodes[operation]
}

function speaksOf(acl: AclEntry, operation: Operation): boolean {
  if (isOf(acl, operation)) return true
  if (acl.permissionType !== aclPermissions.allow) return false
  if (operation === 'describe') return impliesDescribe.has(acl.operation)
  return operation === 'describeConfigs' && impliesDescribeConfigs.has(acl.operation)
}

function codesOf(...operations: readonly Operation[]): ReadonlySet<number> {
  return new Set(operations.map((operation) => operationCodes[operation]))
}
