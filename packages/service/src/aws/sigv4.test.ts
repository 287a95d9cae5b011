import { createHash, createHmac } from 'node:crypto'
import { TestClock } from '@sluice/effects'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '../http/message.ts'
import type { Credentials } from '../iam/signature-v4.ts'
import { SigV4 } from './sigv4.ts'

const credentials: Credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }
const scope = { region: 'us-east-1', service: 'kafka' }
const startAt = Date.UTC(2026, 10, 22, 10, 11, 12)

/** The official signer is the oracle. */
class Sha256 {
  readonly #hash
  constructor(key?: string | Uint8Array) {
    this.#hash = key ? createHmac('sha256', key) : createHash('sha256')
  }
  update(data: string | Uint8Array) {
    this.#hash.update(data)
  }
  async digest() {
    return new Uint8Array(this.#hash.digest())
  }
}

const signer = (owner: Credentials) =>
  new SignatureV4({ ...scope, credentials: owner, sha256: Sha256 as never, uriEscapePath: true })

interface Given {
  method?: string
  path?: string
  query?: Record<string, string | string[]>
  headers?: Record<string, string>
  body?: string
}

function toRequest(signed: Required<Given> & { headers: Record<string, string> }): HttpRequest {
  const pairs = Object.entries(signed.query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  )
  return {
    method: signed.method,
    target: signed.path + (pairs.length > 0 ? `?${pairs.join('&')}` : ''),
    headers: Object.entries(signed.headers),
    body: Buffer.from(signed.body),
  }
}

function whole(given: Given) {
  return {
    method: 'GET',
    path: '/v1/clusters',
    query: {},
    body: '',
    protocol: 'http:',
    hostname: '127.0.0.1',
    ...given,
    headers: { host: '127.0.0.1:9081', ...given.headers },
  }
}

async function signed(given: Given = {}, owner = credentials): Promise<HttpRequest> {
  const request = whole(given)
  const done = await signer(owner).sign(request, { signingDate: new Date(startAt) })
  return toRequest({ ...request, headers: done.headers })
}

async function presigned(expiresIn: number, owner = credentials): Promise<HttpRequest> {
  const request = whole({ query: { clusterNameFilter: 'a b' } })
  const done = await signer(owner).presign(request, { expiresIn, signingDate: new Date(startAt) })
  return toRequest({ ...request, headers: done.headers, query: done.query as Given['query'] & object })
}

function verify(request: HttpRequest, { owner = credentials, atMs = startAt } = {}) {
  const find = (id: string) => (id === owner.accessKeyId ? owner : undefined)
  const services = ['sts', scope.service]
  const signed = new SigV4().verify(request, { region: scope.region, find }, services, new TestClock(atMs))
  expect(signed.service).toBe('kafka')
  signed.check(request.body)
  return signed.owner
}

const without = (request: HttpRequest, name: string) => ({
  ...request,
  headers: request.headers.filter(([key]) => key !== name),
})

const changed = (request: HttpRequest, name: string, change: (value: string) => string) => ({
  ...request,
  headers: request.headers.map(([key, value]) => [key, key === name ? change(value) : value] as const),
})

const refused = (name: string, message = /./) =>
  expect.objectContaining({ name, status: 403, message: expect.stringMatching(message) })

function failure(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

describe('a signature by the official signer', () => {
  it('is accepted for paths, queries, headers and bodies of every kind', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
        fc.array(text, { minLength: 1, maxLength: 4 }),
        fc.dictionary(
          text.filter((key) => key !== '' && key !== '__proto__'),
          fc.oneof(text, fc.array(text)),
        ),
        text,
        async (method, segments, query, body) => {
          // The SDK encodes each segment once before it signs.
          const path = `/${segments.map(encodeURIComponent).join('/')}`
          expect(verify(await signed({ method, path, query, body }))).toBe(credentials)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('covers an ARN in the path, repeated query keys and odd header values', async () => {
    const path = `/v1/tags/${encodeURIComponent('arn:aws:kafka:us-east-1:1:cluster/a/b')}`
    const query = { tagKeys: ['b', 'a', 'a b'], 'tagKeys-x': '1' }
    const headers = { 'content-type': '  application/json   ;  charset=utf-8 ' }
    expect(verify(await signed({ method: 'DELETE', path, query, headers }))).toBe(credentials)
  })

  it('is accepted in the query, while it is not expired', async () => {
    const request = await presigned(60)
    expect(verify(request, { atMs: startAt + 60_000 })).toBe(credentials)
    expect(failure(() => verify(request, { atMs: startAt + 61_000 }))).toEqual(
      refused('InvalidSignatureException', /^Signature expired/),
    )
  })

  it('carries the token of temporary credentials, until they expire', async () => {
    const owner = { ...credentials, sessionToken: 'token/with+signs==', expiresAtMs: startAt + 1_000 }
    for (const request of [await signed({}, owner), await presigned(600, owner)]) {
      expect(verify(request, { owner })).toBe(owner)
      expect(failure(() => verify(request, { owner, atMs: startAt + 1_000 }))).toEqual(
        refused('ExpiredTokenException'),
      )
      expect(failure(() => verify(request, { owner: { ...owner, sessionToken: 'another' } }))).toEqual(
        refused('UnrecognizedClientException'),
      )
    }
  })
})

describe('a request is refused', () => {
  it('when anything that was signed has changed', async () => {
    const request = await signed({ method: 'POST', body: '{"clusterName":"a"}', query: { a: '1' } })
    const invalid = refused('InvalidSignatureException', /does not match the signature you provided/)
    for (const forged of [
      { ...request, body: Buffer.from('{"clusterName":"b"}') },
      { ...request, method: 'PUT' },
      { ...request, target: '/v1/clusters?a=2' },
      { ...request, target: '/v1/clusterz?a=1' },
      changed(request, 'host', () => 'elsewhere'),
      changed(request, 'authorization', (value) => value.replace(/[0-9a-f]{64}$/, '0'.repeat(64))),
    ])
      expect(failure(() => verify(forged))).toEqual(invalid)
  })

  it('when its time is more than 15 minutes off', async () => {
    const request = await signed()
    expect(verify(request, { atMs: startAt + 900_000 })).toBe(credentials)
    expect(failure(() => verify(request, { atMs: startAt + 901_000 }))).toEqual(
      refused('InvalidSignatureException', /^Signature expired: 20261122T101112Z/),
    )
    expect(failure(() => verify(request, { atMs: startAt - 901_000 }))).toEqual(
      refused('InvalidSignatureException', /^Signature not yet current/),
    )
  })

  it('when it is signed for something else', async () => {
    const request = await signed()
    const to = (from: string, into: string) =>
      changed(request, 'authorization', (value) => value.replace(from, into))
    for (const forged of [
      to('/us-east-1/', '/eu-west-1/'),
      to('/kafka/', '/s3/'),
      to('/20261122/', '/20261121/'),
      to('SignedHeaders=host;', 'SignedHeaders='),
    ])
      expect(failure(() => verify(forged))).toEqual(refused('InvalidSignatureException'))
  })

  it('when it is not signed, or by nobody we know', async () => {
    const request = await signed()
    expect(failure(() => verify(without(request, 'authorization')))).toEqual(
      refused('MissingAuthenticationTokenException'),
    )
    expect(failure(() => verify(request, { owner: { ...credentials, accessKeyId: 'AKOTHER' } }))).toEqual(
      refused('UnrecognizedClientException'),
    )
  })

  it('when a part of the signature is missing or garbled', async () => {
    const request = await signed()
    const authorization = (change: (value: string) => string) => changed(request, 'authorization', change)
    for (const forged of [
      without(request, 'x-amz-date'),
      changed(request, 'x-amz-date', () => 'yesterday'),
      changed(request, 'x-amz-date', () => '20269999T999999Z'),
      authorization(() => 'Bearer abc'),
      authorization(() => 'AWS4-HMAC-SHA256 '),
      authorization((value) => value.replace('Credential=', 'Credentials=')),
      authorization((value) => value.replace('/aws4_request', '')),
      authorization((value) => value.replace(/Signature=.*/, 'Signature=short')),
      authorization((value) => value.replace(/, SignedHeaders=[^,]+/, '')),
      { ...(await presigned(60)), target: '/v1/clusters?X-Amz-Algorithm=AWS4-HMAC-SHA256' },
      { ...(await presigned(60)), target: '/v1/clusters?X-Amz-Signature=1' },
    ])
      expect(failure(() => verify(forged))).toEqual(refused('IncompleteSignatureException'))
  })
})

describe('our own signature', () => {
  it('is the one of the official signer', async () => {
    const headers = { host: '127.0.0.1:9081', 'content-type': 'application/json' }
    const request = {
      method: 'POST',
      target: '/v1/clusters',
      headers: Object.entries(headers),
      body: Buffer.from('{}'),
    }
    const ours = new SigV4().sign(request, credentials, scope, startAt)
    expect(verify({ ...request, headers: [...request.headers, ...Object.entries(ours)] })).toBe(credentials)
    const { path, body } = { path: '/v1/clusters', body: '{}' }
    const theirs = await signer(credentials).sign(whole({ method: 'POST', path, body, headers }), {
      signingDate: new Date(startAt),
      // The official signer adds the body's hash as a header of its own unless told otherwise.
      unsignableHeaders: new Set(['x-amz-content-sha256']),
    })
    expect(ours.authorization).toBe(theirs.headers.authorization)
  })
})
