import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '@sluice/effects'
import { type HttpHead, type HttpRequest, headerOf, splitTarget } from '../http/message.ts'
import {
  algorithm,
  type Credentials,
  credentialOf,
  type KeyRing,
  millisOf,
  Signatures,
  timeOf,
} from '../iam/signature-v4.ts'
import { canonicalRequest } from './canonical-request.ts'
import { AwsException } from './exceptions.ts'
import { incomplete, invalid, refused } from './signature-exceptions.ts'

export interface Scope {
  region: string
  service: string
}

/** Whose request it is and which service's, once its body has been checked. */
export interface Signed<Owner> {
  owner: Owner
  service: string
  check(body: Buffer): void
}

/** AWS refuses a request whose time is further off than this. */
const clockSkewMsMax = 15 * 60_000
/** A presigned URL lives seven days at most. */
const presignedSecondsMax = 604_800
/** What follows AWS's own sentence, for those who meant us. */
const keyHint = "Sluice: `npx sluice env` prints the keys of this endpoint's data directory."
const tokenHint =
  'Sluice: these keys have no such session token; `eval "$(npx sluice env)"` unsets AWS_SESSION_TOKEN.'

/** What a request says about its signature, from the Authorization header or from the query. */
interface Claim {
  accessKeyId: string
  date: string
  region: string
  service: string
  signedHeaders: string[]
  signature: string
  /** `20261122T101112Z` */
  time: string
  token: string | undefined
  presigned: { expiresInSeconds: number } | null
}

/** Signs requests over HTTP and checks signed ones. */
export class SigV4 {
  readonly #signatures = new Signatures()

