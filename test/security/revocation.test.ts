import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { Connection } from '@sluice/client'
import { lineLogger, systemClock, systemDisk, systemNetwork, type TlsCredentials } from '@sluice/effects'
import { Kafka, logLevel } from 'kafkajs'
import { NodeAuthority, revocationList, revokedEntry } from 'sluice'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { SecureEngine } from './secure-engine.ts'

// Clients whose certificates private authorities have issued, and revoked.

const host = '127.0.0.1'
const effects = { clock: systemClock(), disk: systemDisk() }
const nowMs = Date.now()
const directory = mkdtempSync(join(tmpdir(), 'sluice-revocation-'))
const truststore = join(directory, 'client-authorities.pem')
const mine = new NodeAuthority(effects, join(directory, 'mine'), 'mine')
const other = new NodeAuthority(effects, join(directory, 'other'), 'other')
const lines: string[] = []
let engine: SecureEngine
let alice: TlsCredentials
let bob: TlsCredentials
let carol: TlsCredentials

beforeAll(async () => {
  const logger = lineLogger(
    (line) => lines.push(line),
    'warn',
    () => Date.now(),
  )
  await mine.keepNodeFile(mine.servicePath, [])
  await other.keepNodeFile(other.servicePath, [])
  trusts(mine, other)
  engine = await SecureEngine.start({ 'listener.name.mutual.ssl.truststore.location': truststore }, logger)
  alice = await clientOf(mine, 'alice')
  bob = await clientOf(mine, 'bob')
  carol = await clientOf(other, 'carol')
})
beforeEach(() => {
  lines.length = 0
  trusts(mine, other)
  engine.aMinutePasses()
})
afterAll(async () => {
  await engine.stop()
  rmSync(directory, { recursive: true, force: true })
})

/** One that it has issued. */
async function clientOf(authority: NodeAuthority, name: string): Promise<TlsCredentials> {
  const path = join(directory, `${name}.pem`)
  await authority.keepNodeFile(path, [])
  const own = readFileSync(path, 'utf8')
  return { key: own, certificates: own, authorities: engine.ca }
}

const certificateOf = (authority: NodeAuthority) => readFileSync(authority.certificatePath, 'utf8')

function trusts(...all: (NodeAuthority | string)[]): void {
  writeFileSync(truststore, all.map((one) => (typeof one === 'string' ? one : certificateOf(one))).join(''))
}

function listOf(
  authority: NodeAuthority,
  revoked: TlsCredentials[],
  { fromMs, days } = { fromMs: nowMs, days: 30 },
): Promise<string> {
  const key = readFileSync(join(authority.certificatePath, '..', 'ca-key.pem'), 'utf8')
  const entries = revoked.map((one) => revokedEntry(one.certificates, nowMs))
  const untilMs = fromMs + days * 86_400_000
  return revocationList({ key, certificate: certificateOf(authority) }, entries, { fromMs, untilMs })
}

async function isIn(credentials: TlsCredentials): Promise<boolean> {
  const connection = await Connection.open({
    network: systemNetwork(),
    clock: effects.clock,
    requestTimeoutMs: 10_000,
    host,
    port: engine.port('MUTUAL'),
    tls: credentials,
  })
  const answer = await connection.negotiate().catch(() => null)
  await connection.close()
  return answer?.errorCode === 0
}

it('whoever has a certificate of an authority that is named is let in, and not by the local one', async () => {
  expect(await isIn(alice)).toBe(true)
  expect(await isIn(carol)).toBe(true)
  expect(await isIn(await engine.clientCredentials('CN=alice'))).toBe(false)
})

it('kafkajs is let in by such a certificate', async () => {
  const kafka = new Kafka({
    brokers: [`${host}:${engine.port('MUTUAL')}`],
    ssl: { ca: [engine.ca], key: alice.key, cert: alice.certificates },
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  })
  const admin = kafka.admin()
  await admin.connect()
  expect((await admin.describeCluster()).brokers).toHaveLength(1)
  await admin.disconnect()
})

describe('a revocation list', () => {
  it('keeps out who is on it, with one line in the log, and nobody else', async () => {
    trusts(mine, await listOf(mine, [alice]))
    expect(await isIn(alice)).toBe(true)
    engine.aMinutePasses()
    expect(await isIn(alice)).toBe(false)
    expect(await isIn(bob)).toBe(true)
    await vi.waitFor(() => expect(lines.filter((line) => /revoked/i.test(line))).toHaveLength(1))
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'keeps out who resumes a session of before: %s',
    async (version) => {
      const first = await session(version)
      expect(await resumes(version, first)).toBe(true)
      const second = await session(version)
      trusts(mine, await listOf(mine, [alice]))
      engine.aMinutePasses()
      expect(await resumes(version, second)).toBe(false)
    },
  )

  it('that has expired lets nobody in', async () => {
    trusts(mine, await listOf(mine, [], { fromMs: nowMs - 5 * 86_400_000, days: 3 }))
    engine.aMinutePasses()
    expect(await isIn(bob)).toBe(false)
  })

  it('of one authority alone keeps out the clients of another', async () => {
    trusts(mine, other, await listOf(mine, []))
    engine.aMinutePasses()
    expect(await isIn(bob)).toBe(true)
    expect(await isIn(carol)).toBe(false)
    trusts(mine, other, await listOf(mine, []), await listOf(other, []))
    engine.aMinutePasses()
    expect(await isIn(carol)).toBe(true)
  })
})

const asAlice = (version: tls.SecureVersion) => ({
  host,
  port: engine.port('MUTUAL'),
  ca: engine.ca,
  key: alice.key,
  cert: alice.certificates,
  minVersion: version,
  maxVersion: version,
})

/** What alice may resume later. */
function session(version: tls.SecureVersion): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect(asAlice(version))
    socket.once('session', (ticket) => {
      resolve(ticket)
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

/** Is she let in without a certificate being looked at? */
function resumes(version: tls.SecureVersion, ticket: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tls.connect({ ...asAlice(version), session: ticket })
    socket.once('secureConnect', () => {
      resolve(socket.isSessionReused())
      socket.destroy()
    })
    socket.once('error', () => resolve(false))
  })
}
