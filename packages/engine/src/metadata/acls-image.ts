import type { AccessControlEntryRecord, ValueOf } from '@sluice/wire'

/** Who may or may not do what to which resources, as the metadata log has it. */
export type AclEntry = ValueOf<typeof AccessControlEntryRecord>

/** `authorizer.class.name` of nodes that ask the ACLs. */
export const standardAuthorizer = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'

/** An ACL whose resources are named by `*` holds for all of its type. */
const wildcard = '*'

/** The codes of the wire (KIP-290). */
export const patternTypes = { any: 1, match: 2, literal: 3, prefixed: 4 } as const
export const aclPermissions = { any: 1, deny: 2, allow: 3 } as const
export const aclOperations = { any: 1, all: 2 } as const
export const aclResourceTypes = {
  any: 1,
  topic: 2,
  group: 3,
  cluster: 4,
  transactionalId: 5,
  delegationToken: 6,
  user: 7,
} as const

/** The ACLs of resources of one type. */
class TypeAcls {
  readonly literal = new Map<string, Set<AclEntry>>()
  readonly prefixed = new Map<string, Set<AclEntry>>()
  /** How many prefixes there are of each length: a name is looked up once for each length, not once for each prefix. */
  readonly #prefixLengths = new Map<number, number>()

  add(acl: AclEntry): void {
    const { resourceName } = acl
    const byName = this.#byName(acl)
    const known = byName.get(resourceName)
    if (known) {
      known.add(acl)
      return
    }
    byName.set(resourceName, new Set([acl]))
    if (byName === this.prefixed) this.#countPrefix(resourceName.length, 1)
  }

  delete(acl: AclEntry): void {
    const { resourceName } = acl
    const byName = this.#byName(acl)
    const known = byName.get(resourceName)
    if (!known?.delete(acl) || known.size > 0) return
    byName.delete(resourceName)
    if (byName === this.prefixed) this.#countPrefix(resourceName.length, -1)
  }

  matching(name: string): ReadonlySet<AclEntry>[] {
    const found: ReadonlySet<AclEntry>[] = []
    const named = this.literal.get(name)
    if (named) found.push(named)
    const ofAll = name === wildcard ? undefined : this.literal.get(wildcard)
    if (ofAll) found.push(ofAll)
    for (const length of this.#prefixLengths.keys()) {
      const prefixed = length <= name.length && this.prefixed.get(name.slice(0, length))
      if (prefixed) found.push(prefixed)
    }
    return found
  }

  *all(): Iterable<AclEntry> {
    for (const byName of [this.literal, this.prefixed]) for (const acls of byName.values()) yield* acls
  }

  #byName({ patternType }: AclEntry): Map<string, Set<AclEntry>> {
    return patternType === patternTypes.prefixed ? this.prefixed : this.literal
  }

  #countPrefix(length: number, by: number): void {
    const count = (this.#prefixLengths.get(length) ?? 0) + by
    if (count === 0) this.#prefixLengths.delete(length)
    else this.#prefixLengths.set(length, count)
  }
}

/** All ACLs of the cluster, found by what they are about. */
export class AclsImage {
  readonly #byId = new Map<string, AclEntry>()
  readonly #idByEntry = new Map<string, string>()
  readonly #byType = new Map<number, TypeAcls>()
  #version = 0

  /** Changes with each change: what was concluded from the ACLs holds as long as it stays. */
  get version(): number {
    return this.#version
  }

  add(acl: AclEntry): void {
    this.remove(acl.id)
    this.#byId.set(acl.id, acl)
    this.#idByEntry.set(entryKey(acl), acl.id)
    let ofType = this.#byType.get(acl.resourceType)
    if (!ofType) this.#byType.set(acl.resourceType, (ofType = new TypeAcls()))
    ofType.add(acl)
    this.#version++
  }

  remove(id: string): void {
    const acl = this.#byId.get(id)
    if (!acl) return
    this.#byId.delete(id)
    this.#idByEntry.delete(entryKey(acl))
    this.#byType.get(acl.resourceType)?.delete(acl)
    this.#version++
  }

  /** Whether there is one that says just this. */
  has(acl: Omit<AclEntry, 'id'>): boolean {
    return this.#idByEntry.has(entryKey(acl))
  }

  all(): IterableIterator<AclEntry> {
    return this.#byId.values()
  }

  /** Of one type of resource, whatever its name. */
  ofType(resourceType: number): Iterable<AclEntry> {
    return this.#byType.get(resourceType)?.all() ?? []
  }

  /** Those that say something of the resource: by its name, of all of its type, or by a prefix of it. */
  about(resourceType: number, name: string): readonly ReadonlySet<AclEntry>[] {
    return this.#byType.get(resourceType)?.matching(name) ?? []
  }
}

/** What an ACL says, whatever its id. */
export function entryKey(acl: Omit<AclEntry, 'id'>): string {
  const { resourceType, patternType, operation, permissionType, resourceName, principal, host } = acl
  return JSON.stringify([resourceType, patternType, operation, permissionType, resourceName, principal, host])
}

/** Which ACLs a request means: members that are null or `any` mean all. */
export interface AclFilter {
  readonly resourceTypeFilter: number
  readonly resourceNameFilter: string | null
  readonly patternTypeFilter: number
  readonly principalFilter: string | null
  readonly hostFilter: string | null
  readonly operation: number
  readonly permissionType: number
}

export function matchesFilter(filter: AclFilter, acl: Omit<AclEntry, 'id'>): boolean {
  const { resourceTypeFilter, principalFilter, hostFilter, operation, permissionType } = filter
  return (
    (resourceTypeFilter === aclResourceTypes.any || resourceTypeFilter === acl.resourceType) &&
    (principalFilter === null || principalFilter === acl.principal) &&
    (hostFilter === null || hostFilter === acl.host) &&
    (operation === aclOperations.any || operation === acl.operation) &&
    (permissionType === aclPermissions.any || permissionType === acl.permissionType) &&
    matchesPattern(filter, acl)
  )
}

/** `match` means whatever holds for a resource of this name; all others mean patterns that are written so. */
function matchesPattern(
  { patternTypeFilter, resourceNameFilter: name }: AclFilter,
  { patternType, resourceName }: Omit<AclEntry, 'id'>,
): boolean {
  const { any, match, prefixed } = patternTypes
  if (patternTypeFilter !== any && patternTypeFilter !== match && patternTypeFilter !== patternType)
    return false
  if (name === null) return true
  if (patternTypeFilter !== match) return name === resourceName
  if (patternType === prefixed) return name.startsWith(resourceName)
  return name === resourceName || resourceName === wildcard
}
