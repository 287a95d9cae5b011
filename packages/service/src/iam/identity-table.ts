import { accountOfArn } from './policy/arn-pattern.ts'
import type { NamedPolicy } from './policy/decision.ts'
import { duplicateMember } from './policy/duplicate-member.ts'
import { MalformedPolicy } from './policy/malformed-policy.ts'
import { type PolicyKind, policyOf } from './policy/policy.ts'

/** A user, or what a role has like one. */
interface Identity {
  readonly arn: string
  readonly policies: readonly NamedPolicy[]
}

export interface Role extends Identity {
  /** Who may assume it. */
  readonly trust: NamedPolicy
  readonly sessionSecondsMax: number
}

/** Who there is beside accounts' owners, by ARN. */
export interface IdentityTable {
  readonly users: ReadonlyMap<string, Identity>
  readonly roles: ReadonlyMap<string, Role>
}

/** A table that is not taken up. The message is a sentence that says where in the file it is wrong. */
export class IdentitiesInvalid extends Error {
  override name = 'IdentitiesInvalid'
}

const usualSessionSecondsMax = 3_600
/** AWS lets no role have longer ones. */
const sessionSecondsMaxMax = 43_200

type Members = Readonly<Record<string, unknown>>

/**
 * Users, roles and policies as a person writes them. Names without an account are those of `home`'s:
 *
 *     { "policies": { "read": { "Version": "2012-10-17", "Statement": … } },
 *       "users": { "alice": { "policies": ["read"] } },
 *       "roles": { "reader": { "trust": { … }, "policies": ["read", { "Version": … }], "maxSessionSeconds": 3600 } } }
 *
 * Throws IdentitiesInvalid for whatever is not understood.
 */
export function identityTableOf(text: string, home: { partition: string; account: string }): IdentityTable {
  const { policies = {}, users = {}, roles = {}, ...others } = objectAt('the file', parsed(text))
  refuseOthers('the file', others, 'policies, users and roles')
  const shared = new Map(
    Object.entries(objectAt('policies', policies)).map(([name, one]) => [
      name,
      policyAt(`policies.${name}`, one, 'identity'),
    ]),
  )
  const arnOf = (kind: 'user' | 'role', name: string) => {
    if (!name.startsWith('arn:')) return `arn:${home.partition}:iam::${home.account}:${kind}/${name}`
    if (!new RegExp(`^arn:[\\w-]+:iam::\\d{12}:${kind}/[\\w+=,.@/-]+$`).test(name))
      throw new IdentitiesInvalid(`${kind}s.${name} is not the ARN of a ${kind}.`)
    return name
  }
  return {
    users: tableOf('users', users, (name, at, one) => {
      const { policies: own = [], ...more } = objectAt(at, one)
      refuseOthers(at, more, 'policies')
      return { arn: arnOf('user', name), policies: policiesAt(at, own, shared) }
    }),
    roles: tableOf('roles', roles, (name, at, one) => {
      const {
        policies: own = [],
        trust,
        maxSessionSeconds: max = usualSessionSecondsMax,
        ...more
      } = objectAt(at, one)
      refuseOthers(at, more, 'trust, policies and maxSessionSeconds')
      if (typeof max !== 'number' || !Number.isInteger(max) || max < 900 || max > sessionSecondsMaxMax)
        throw new IdentitiesInvalid(
          `${at}.maxSessionSeconds is a number from 900 to ${sessionSecondsMaxMax}.`,
        )
      const arn = arnOf('role', name)
      return {
        arn,
        policies: policiesAt(at, own, shared),
        trust: policyAt(`${at}.trust`, trust, 'trust'),
        sessionSecondsMax: max,
      }
    }),
  }
}

function tableOf<One extends Identity>(
  member: string,
  given: unknown,
  make: (name: string, at: string, one: unknown) => One,
): ReadonlyMap<string, One> {
  const table = new Map<string, One>()
  const names = new Set<string>()
  for (const [name, one] of Object.entries(objectAt(member, given))) {
    if (!/^[\w+=,.@/:-]{1,600}$/.test(name))
      throw new IdentitiesInvalid(`${member}.${name}: a name has letters, digits and any of _ + = , . @ -`)
    const identity = make(name, `${member}.${name}`, one)
    if (table.has(identity.arn)) throw new IdentitiesInvalid(`${member}.${name} is there twice.`)
    const unique = uniqueName(identity.arn)
    if (names.has(unique))
      throw new IdentitiesInvalid(
        `${member}.${name}: another one of its account has that name, with another path.`,
      )
    names.add(unique)
    table.set(identity.arn, identity)
  }
  return table
}

/** Sessions and aws:username have the name without its path, so that it is one in its account, whatever the case. */
function uniqueName(arn: string): string {
  return `${accountOfArn(arn)} ${arn.slice(arn.lastIndexOf('/') + 1).toLowerCase()}`
}

function policiesAt(at: string, given: unknown, shared: ReadonlyMap<string, NamedPolicy>): NamedPolicy[] {
  if (!Array.isArray(given))
    throw new IdentitiesInvalid(`${at}.policies is a list of names, and of policies themselves.`)
  return given.map((one: unknown, index) => {
    if (typeof one !== 'string') return policyAt(`${at}.policies[${index}]`, one, 'identity')
    const known = shared.get(one)
    if (!known)
      throw new IdentitiesInvalid(`${at}.policies[${index}]: there is no policy "${one}" in policies.`)
    return known
  })
}

function policyAt(at: string, given: unknown, kind: PolicyKind): NamedPolicy {
  try {
    return { name: at, policy: policyOf(JSON.stringify(objectAt(at, given)), kind) }
  } catch (error) {
    if (error instanceof MalformedPolicy) throw new IdentitiesInvalid(`${at}: ${error.message}`)
    throw error
  }
}

function parsed(text: string): unknown {
  let table: unknown
  try {
    table = JSON.parse(text)
  } catch (error) {
    throw new IdentitiesInvalid(`It is not JSON: ${(error as Error).message}.`)
  }
  const twice = duplicateMember(text)
  if (twice !== null) throw new IdentitiesInvalid(`"${twice}" is there twice in one object.`)
  return table
}

function objectAt(at: string, value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new IdentitiesInvalid(`${at} is not a JSON object.`)
  return value as Members
}

function refuseOthers(at: string, others: object, known: string): void {
  const [other] = Object.keys(others)
  if (other !== undefined) throw new IdentitiesInvalid(`${at} has no member "${other}", only ${known}.`)
}
