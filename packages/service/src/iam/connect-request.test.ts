import { TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { connectRequestOfToken, tokenHost } from './bearer-token.ts'
import { type ConnectRequest, ConnectRefused, ConnectVerifier } from './connect-request.ts'
import { connectRequestOfMessage } from './msk-iam-message.ts'
import type { Credentials } from './signature-v4.ts'
import {
  arn,
  key,
  messageOf,
  presignedConnect,
  region,
  signedAtMs,
  tokenOf,
} from './testing/presigned-connect.ts'

const host = 'b-1.demo'
const directory = { region, keys: [{ ...key, arn }] }

interface Owner extends Credentials {
  arn: string
}

interface Known {
  region: string
  keys: Owner[]
}

function verify(
  request: ConnectRequest,
  { atMs = signedAtMs, hosts = [host], known = directory as Known } = {},
) {
  const ring = { ...known, find: (id: string) => known.keys.find(({ accessKeyId }) => accessKeyId === id) }
  const { owner, expiresAtMs } = new ConnectVerifier(ring, new TestClock(atMs)).verify(
    request,
    new Set(hosts),
  )
  return { arn: owner.arn, expiresAtMs }
}

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof ConnectRefused) return error.message
    throw error
  }
  return 'let in'
}

const requestOf = (members: Record<string, string>): ConnectRequest => ({
  host,
  members: Object.entries(members),
})

