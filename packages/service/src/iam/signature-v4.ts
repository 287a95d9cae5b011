import { createHmac, hash } from 'node:crypto'

/*
 * AWS Signature Version 4 (AWS General Reference, "Create a signed AWS API request"), as far as it is the same for
 * requests over HTTP and for logins at a broker:
 *  1. canonical request: method, path, query, signed headers, hash of the body, each in one spelling
 *  2. string to sign: algorithm, time, scope (day/region/service), hash of 1
 *  3. key: HMAC chain over the secret, day, region, service
 *  4. signature: HMAC of 2 with 3
 */

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  /** Temporary credentials carry a token, which each request must repeat. */
  sessionToken?: string
  expiresAtMs?: number
}

/** Whose the access keys are that are good here. */
export interface KeyRing<Owner extends Credentials = Credentials> {
  /** That is signed for. */
  readonly region: string
  /** Of temporary credentials only their token tells whose they are. */
  find(accessKeyId: string, token: string | undefined): Owner | undefined
}

export const algorithm = 'AWS4-HMAC-SHA256'
const derivedKeysMax = 1_000

interface CredentialScope {
  date: string
  region: string
  service: string
}

/** Signs; derived keys are kept, because the chain costs four HMACs. */
export class Signatures {
  readonly #keys = new Map<string, Buffer>()
  /** The one that was asked for last: a client goes on with it for a day. */
  #last: { secret: string; scope: CredentialScope; key: Buffer } | null = null

  /** `time` as in `20261122T101112Z`. */
  of(canonicalRequest: string, scope: CredentialScope & { time: string }, secret: string): string {
    const text = [
      algorithm,
      scope.time,
      `${scope.date}/${scope.region}/${scope.service}/aws4_request`,
      sha256(canonicalRequest),
    ].join('\n')
    return hmac(this.#key(secret, scope), text).toString('hex')
  }

  #key(secret: string, scope: CredentialScope): Buffer {
    const last = this.#last
    if (last && last.secret === secret && isSame(last.scope, scope)) return last.key
    const key = this.#keyOf(secret, scope)
    this.#last = { secret, scope, key }
    return key
  }

  #keyOf(secret: string, { date, region, service }: CredentialScope): Buffer {
    const id = JSON.stringify([secret, date, region, service])
    let key = this.#keys.get(id)
    if (!key) {
      key = Buffer.from(`AWS4${secret}`)
      for (const part of [date, region, service, 'aws4_request']) key = hmac(key, part)
      if (this.#keys.size >= derivedKeysMax) this.#keys.clear()
      this.#keys.set(id, key)
    }
    return key
  }
}

function isSame(one: CredentialScope, other: CredentialScope): boolean {
  return one.date === other.date && one.service === other.service && one.region === other.region
}

/** `access-key/date/region/service/aws4_request`; null where it is not one. */
export function credentialOf(text: string): (CredentialScope & { accessKeyId: string }) | null {
  const [accessKeyId, date, region, service, end, more] = text.split('/')
  if (!accessKeyId || !date || !region || !service || end !== 'aws4_request' || more !== undefined)
    return null
  return { accessKeyId, date, region, service }
}

/** Names and values of a raw query, decoded; null where it is not valid percent-encoding. */
export function queryPairs(query: string): [name: string, value: string][] | null {
  try {
    return query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const at = pair.indexOf('=')
        const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
        return [decodeURIComponent(name), decodeURIComponent(value)]
      })
  } catch {
    return null
  }
}

export function canonicalQuery(pairs: readonly (readonly [name: string, value: string])[]): string {
  // '=' sorts after '-', '.' and digits, but names are compared before values.
  return pairs
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .map(([name, value]) => ({ pair: `${name}=${value}`, key: `${name}\u0000${value}` }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ pair }) => pair)
    .join('&')
}

/** RFC 3986: everything but the unreserved characters. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

export function sha256(data: string | Buffer): string {
  return hash('sha256', data, 'hex')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

/** All requests of a second have the same, and each asks for it more than once. */
let lastTime = { time: '', ms: Number.NaN }

/** NaN where it is no time. */
export function millisOf(time: string): number {
  if (lastTime.time !== time) lastTime = { time, ms: parseTime(time) }
  return lastTime.ms
}

function parseTime(time: string): number {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(time)
  if (!parts) return Number.NaN
  const [, year, month, day, hour, minute, second] = parts
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}
