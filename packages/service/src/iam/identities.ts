import { createHash } from 'node:crypto'
import { assert, type Random } from '@sluice/effects'
import { type IdentityTable, identityTableOf, type Role } from './identity-table.ts'
import type { NamedPolicy } from './policy/decision.ts'
import { policyOf } from './policy/policy.ts'
import type { Caller } from './policy/principals.ts'
import { type Session, SessionTokens } from './session-tokens.ts'
import type { Credentials, KeyRing } from './signature-v4.ts'

/** An access key that does not end by itself. */
export interface AccessKeyRecord {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** ARN of a user, of a role, or of an account's owner. */
  readonly identity: string
  /** Where alone it is good; everywhere without. */
  readonly regions?: readonly string[]
}

/** Everything that is known of who may come, as one text can carry it to another process. */
export interface IdentitiesSnapshot {
  readonly partition: string
  readonly region: string
  readonly account: string
  /** Of the account itself. */
  readonly ownerKey: Readonly<Pick<Credentials, 'accessKeyId' | 'secretAccessKey'>> | null
  readonly keys: readonly AccessKeyRecord[]
  /** The table of users and roles, as a person wrote it. */
  readonly table: string
}

/** Whose a key is, and what its session was bounded to. */
export interface KeyOwner extends Credentials {
  readonly caller: Caller
  /** Null where it was not. */
  readonly session: readonly NamedPolicy[] | null
}

/** Owners of sessions that are kept with their policies compiled. */
const sessionsKeptMax = 1_000

export const emptyTable = '{}'

/** Whose the access keys are, and what their owners' policies say. What it is told anew counts from the next question on. */
export class Identities implements KeyRing<KeyOwner> {
  #snapshot: IdentitiesSnapshot
  #table: IdentityTable
  #keys: ReadonlyMap<string, KeyOwner>
  /** Without an owner's key nobody's session can be told from a made-up one. */
  #tokens: SessionTokens | null
  readonly #sessions = new Map<string, KeyOwner>()
  readonly #listeners = new Set<() => void>()
  #generation = 0

  /** Throws IdentitiesInvalid. */
  constructor(snapshot: IdentitiesSnapshot) {
    this.#snapshot = snapshot
    this.#table = identityTableOf(snapshot.table, snapshot)
    this.#keys = keysOf(snapshot)
    this.#tokens = tokensOf(snapshot)
  }

