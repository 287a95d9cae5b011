// The load, as a program of its own, so that the processor time of the server is the server's alone: `client JSON`, which says
// what it does, and prints what came of it in JSON.
import { connect as connectPlain } from 'node:net'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect as connectSecure } from 'node:tls'
import {
  AlterUserScramCredentials,
  ApiVersions,
  buildBatchSync,
  decodeResponseHeader,
  encodeRequestFrame,
  Fetch,
  Produce,
  Reader,
  SaslAuthenticate,
  SaslHandshake,
} from '@sluice/wire'
import { onFrames } from './frames.mjs'

const host = '127.0.0.1'
const root = fileURLToPath(new URL('../..', import.meta.url))
const plan = JSON.parse(process.argv[2])
const kinds = { stream, logins, idle, message }

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

function open({ port, keystore, fragment }) {
  return new Promise((resolve, reject) => {
    const options = { host, port, noDelay: true }
    const socket = keystore
      ? connectSecure({ ...options, ca: readFileSync(keystore) }, () => resolve(socket))
      : connectPlain(options, () => resolve(socket))
    socket.on('error', reject)
    socket.once('secureConnect', () => {
      // So long is a record at most.
      if (fragment) socket.setMaxSendFragment(fragment)
    })
  })
}

/** The same request again and again, some of them at once, until so many bytes have gone (or come). */
async function stream({ api, topic, batch, inflight, bytes, ...target }) {
  const frame = api === 'produce' ? produceFrame(topic, batch) : fetchFrame(topic, batch)
  const socket = await open(target)
  let moved = 0
  let waiting = 0
  const began = performance.now()
  await new Promise((resolve, reject) => {
    const send = () => {
      waiting++
      if (api === 'produce') moved += frame.length
      socket.write(frame)
    }
    socket.on('close', () => reject(new Error('the server closed the connection')))
    onFrames(socket, (length) => {
      waiting--
      if (api === 'fetch') moved += length
      if (moved < bytes) send()
      else if (waiting === 0) resolve()
    })
    for (let i = 0; i < inflight; i++) send()
  })
  const seconds = (performance.now() - began) / 1_000
  socket.destroy()
  print({ megabytes: moved / 1e6, seconds })
}

function produceFrame(topic, batch) {
  const value = Buffer.alloc(1_000, 'v')
  const records = buildBatchSync({
    records: Array.from({ length: Math.max(1, Math.floor(batch / 1_024)) }, () => ({ value })),
  })
  const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }]
  return encodeRequestFrame(Produce, 9, 1, 'bench', { acks: 1, timeoutMs: 10_000, topicData })
}

function fetchFrame(topic, batch) {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: batch }]
  return encodeRequestFrame(Fetch, 11, 1, 'bench', {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: batch,
    topics: [{ topic, partitions }],
  })
}

/** Answers one after the other. */
class Requests {
  #socket
  #bytes = Buffer.alloc(0)
  #wake = () => {}

  constructor(socket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      this.#wake()
    })
  }

  async send(api, version, body) {
    this.#socket.write(encodeRequestFrame(api, version, 1, 'bench', body))
    const isWhole = () => this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readInt32BE()
    while (!isWhole()) await new Promise((resolve) => (this.#wake = resolve))
    const end = 4 + this.#bytes.readInt32BE()
    const reader = new Reader(this.#bytes, 4, end)
    decodeResponseHeader(reader, api.responseHeaderVersion(version))
    const answer = api.response.decode(reader, version)
    this.#bytes = this.#bytes.subarray(end)
    return answer
  }
}

async function withLogins(use) {
  const { withSource } = await import('../../scripts/import-source.mjs')
  return withSource(join(root, 'test/security/logins.ts'), use)
}

/** Some connections at once, each of which logs in and ends. */
async function logins({ port, plainPort, mechanism, secrets, count, atOnce }) {
  await withLogins(async (source) => {
    const user = source.saltedUser(secrets.user, 'SCRAM-SHA-512', secrets.password)
    const plain = await open({ port: plainPort })
    await new Requests(plain).send(AlterUserScramCredentials, 0, { deletions: [], upsertions: [user] })
    plain.destroy()
    let left = count
    const began = performance.now()
    const client = async () => {
      while (left-- > 0) await logIn(port, mechanism, source.logins[mechanism](secrets, `nonce${left}`))
    }
    await Promise.all(Array.from({ length: atOnce }, client))
    print({ count, seconds: (performance.now() - began) / 1_000 })
  })
}

async function logIn(port, mechanism, login) {
  const socket = await open({ port })
  const requests = new Requests(socket)
  await requests.send(SaslHandshake, 1, { mechanism })
  for (let step = login.next(Buffer.alloc(0)); !step.done; ) {
    const { errorCode, errorMessage, authBytes } = await requests.send(SaslAuthenticate, 2, {
      authBytes: step.value,
    })
    if (errorCode !== 0) throw new Error(errorMessage)
    step = login.next(authBytes)
  }
  socket.destroy()
}

/** What a client of AWS_MSK_IAM shows. */
async function message({ secrets }) {
  await withLogins((source) => print(String(source.logins.AWS_MSK_IAM(secrets, '').next().value)))
}

/** Connections that have asked for something once; prints when all stand, and holds them until its input ends. */
async function idle({ count, ...target }) {
  const sockets = []
  while (sockets.length < count) {
    const socket = await open(target)
    await new Requests(socket).send(ApiVersions, 0, {})
    sockets.push(socket)
  }
  print({ count })
  process.stdin.resume()
  process.stdin.once('end', () => process.exit(0))
  process.on('SIGTERM', () => process.exit(0))
}

await kinds[plan.kind](plan)
