import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Connection, describeTopics } from '@sluice/client'
import { lineLogger, type Random, seededRandom, systemClock, systemNetwork } from '@sluice/effects'
import { AlterUserScramCredentials, ApiVersions } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mutatedBytes } from '../durability/fuzz-input.ts'
import { accessKey, alicePassword, saltedUser, type Secrets } from './logins.ts'
import { SecureEngine } from './secure-engine.ts'
import { Stranger } from './stranger.ts'

// Whatever strangers send before their login, they get nothing, and others are served. A failure is a seed:
//   SLUICE_FUZZ_SEED=n [SLUICE_FUZZ_ROUNDS=m] npx vitest run test/security/login-fuzz.test.ts

const seed = Number(process.env.SLUICE_FUZZ_SEED ?? 1)
const rounds = Number(process.env.SLUICE_FUZZ_ROUNDS ?? 1)
const strangersAtOnce = 20
const growthBytesMax = 50 * 1024 * 1024
/** Of what they can have the broker write into its log in a minute. */
const logCharactersMax = 60_000

const right: Secrets = { user: 'alice', password: alicePassword, ...accessKey }
const wrong: Secrets = { ...right, password: 'what-mallory-guesses', secretAccessKey: 'guessed' }
const users = [
  saltedUser('alice', 'SCRAM-SHA-512', alicePassword),
  saltedUser('alice', 'SCRAM-SHA-256', alicePassword),
]

const random: Random = seededRandom(seed)
const lines: string[] = []
/** All that strangers were answered. */
const answers: Buffer[] = []
let engine: SecureEngine
let inner: Connection

beforeAll(async () => {
  const logger = lineLogger(
    (line) => lines.push(line),
    'debug',
    () => 0,
  )
  engine = await SecureEngine.start({}, logger)
  inner = await open()
  for (const user of users)
    await inner.request(AlterUserScramCredentials, { deletions: [], upsertions: [user] })
})
afterAll(() => engine.stop())

function open(): Promise<Connection> {
  return Connection.open({
    network: systemNetwork(),
    host: '127.0.0.1',
    port: engine.port('INNER'),
    clock: systemClock(),
    requestTimeoutMs: 20_000,
  })
}

async function topicsLike(prefix: string): Promise<string[]> {
  const { topics } = await describeTopics(inner, null)
  return topics.flatMap(({ name }) => (name?.startsWith(prefix) ? [name] : []))
}

/** So many try it; returns them when all that they have sent has been dealt with. */
async function strangers(count: number, prefix: string, secrets: Secrets, isChanged: boolean) {
  const all: Stranger[] = []
  for (let begun = 0; begun < count * rounds; begun += strangersAtOnce) {
    const some = Array.from({ length: strangersAtOnce }, () => new Stranger(engine.port('ANY'), random))
    await Promise.all(some.map((one, at) => one.tryLogin(secrets, `${prefix}-${begun + at}`, isChanged)))
    // Another client is served meanwhile; after two answers the loop has come to all that waited.
    for (let i = 0; i < 2; i++) expect((await inner.send(ApiVersions, 0, {})).errorCode).toBe(0)
    for (const one of some) {
      await one.leave()
      answers.push(...one.answers)
    }
    all.push(...some)
    healthy()
  }
  return all
}

function healthy(): void {
  expect(engine.failures, `seed ${seed}`).toEqual([])
  expect(
    lines.filter((line) => line.includes(' ERROR ')),
    `seed ${seed}`,
  ).toEqual([])
}

/** Live objects and buffers, bytes. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

describe('who tries to log in', { timeout: 60_000 + rounds * 60_000 }, () => {
  it('gets in with the right secret, by every mechanism', async () => {
    const all = await strangers(40, 'let-in', right, false)
    expect(all.filter((one) => one.wasAnsweredForeign)).toHaveLength(all.length)
    expect(await topicsLike('let-in')).toHaveLength(all.length)
  })

  it('never gets in without it, and is answered nothing but what belongs to the login', async () => {
    const before = memoryInUse()
    const honest = await strangers(40, 'kept-out', wrong, false)
    const changed = await strangers(500, 'kept-out', wrong, true)
    expect([...honest, ...changed].filter((one) => one.wasAnsweredForeign)).toEqual([])
    expect(await topicsLike('kept-out')).toEqual([])
    expect(memoryInUse() - before).toBeLessThan(growthBytesMax)
  })

  it('and has the right secret, but sends it as nobody should, harms nobody', async () => {
    await strangers(200, 'perhaps', right, true)
    // Most of what is changed is not the login itself.
    expect((await topicsLike('perhaps')).length).toBeGreaterThan(10)
  })

  it('fills no log', () => {
    expect(lines.some((line) => line.includes('a login is refused'))).toBe(true)
    expect(lines.filter((line) => !line.includes(' DEBUG ')).join('\n').length).toBeLessThan(logCharactersMax)
  })

  it('learns no secret, and nor does who reads the logs or the files of the broker', () => {
    const key = readFileSync(engine.keystorePath, 'utf8').split('\n')[1] ?? ''
    const salted = users.flatMap(({ saltedPassword }) => [
      saltedPassword,
      saltedPassword.toString('base64'),
      saltedPassword.toString('hex'),
    ])
    const files = readdirSync(join(engine.directory, 'data'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
    const told = Buffer.concat([...answers, ...files, Buffer.from(lines.join('\n'))])
    expect(told.includes('alice'), 'what is told is looked at').toBe(true)
    const secrets = [alicePassword, wrong.password, accessKey.secretAccessKey, key, ...salted]
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([])
  })
})

describe('who sends what is no TLS, or nearly', { timeout: 60_000 + rounds * 60_000 }, () => {
  it('harms nobody', async () => {
    const before = memoryInUse()
    const hello = await clientHello()
    for (let i = 0; i < 200 * rounds; i++) {
      const bytes = recordsLike(hello)
      await new Promise((closed) => {
        const socket = connect({ host: '127.0.0.1', port: engine.port('SECURE') })
        socket.on('error', () => {})
        socket.once('close', closed)
        socket.resume()
        socket.end(bytes)
      })
    }
    expect((await inner.send(ApiVersions, 0, {})).errorCode).toBe(0)
    expect(memoryInUse() - before).toBeLessThan(growthBytesMax)
    healthy()
    expect(lines.some((line) => line.includes('a TLS handshake has failed'))).toBe(true)
  })
})

function recordsLike(hello: Buffer): Buffer {
  const record = (type: number, version: number, size: number, content: Uint8Array) =>
    Buffer.concat([Buffer.from([type, version >> 8, version & 0xff, size >> 8, size & 0xff]), content])
  const kinds = [
    () => mutatedBytes(random, hello),
    () => hello.subarray(0, random.int(hello.length)),
    () => Buffer.concat([hello, hello]),
    () => Buffer.concat([hello, mutatedBytes(random, hello)]),
    () =>
      record(20 + random.int(6), 0x0300 + random.int(5), random.int(65_536), random.bytes(random.int(500))),
    () => record(23, 0x0303, 16_000, random.bytes(16_000)),
    // Application data before the handshake has ended.
    () => Buffer.concat([hello, record(23, 0x0303, 100, random.bytes(100))]),
    () => Buffer.from(random.bytes(1 + random.int(1_000))),
  ]
  return (kinds[random.int(kinds.length)] as () => Buffer)()
}

/** The first bytes of a client. */
function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = new Duplex({
      read() {},
      write: (chunk: Buffer, _, done) => {
        resolve(chunk)
        done()
      },
    })
    tls.connect({ socket, servername: 'localhost' }).on('error', () => {})
  })
}
