import { connect, type Socket } from 'node:net'
import type { Random } from '@sluice/effects'
import {
  ApiVersions,
  CreateTopics,
  decodeResponseHeader,
  encodeRequestFrame,
  Reader,
  SaslAuthenticate,
  SaslHandshake,
} from '@sluice/wire'
import { frameOf, mutatedBytes, sampleRequests, sized } from '../durability/fuzz-input.ts'
import { type Login, logins, type Secrets } from './logins.ts'

const noBytes = Buffer.alloc(0)
/** What answers to requests that nobody may ask before the login would begin with. */
const foreignCorrelationId = 0x5eed_0001
const foreignRequests = sampleRequests().filter(
  ({ api }) => api !== ApiVersions && api !== SaslHandshake && api !== SaslAuthenticate,
)

/** Of a login: a whole frame each, as it would go over the wire. */
type Frame = Buffer

/**
 * One connection of somebody who would log in, and sends something else: the messages of a login up to a place are as
 * they should be, and answered; the rest is changed, and goes out at once.
 */
export class Stranger {
  /** Whole frames that came. */
  readonly answers: Buffer[] = []
  readonly #socket: Socket
  readonly #random: Random
  #bytes = Buffer.alloc(0)
  #wake: (() => void) | null = null
  #isClosed = false

  constructor(port: number, random: Random) {
    this.#random = random
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.on('error', () => {})
    this.#socket.on('data', (chunk) => this.#came(chunk))
    this.#socket.once('close', () => {
      this.#isClosed = true
      this.#wake?.()
    })
  }

  /** Tries it; `canary` is the topic that it would make if it were let in. */
  async tryLogin(secrets: Secrets, canary: string, isChanged: boolean): Promise<void> {
    const random = this.#random
    const mechanism = pick(random, Object.keys(logins))
    const [handshake, version] = [random.int(2), random.int(3)]
    const framed = (token: Buffer) =>
      handshake === 0
        ? sized(token)
        : encodeRequestFrame(SaslAuthenticate, version, 2, 'stranger', { authBytes: token })
    const login = logins[mechanism]?.(secrets, `nonce${random.int(1_000_000)}`) as Login
    const frames: Frame[] = [
      encodeRequestFrame(ApiVersions, random.int(3), 0, 'stranger', {}),
      encodeRequestFrame(SaslHandshake, handshake, 1, 'stranger', { mechanism }),
    ]
    let token = login.next(noBytes)
    for (let good = isChanged ? random.int(4) : Number.POSITIVE_INFINITY; good > 0; good--) {
      const frame = frames.shift()
      if (!frame && token.done) break
      const answer = await this.#ask(frame ?? framed(token.value as Buffer))
      if (!answer) return
      if (!frame) token = login.next(handshake === 0 ? answer : tokenOf(answer, version))
    }
    const rest = [...frames, ...(token.done ? [] : [framed(token.value)])]
    const last = this.#canary(canary)
    if (isChanged) this.#socket.write(Buffer.concat(this.#changed([...rest, last])))
    else await this.#ask(last)
  }

  /** All that was sent has been read by then, whatever became of it. */
  async leave(): Promise<void> {
    this.#socket.end()
    while (!this.#isClosed) await this.#anything()
  }

  /** It was answered what only those are answered who are in. */
  get wasAnsweredForeign(): boolean {
    return this.answers.some((frame) => frame.length >= 4 && frame.readInt32BE(0) === foreignCorrelationId)
  }

  async #ask(frame: Frame): Promise<Buffer | undefined> {
    const before = this.answers.length
    this.#socket.write(frame)
    while (this.answers.length === before && !this.#isClosed) await this.#anything()
    return this.answers[before]
  }

  #anything(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  #came(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    while (this.#bytes.length >= 4) {
      const end = 4 + this.#bytes.readInt32BE(0)
      if (this.#bytes.length < end) break
      this.answers.push(this.#bytes.subarray(4, end))
      this.#bytes = this.#bytes.subarray(end)
    }
    this.#wake?.()
  }

  #canary(name: string): Frame {
    const topics = [{ name, numPartitions: 1, replicationFactor: 1 }]
    return encodeRequestFrame(CreateTopics, 5, foreignCorrelationId, 'stranger', { topics, timeoutMs: 1_000 })
  }

  #changed(frames: Frame[]): Frame[] {
    const random = this.#random
    const result = [...frames]
    for (let changes = random.int(4); changes > 0; changes--) {
      const at = random.int(result.length)
      const frame = result[at] as Frame
      const other = result[random.int(result.length)] as Frame
      const replaced: Frame[][] = [
        [],
        [frame, frame],
        [other, frame],
        [mutatedBytes(random, frame)],
        [sized(mutatedBytes(random, frame.subarray(4)))],
        [sized(random.bytes(random.int(100)))],
        [this.#foreign(), frame],
        [frame, this.#foreign()],
        [ofAnotherVersion(random, frame)],
        [hugeOf(random, frame), frame],
        [
          encodeRequestFrame(SaslHandshake, random.int(2), 1, 'stranger', { mechanism: this.#mechanism() }),
          frame,
        ],
        [frame.subarray(0, random.int(frame.length))],
      ]
      result.splice(at, 1, ...pick(random, replaced))
      if (result.length === 0) result.push(frame)
    }
    return result
  }

  #mechanism(): string {
    return pick(this.#random, [...Object.keys(logins), 'GSSAPI', '', 'ü'.repeat(this.#random.int(100))])
  }

  #foreign(): Frame {
    return frameOf(pick(this.#random, foreignRequests), foreignCorrelationId)
  }
}

function ofAnotherVersion(random: Random, frame: Frame): Frame {
  const changed = Buffer.from(frame)
  if (changed.length >= 8) changed.writeInt16BE(random.int(12) - 2, 6)
  return changed
}

/** A size that is never kept, or a frame as large as is taken before a login, or larger. */
function hugeOf(random: Random, frame: Frame): Frame {
  const bytes = pick(random, [0x7fff_ffff, -1, 524_288, 524_289, 100_000_000])
  const size = Buffer.alloc(4)
  size.writeInt32BE(bytes)
  const isWhole = bytes === 524_288 && random.int(4) === 0
  return Buffer.concat([
    size,
    frame.subarray(4),
    ...(isWhole ? [Buffer.alloc(bytes - frame.length + 4)] : []),
  ])
}

/** The mechanism's bytes in an answer to SaslAuthenticate. */
function tokenOf(answer: Buffer, version: number): Buffer {
  const reader = new Reader(answer)
  decodeResponseHeader(reader, SaslAuthenticate.responseHeaderVersion(version))
  return Buffer.from(SaslAuthenticate.response.decode(reader, version).authBytes)
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.int(from.length)] as T
}
