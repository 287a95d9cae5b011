import type { TLSSocket } from 'node:tls'
import type { SocketHandler } from './network.ts'
import { setImmediate } from './timers.ts'

/** OpenSSL gives the content of one record at a time, which is so much at most. */
const recordBytesMax = 16_384
/** As a plain connection's read. */
const gatheredBytesMax = 262_144

/** Where the content of each record lands, whosever it is. */
let landing: Buffer | undefined
/** What this turn of the loop has brought of one connection. */
const gathered: { of: Decrypted | null; bytes: Buffer | null } = { of: null, bytes: null }

/**
 * What a connection has decrypted. What one turn of the loop brings is handed over together, as a read of a plain socket
 * would be; nothing of it is in memory of its own but what its owner does not want yet.
 */
export class Decrypted {
  readonly #handler: SocketHandler
  readonly #isHeldBack: () => boolean
  /** Of what is gathered, while that is this one's. */
  #length = 0
  /** Came before its owner wanted it. */
  #kept: Buffer[] = []
  #isScheduled = false

  constructor(encrypted: TLSSocket, handler: SocketHandler, isPaused: () => boolean) {
    this.#handler = handler
    this.#isHeldBack = () => encrypted.destroyed || isPaused()
    eachRecord(encrypted, (content) => this.#add(content))
    encrypted.on('end', () => this.#deliver())
  }

  /** Its owner wants what is there. */
  deliverSoon(): void {
    if (this.#isScheduled || (this.#length === 0 && this.#kept.length === 0)) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#deliver()
    })
  }

  #add(content: Buffer): void {
    if (gathered.of && gathered.of !== this) gathered.of.#deliver()
    if (this.#kept.length > 0 || this.#isHeldBack()) this.#kept.push(Buffer.from(content))
    else this.#gather(content)
    this.deliverSoon()
  }

  #gather(content: Buffer): void {
    if (this.#length + content.length > gatheredBytesMax) this.#deliver()
    gathered.bytes ??= Buffer.allocUnsafeSlow(gatheredBytesMax)
    gathered.of = this
    content.copy(gathered.bytes, this.#length)
    this.#length += content.length
  }

  #deliver(): void {
    const { of, bytes } = gathered
    if (of === this && bytes) {
      const length = this.#length
      this.#length = 0
      gathered.of = null
      // Whatever comes while it is handed over goes elsewhere.
      gathered.bytes = null
      this.#handOver(bytes.subarray(0, length))
      gathered.bytes = bytes
    }
    const kept = this.#kept
    this.#kept = []
    for (const content of kept) this.#handOver(content)
  }

  /** What its owner does not want any more in the middle of it is kept. */
  #handOver(content: Buffer): void {
    for (let from = 0; from < content.length; ) {
      if (this.#kept.length > 0 || this.#isHeldBack()) {
        this.#kept.push(Buffer.from(content.subarray(from)))
        return
      }
      const target = this.#handler.receiveBuffer()
      const length = content.copy(target, 0, from)
      from += length
      this.#handler.onRead(length)
    }
  }
}

/**
 * Lets records land in memory that is used again, as net's `onread` does, which sockets that stand on other ones do not
 * have: a fresh buffer for each keeps the garbage collector busy with the whole heap. What it takes is undocumented; without
 * it `data` events do the same.
 */
function eachRecord(encrypted: TLSSocket, take: (content: Buffer) => void): void {
  const symbolOf = (name: string) =>
    Object.getOwnPropertySymbols(encrypted).find(({ description }) => description === name)
  const [buffer, callback] = [symbolOf('kBuffer'), symbolOf('kBufferCb')]
  const handle = (encrypted as unknown as { _handle: { useUserBuffer?: (buffer: Buffer) => void } | null })
    ._handle
  if (!buffer || !callback || !handle?.useUserBuffer) {
    encrypted.on('data', take)
    return
  }
  const land = (landing ??= Buffer.allocUnsafeSlow(recordBytesMax))
  const landed = (length: number) => {
    take(land.subarray(0, length))
    return true
  }
  Object.assign(encrypted, { [buffer]: land, [callback]: landed })
  handle.useUserBuffer(land)
}