describe('a presigned request for kafka-cluster:Connect', () => {
  it('is its owner’s until it ends, any number of times', async () => {
    const request = requestOf(await presignedConnect({ host }))
    const identity = { arn, expiresAtMs: signedAtMs + 900_000 }
    expect(verify(request)).toEqual(identity)
    expect(verify(request, { atMs: signedAtMs + 899_999 })).toEqual(identity)
    expect(refusal(() => verify(request, { atMs: signedAtMs + 900_000 }))).toMatch(/^it has ended/)
  })

  it('may come from a clock that is five minutes ahead', async () => {
    const request = requestOf(await presignedConnect({ host }))
    expect(verify(request, { atMs: signedAtMs - 300_000 }).arn).toBe(arn)
    expect(refusal(() => verify(request, { atMs: signedAtMs - 300_001 }))).toMatch(/^it begins later/)
  })

  it('may be signed for less, by fractions of a second', async () => {
    const request = requestOf(await presignedConnect({ host, expiresIn: 12.5 }))
    expect(verify(request)).toEqual({ arn, expiresAtMs: signedAtMs + 12_500 })
  })

  it('may have more members, which are signed too', async () => {
    const members = await presignedConnect({ host, more: { 'X-Amz-Bar': "a b+c'*", 'X-Amz': '1' } })
    expect(verify(requestOf(members)).arn).toBe(arn)
    expect(refusal(() => verify(requestOf({ ...members, 'X-Amz': '2' })))).toMatch(/^the signature/)
  })

  it('repeats the session token of temporary credentials, and ends with them', async () => {
    const session = { ...key, sessionToken: 'token/with+signs==' }
    const request = requestOf(await presignedConnect({ host, credentials: session }))
    const known = { region, keys: [{ ...session, arn, expiresAtMs: signedAtMs + 60_000 }] }
    expect(verify(request, { known })).toEqual({ arn, expiresAtMs: signedAtMs + 60_000 })
    expect(refusal(() => verify(request, { known, atMs: signedAtMs + 60_000 }))).toMatch(/has ended$/)
    expect(refusal(() => verify(request))).toMatch(/^the session token/)
    const without = requestOf(await presignedConnect({ host }))
    expect(refusal(() => verify(without, { known }))).toMatch(/^the session token/)
  })

  it.each([
    ['another secret', { credentials: { ...key, secretAccessKey: 'guessed' } }, /^the signature/],
    [
      'a key that nobody has',
      { credentials: { ...key, accessKeyId: 'AKIDOTHER' } },
      /^nobody has.*AKIDOTHER/,
    ],
    ['another region', { region: 'eu-west-1' }, /^its region is "eu-west-1"/],
    ['another service', { service: 'kafka' }, /^its service is "kafka"/],
    ['another action', { action: 'kafka-cluster:*' }, /^its Action/],
    ['another host', { host: 'b-1.other' }, /^the signature/],
    [
      'a session token of a key that has none',
      { credentials: { ...key, sessionToken: 't' } },
      /^the session/,
    ],
    ['a longer time', { expiresIn: 901 }, /^X-Amz-Expires is "901"/],
  ])('is refused where it is signed with or for %s', async (_, signing, reason) => {
    const request = requestOf(await presignedConnect({ host, ...signing }))
    expect(refusal(() => verify(request))).toMatch(reason)
  })

  it('is refused at a broker of another name', async () => {
    const request = requestOf(await presignedConnect({ host }))
    expect(refusal(() => verify(request, { hosts: ['b-2.demo', 'localhost'] }))).toMatch(/for the host "b-1/)
  })

  it.each([
    ['Action', 'kafka-cluster:connect'],
    ['X-Amz-Algorithm', 'none'],
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA1'],
    ['X-Amz-Credential', `${key.accessKeyId}/20261127/${region}/kafka-cluster/aws4_request`],
    ['X-Amz-Credential', `${key.accessKeyId}/20261128/${region}/kafka-cluster`],
    ['X-Amz-Credential', `${key.accessKeyId}/20261128/${region}/kafka-cluster/aws4_request/more`],
    ['X-Amz-Date', '20261128T140001Z'],
    ['X-Amz-Date', '2026-11-28T14:00:00Z'],
    ['X-Amz-Date', '20269999T999999Z'],
    ['X-Amz-Expires', '899'],
    ['X-Amz-Expires', '0'],
    ['X-Amz-Expires', '-1'],
    ['X-Amz-Expires', '1e2'],
    ['X-Amz-Expires', '999999999999'],
    ['X-Amz-SignedHeaders', 'host;x-amz-date'],
    ['X-Amz-SignedHeaders', ''],
    ['X-Amz-Signature', '0'.repeat(64)],
    ['X-Amz-Signature', ''],
    ['X-Amz-Signature', 'é'.repeat(64)],
  ])('is refused with %s %s in the place of what was signed', async (name, value) => {
    const members = await presignedConnect({ host })
    expect(members).toHaveProperty([name])
    expect(refusal(() => verify(requestOf({ ...members, [name]: value })))).not.toBe('let in')
  })

  it('is refused without any of its members, and with any of them twice', async () => {
    const members = await presignedConnect({ host })
    expect(Object.keys(members)).toHaveLength(7)
    for (const name of Object.keys(members)) {
      const { [name]: value = '', ...rest } = members
      expect(refusal(() => verify(requestOf(rest)))).toBe(`it has no ${name}`)
      const twice = { host, members: [...Object.entries(members), [name, value] as const] }
      expect(refusal(() => verify(twice))).toBe('a member comes twice')
    }
  })

  it('says nothing secret where it is refused', async () => {
    const members = await presignedConnect({ host, credentials: { ...key, sessionToken: 'tokentoken' } })
    const secrets = [key.secretAccessKey, members['X-Amz-Signature'] ?? '', 'tokentoken']
    for (const name of Object.keys(members)) {
      const said = refusal(() => verify(requestOf({ ...members, [name]: 'x'.repeat(1_000) })))
      expect(said).not.toBe('let in')
      expect(said.length).toBeLessThan(200)
      expect(secrets.filter((secret) => said.includes(secret))).toEqual([])
    }
  })
})

describe('a message of AWS_MSK_IAM', () => {
  const signed = async () => messageOf(host, await presignedConnect({ host }))
  const judge = (message: string) => verify(connectRequestOfMessage(message))

  it('has the members in small letters, and what is not signed beside them', async () => {
    expect(judge(JSON.stringify(await signed())).arn).toBe(arn)
    expect(judge(JSON.stringify({ ...(await signed()), 'user-agent': 'a "quoted" one' }, null, 2)).arn).toBe(
      arn,
    )
  })

  it('is refused with any member altered or away', async () => {
    const message = await signed()
    for (const name of Object.keys(message).filter((one) => one !== 'user-agent')) {
      expect(refusal(() => judge(JSON.stringify({ ...message, [name]: 'other' })))).not.toBe('let in')
      expect(refusal(() => judge(JSON.stringify({ ...message, [name]: undefined })))).not.toBe('let in')
    }
  })

  it('is refused with a member that comes twice, is no text, or has another spelling', async () => {
    const message = await signed()
    const text = JSON.stringify(message)
    expect(refusal(() => judge(text.replace('{', '{"host":"b-9",')))).toBe('a member comes twice')
    expect(refusal(() => judge(JSON.stringify({ ...message, 'x-amz-expires': 900 })))).toMatch(/no text$/)
    const capital = JSON.stringify(message).replace('"x-amz-signature"', '"X-Amz-Signature"')
    expect(refusal(() => judge(capital))).toBe('it has no X-Amz-Signature')
  })

  it('is refused where it is cut off anywhere, or no object', async () => {
    const text = JSON.stringify(await signed())
    for (let length = 0; length < text.length; length++)
      expect(refusal(() => judge(text.slice(0, length)))).toBe('the message is not JSON')
    for (const other of ['null', '[]', '1', '"a"', '{}'])
      expect(refusal(() => judge(other))).not.toBe('let in')
  })
})

describe('a token of OAUTHBEARER', () => {
  const hosts = [tokenHost(region)]
  const judge = (token: string) => verify(connectRequestOfToken(token), { hosts })
  const signed = (signing = {}) => presignedConnect({ host: tokenHost(region), ...signing })

  it('is a presigned URL of the region’s endpoint, with an agent that is not signed', async () => {
    const members = await signed()
    expect(judge(tokenOf(tokenHost(region), members))).toEqual({ arn, expiresAtMs: signedAtMs + 900_000 })
    expect(judge(tokenOf(tokenHost(region), members, '')).arn).toBe(arn)
    const url = Buffer.from(tokenOf(tokenHost(region), members), 'base64url').toString()
    expect(judge(Buffer.from(url.replace('/?', '?')).toString('base64url')).arn).toBe(arn)
    expect(judge(`${tokenOf(tokenHost(region), members)}==`).arn).toBe(arn)
  })

  it.each([
    ['a broker', 'b-1.demo'],
    ['the endpoint of another region', 'kafka.eu-west-1.amazonaws.com'],
    ['a name below the endpoint', 'kafka.us-east-1.amazonaws.com.example.org'],
  ])('is refused where it is signed for %s', async (_, other) => {
    const members = await presignedConnect({ host: other })
    expect(refusal(() => judge(tokenOf(other, members)))).toMatch(/^it is signed for the host/)
    expect(refusal(() => judge(tokenOf(tokenHost(region), members)))).toMatch(/^the signature/)
  })

  it('is refused with a member twice, even the one that is not signed first', async () => {
    const members = await signed()
    const twice = tokenOf(tokenHost(region), members, `&X-Amz-Expires=900`)
    expect(refusal(() => judge(twice))).toBe('a member comes twice')
    const added = tokenOf(tokenHost(region), members, `&X-Amz-Security-Token=t`)
    expect(refusal(() => judge(added))).toMatch(/^the session token/)
  })

  it('is refused where any part of the URL is another one', async () => {
    const url = Buffer.from(tokenOf(tokenHost(region), await signed()), 'base64url').toString()
    const coded = (text: string) => Buffer.from(text).toString('base64url')
    for (const other of [
      url.replace('https:', 'http:'),
      url.replace('.com/?', '.com/path?'),
      url.replace('https://', 'https://user@'),
      `${url}#fragment`,
      url.replace('Action', '%zz'),
      '',
      'a',
    ])
      expect(refusal(() => judge(coded(other)))).not.toBe('let in')
    for (const garbled of ['', 'not base64', coded(url).slice(0, -40), `${coded(url)}.sig`, 'e30.e30.'])
      expect(refusal(() => judge(garbled))).not.toBe('let in')
  })
})