  /** Takes all of it anew, or throws IdentitiesInvalid and stays as it is. */
  replace(snapshot: IdentitiesSnapshot): void {
    this.#table = identityTableOf(snapshot.table, snapshot)
    this.#snapshot = snapshot
    this.#keys = keysOf(snapshot)
    this.#tokens = tokensOf(snapshot)
    this.#sessions.clear()
    this.#generation++
    for (const listener of this.#listeners) listener()
  }

  /** Returns what takes the listener away again. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get snapshot(): IdentitiesSnapshot {
    return this.#snapshot
  }

  get region(): string {
    return this.#snapshot.region
  }

  /** Another number after each change. */
  get generation(): number {
    return this.#generation
  }

  /** The account itself: whoever is let in without a signature is taken for it. */
  get owner(): KeyOwner {
    const { partition, account } = this.#snapshot
    const arn = `arn:${partition}:iam::${account}:root`
    return { accessKeyId: '', secretAccessKey: '', caller: callerOf(arn, null), session: null }
  }

  /** Undefined where nobody has that key here. Whose session it is only its token says. */
  find(accessKeyId: string, token: string | undefined): KeyOwner | undefined {
    const known = this.#keys.get(accessKeyId)
    if (known || !token) return known
    const opened = this.#sessions.get(token) ?? this.#opened(token)
    return opened?.accessKeyId === accessKeyId ? opened : undefined
  }

  /** Is there a user or a role of this ARN, or an access key of one? */
  knows(arn: string): boolean {
    const { users, roles } = this.#table
    return users.has(arn) || roles.has(arn) || this.#snapshot.keys.some(({ identity }) => identity === arn)
  }

  role(arn: string): Role | undefined {
    return this.#table.roles.get(arn)
  }

  /** The ARNs of all roles. */
  get roles(): string[] {
    return [...this.#table.roles.keys()]
  }

  /** The ARNs of users and roles that have this name. */
  named(name: string): string[] {
    const { users, roles } = this.#table
    return [...users.keys(), ...roles.keys()].filter((arn) => arn.endsWith(`/${name}`))
  }

  /** Of the user or the role; nobody needs any who owns an account. */
  policiesOf({ principalArn }: Caller): readonly NamedPolicy[] {
    const { users, roles } = this.#table
    return (users.get(principalArn) ?? roles.get(principalArn))?.policies ?? []
  }

  /** Temporary credentials: of a role, for whoever has assumed it, or of the identity that asks. */
  issue(session: Omit<Session, 'accessKeyId'>, random: Random): Required<Credentials> & KeyOwner {
    const accessKeyId = newAccessKeyId('ASIA', random)
    const whole = { ...session, accessKeyId }
    const tokens = this.#tokens
    assert(tokens, 'sessions are given where the account has a key')
    return ownerOf(whole, tokens.seal(whole, random), tokens)
  }

  #opened(token: string): KeyOwner | null {
    const session = this.#tokens?.open(token)
    if (!this.#tokens || !session) return null
    const owner = ownerOf(session, token, this.#tokens)
    if (this.#sessions.size >= sessionsKeptMax) this.#sessions.clear()
    this.#sessions.set(token, owner)
    return owner
  }
}

function tokensOf({ ownerKey }: IdentitiesSnapshot): SessionTokens | null {
  return ownerKey && new SessionTokens(ownerKey.secretAccessKey)
}

function ownerOf(session: Session, token: string, tokens: SessionTokens): Required<Credentials> & KeyOwner {
  const { accessKeyId, identity, name, policies, expiresAtMs } = session
  const bounds = policies.map((text) => ({ name: 'session policy', policy: policyOf(text, 'identity') }))
  return {
    accessKeyId,
    secretAccessKey: tokens.secretOf(accessKeyId),
    sessionToken: token,
    expiresAtMs,
    caller: callerOf(identity, name),
    session: bounds.length === 0 ? null : bounds,
  }
}

function keysOf({ partition, account, region, ownerKey, keys }: IdentitiesSnapshot): Map<string, KeyOwner> {
  const own = ownerKey ? [{ ...ownerKey, identity: `arn:${partition}:iam::${account}:root` }] : []
  const here = keys.filter(({ regions }) => regions === undefined || regions.includes(region))
  // The owner's is the last: nobody takes it.
  return new Map(
    [...here, ...own].map(({ accessKeyId, secretAccessKey, identity }) => [
      accessKeyId,
      { accessKeyId, secretAccessKey, caller: callerOf(identity, accessKeyId), session: null },
    ]),
  )
}

/** As GetCallerIdentity tells it; `name` is that of a session, where the identity is a role. */
export function callerOf(identity: string, name: string | null): Caller {
  const [, partition = '', , , account = '', resource = ''] = identity.split(':')
  const last = resource.slice(resource.lastIndexOf('/') + 1)
  if (resource === 'root')
    return { arn: identity, principalArn: identity, account, userId: account, type: 'Account' }
  if (resource.startsWith('user/'))
    return { arn: identity, principalArn: identity, account, userId: idOf('AIDA', identity), type: 'User' }
  return {
    arn: `arn:${partition}:sts::${account}:assumed-role/${last}/${name}`,
    principalArn: identity,
    account,
    userId: `${idOf('AROA', identity)}:${name}`,
    type: 'AssumedRole',
  }
}

/** Of AWS's shape, and always the same for the same identity. */
function idOf(prefix: string, arn: string): string {
  return prefix + letters(createHash('sha256').update(arn).digest().subarray(0, 17))
}

/** Twenty capital letters and digits, as AWS has them. */
export function newAccessKeyId(prefix: 'AKIA' | 'ASIA', random: Random): string {
  return `${prefix}SLUICE${letters(random.bytes(10))}`
}

function letters(bytes: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return [...bytes].map((byte) => alphabet[byte & 31]).join('')
}