  /** The headers to add to a request, which must already have its `host`. */
  sign(
    request: HttpRequest,
    credentials: Credentials,
    scope: Scope,
    nowMs: number,
  ): Record<'x-amz-date' | 'authorization', string> & { 'x-amz-security-token'?: string } {
    const time = timeOf(nowMs)
    const added = {
      'x-amz-date': time,
      ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
    }
    const whole = { ...request, headers: [...request.headers, ...Object.entries(added)] }
    const signedHeaders = [...new Set(whole.headers.map(([name]) => name.toLowerCase()))].sort()
    const claim = { ...scope, date: time.slice(0, 8), time, signedHeaders, presigned: null }
    const signature = this.#signature(whole, claim, credentials.secretAccessKey)
    const credential = `${credentials.accessKeyId}/${claim.date}/${scope.region}/${scope.service}/aws4_request`
    return {
      ...added,
      authorization: `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
    }
  }

  /**
   * Throws the exception with which AWS's front end refuses the request, as far as its head tells. Whoever passes
   * must still pass `check` with the body, which the signature covers.
   */
  verify<Owner extends Credentials>(
    head: HttpHead,
    keys: KeyRing<Owner>,
    services: readonly string[],
    clock: Clock,
  ): Signed<Owner> {
    const claim = claimOf(head)
    const owner = keys.find(claim.accessKeyId, claim.token)
    if (!owner || owner.sessionToken !== claim.token)
      throw refused(
        'UnrecognizedClientException',
        `The security token included in the request is invalid. ${owner ? tokenHint : keyHint}`,
      )
    if (owner.expiresAtMs !== undefined && owner.expiresAtMs <= clock.now())
      throw refused('ExpiredTokenException', 'The security token included in the request is expired')
    checkScope(claim, { region: keys.region, services })
    checkTime(claim, clock.now())
    const check = (body: Buffer) => {
      const expected = this.#signature({ ...head, body }, claim, owner.secretAccessKey)
      if (!timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature)))
        throw invalid(
          'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details. ' +
            keyHint,
        )
    }
    return { owner, service: claim.service, check }
  }

  #signature(
    request: HttpRequest,
    claim: Omit<Claim, 'accessKeyId' | 'signature' | 'token'>,
    secret: string,
  ): string {
    const canonical = canonicalRequest(request, claim.signedHeaders, claim.presigned !== null)
    return this.#signatures.of(canonical, claim, secret)
  }
}

/** The service in the scope of a request's credentials, as far as it names one. */
export function claimedService(head: HttpHead): string | undefined {
  try {
    return claimOf(head).service
  } catch (error) {
    if (error instanceof AwsException) return undefined
    throw error
  }
}

function claimOf(request: HttpHead): Claim {
  const authorization = headerOf(request, 'authorization')
  if (authorization !== undefined) return headerClaim(request, authorization)
  const query = new URLSearchParams(splitTarget(request.target).query)
  if (query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm')) return queryClaim(query)
  throw refused('MissingAuthenticationTokenException', `Missing Authentication Token. ${keyHint}`)
}

function headerClaim(request: HttpHead, authorization: string): Claim {
  if (!authorization.startsWith(`${algorithm} `))
    throw incomplete(`Authorization header requires the algorithm ${algorithm}.`)
  const parts = new Map<string, string>()
  for (const part of authorization.slice(algorithm.length + 1).split(',')) {
    const at = part.indexOf('=')
    if (at > 0) parts.set(part.slice(0, at).trim(), part.slice(at + 1).trim())
  }
  for (const name of ['Credential', 'Signature', 'SignedHeaders'])
    if (!parts.get(name)) throw incomplete(`Authorization header requires '${name}' parameter.`)
  const time = headerOf(request, 'x-amz-date')
  if (time === undefined) throw incomplete("Authorization header requires existence of 'X-Amz-Date' header.")
  return {
    ...checkedCredential(parts.get('Credential') ?? ''),
    signedHeaders: signedHeadersOf(parts.get('SignedHeaders') ?? ''),
    signature: signatureOf(parts.get('Signature') ?? ''),
    time: checkedTime(time),
    token: headerOf(request, 'x-amz-security-token'),
    presigned: null,
  }
}

function queryClaim(query: URLSearchParams): Claim {
  const need = (name: string) => {
    const value = query.get(name)
    if (!value) throw incomplete(`The query parameter '${name}' is required.`)
    return value
  }
  if (need('X-Amz-Algorithm') !== algorithm)
    throw incomplete(`The query parameter 'X-Amz-Algorithm' must be ${algorithm}.`)
  const expires = need('X-Amz-Expires')
  if (!/^\d{1,6}$/.test(expires) || Number(expires) > presignedSecondsMax)
    throw incomplete(`X-Amz-Expires must be a number of seconds up to ${presignedSecondsMax}.`)
  return {
    ...checkedCredential(need('X-Amz-Credential')),
    signedHeaders: signedHeadersOf(need('X-Amz-SignedHeaders')),
    signature: signatureOf(need('X-Amz-Signature')),
    time: checkedTime(need('X-Amz-Date')),
    token: query.get('X-Amz-Security-Token') ?? undefined,
    presigned: { expiresInSeconds: Number(expires) },
  }
}

function checkedCredential(text: string): NonNullable<ReturnType<typeof credentialOf>> {
  const credential = credentialOf(text)
  if (!credential)
    throw incomplete(`'${text}' is not a credential: access-key/date/region/service/aws4_request.`)
  return credential
}

function signedHeadersOf(text: string): string[] {
  const names = text.toLowerCase().split(';')
  // The name of the host goes by another name in HTTP/2.
  if (!names.includes('host') && !names.includes(':authority'))
    throw invalid("'Host' must be a signed header in the AWS authorization.")
  return names
}

function signatureOf(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw incomplete('The signature must be 64 hexadecimal digits.')
  return text
}

function checkedTime(time: string): string {
  if (Number.isNaN(millisOf(time)))
    throw incomplete(`Date must be in ISO-8601 'basic format', not '${time.slice(0, 64)}'.`)
  return time
}

function checkScope(claim: Claim, scope: { region: string; services: readonly string[] }): void {
  if (!scope.services.includes(claim.service))
    throw invalid(`Credential should be scoped to correct service: '${scope.services.join("', '")}'.`)
  if (claim.region !== scope.region)
    throw invalid(
      `Credential should be scoped to a valid region: this endpoint is '${scope.region}', not '${claim.region}'.`,
    )
  if (claim.date !== claim.time.slice(0, 8))
    throw invalid(`Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.`)
}

function checkTime(claim: Claim, nowMs: number): void {
  const at = millisOf(claim.time)
  const lifetime = claim.presigned ? claim.presigned.expiresInSeconds * 1_000 : clockSkewMsMax
  if (nowMs > at + lifetime)
    throw invalid(`Signature expired: ${claim.time} is now earlier than ${timeOf(nowMs - lifetime)}.`)
  if (at > nowMs + clockSkewMsMax)
    throw invalid(`Signature not yet current: ${claim.time} is still later than ${timeOf(nowMs)}.`)
}
