import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '@sluice/effects'
import {
  algorithm,
  canonicalQuery,
  type Credentials,
  credentialOf,
  type KeyRing,
  millisOf,
  sha256,
  Signatures,
} from './signature-v4.ts'

/** What a client shows for it: a presigned request for `kafka-cluster:Connect`, without path and body. */
export interface ConnectRequest {
  /** For which it is signed. */
  host: string
  /** Of its query, decoded, by AWS's names. */
  members: readonly (readonly [name: string, value: string])[]
}

export interface ConnectIdentity<Owner> {
  owner: Owner
  /** When what was shown is good no more. */
  expiresAtMs: number
}

/** The request lets nobody in. The message says why and has nothing secret in it; it is for a log, not for the client. */
export class ConnectRefused extends Error {
  override name = 'ConnectRefused'
}

const service = 'kafka-cluster'
const action = 'kafka-cluster:Connect'
/** MSK's signers presign for fifteen minutes. */
const lifetimeSecondsMax = 900
/** So far a client's clock may be ahead. */
const clockSkewMsMax = 5 * 60_000

/** Of the presigned request every member but the signature itself is signed. */
const signatureMember = 'X-Amz-Signature'

/**
 * Says whose login a presigned request is, as AWS judges one:
 *  1. its members: each once, the action, the algorithm, signed for nothing but the host
 *  2. where it is for: one of `hosts`, the region, the service
 *  3. when: its time, and its end
 *  4. whose: a key that is known, with its session token where it has one
 *  5. the signature, compared in constant time
 * The same request is good any number of times until it ends: clients use it again for each of their connections.
 */
export class ConnectVerifier<Owner extends Credentials> {
  readonly #keys: KeyRing<Owner>
  readonly #clock: Clock
  readonly #signatures = new Signatures()

  constructor(keys: KeyRing<Owner>, clock: Clock) {
    this.#keys = keys
    this.#clock = clock
  }

  /** Throws ConnectRefused. */
  verify(request: ConnectRequest, hosts: ReadonlySet<string>): ConnectIdentity<Owner> {
    const members = membersOf(request)
    const need = (name: string) => {
      const value = members.get(name)
      if (!value) throw new ConnectRefused(`it has no ${name}`)
      return value
    }
    checkValue('Action', need('Action'), action)
    checkValue('X-Amz-Algorithm', need('X-Amz-Algorithm'), algorithm)
    checkValue('X-Amz-SignedHeaders', need('X-Amz-SignedHeaders'), 'host')
    if (!hosts.has(request.host))
      throw new ConnectRefused(`it is signed for the host ${quoted(request.host)}`)
    const credential = this.#checkedCredential(need('X-Amz-Credential'))
    const time = need('X-Amz-Date')
    const endsAtMs = this.#checkedEnd(time, need('X-Amz-Expires'))
    checkValue('date of X-Amz-Credential', credential.date, time.slice(0, 8))
    const token = members.get('X-Amz-Security-Token')
    const owner = this.#keys.find(credential.accessKeyId, token)
    if (!owner) throw new ConnectRefused(`nobody has the access key ${quoted(credential.accessKeyId)}`)
    if (!isSame(token ?? '', owner.sessionToken ?? ''))
      throw new ConnectRefused(`the session token is not that of the access key ${owner.accessKeyId}`)
    const signature = need(signatureMember)
    const expected = this.#signatures.of(canonicalOf(request), { ...credential, time }, owner.secretAccessKey)
    if (!isSame(signature, expected))
      throw new ConnectRefused(`the signature is not that of the access key ${owner.accessKeyId}`)
    const expiresAtMs = Math.min(endsAtMs, owner.expiresAtMs ?? endsAtMs)
    if (expiresAtMs <= this.#clock.now())
      throw new ConnectRefused(`the access key ${owner.accessKeyId} has ended`)
    return { owner, expiresAtMs }
  }

  #checkedCredential(text: string) {
    const credential = credentialOf(text)
    if (!credential) throw new ConnectRefused('X-Amz-Credential is not one')
    checkValue('region', credential.region, this.#keys.region)
    checkValue('service', credential.service, service)
    return credential
  }

  #checkedEnd(time: string, expires: string): number {
    const startsAtMs = millisOf(time)
    if (Number.isNaN(startsAtMs)) throw new ConnectRefused(`X-Amz-Date is ${quoted(time)}`)
    // Where credentials end earlier, MSK's signer for JavaScript gives fractions of a second.
    if (!/^\d{1,3}(\.\d{1,20})?$/.test(expires) || Number(expires) > lifetimeSecondsMax)
      throw new ConnectRefused(`X-Amz-Expires is ${quoted(expires)}, not 0 to ${lifetimeSecondsMax}`)
    const endsAtMs = startsAtMs + Number(expires) * 1_000
    const nowMs = this.#clock.now()
    if (endsAtMs <= nowMs) throw new ConnectRefused(`it has ended: signed at ${time} for ${expires} s`)
    if (startsAtMs > nowMs + clockSkewMsMax) throw new ConnectRefused(`it begins later: signed at ${time}`)
    return endsAtMs
  }
}

function membersOf({ members }: ConnectRequest): Map<string, string> {
  const byName = new Map(members)
  // What is signed once and read twice could be two things.
  if (byName.size !== members.length) throw new ConnectRefused('a member comes twice')
  return byName
}

function canonicalOf({ host, members }: ConnectRequest): string {
  const query = canonicalQuery(members.filter(([name]) => name !== signatureMember))
  return ['GET', '/', query, `host:${host}\n`, 'host', sha256('')].join('\n')
}

function checkValue(name: string, value: string, wanted: string): void {
  if (value !== wanted) throw new ConnectRefused(`its ${name} is ${quoted(value)}, not ${wanted}`)
}

/** In constant time: how much of a signature is right is nobody's business. */
function isSame(shown: string, expected: string): boolean {
  const [a, b] = [Buffer.from(shown), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Of what a stranger has sent, so much as a line of a log takes. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text)
}
