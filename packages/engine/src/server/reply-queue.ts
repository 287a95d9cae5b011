import type { Socket } from '@sluice/effects'
import type { Reply, ResponsePart } from './reply.ts'
import { ResponseStream, returnChunks, wholeResponse, wholeResponseBytesMax } from './response-stream.ts'

/** Small responses are gathered here and leave with one write. */
const gatherBytes = 65_536
const gatheredResponseBytesMax = 8_192
let gatherBuffer = Buffer.alloc(0)

/**
 * What a sending has come to: nothing is left; the first reply is not filled yet, or its reader still not ready; or one has
 * begun whose reader does not keep up.
 */
type Sent = 'all' | 'waits' | 'held up'

/** The replies of one connection, which leave in the order of its requests. */
export class ReplyQueue {
  readonly #socket: Socket
  /** More of a reply is in memory: `send` is to be called. */
  readonly #mustSend: () => void
  #replies: Reply[] = []
  /** The first that has not been sent. */
  #at = 0
  /** One that is on its way to a slow reader. */
  #stream: ResponseStream | null = null

  constructor(socket: Socket, mustSend: () => void) {
    this.#socket = socket
    this.#mustSend = mustSend
  }

  get isHeldUp(): boolean {
    return this.#stream !== null
  }

  /** In memory until their reader takes them. */
  get heldBytes(): number {
    return this.#stream?.heldBytes ?? 0
  }

  add(reply: Reply): void {
    this.#replies.push(reply)
  }

  /** Sends the filled replies at the front. Throws the disk's error where records cannot be read. */
  send(): Sent {
    if (this.#stream) {
      if (!this.#stream.pump()) return 'waits'
      this.#stream = null
    }
    this.#sendFilled()
    const sent = this.#stream === null ? 'all' : 'held up'
    if (this.#at < this.#replies.length) return sent === 'all' ? 'waits' : sent
    this.#replies = []
    this.#at = 0
    return sent
  }

  /** The socket has gone: nobody gets what was not sent. */
  abandon(): void {
    this.#stream?.abandon()
    this.#stream = null
    returnChunks(this.#socket)
    for (let i = this.#at; i < this.#replies.length; i++) this.#replies[i]?.abandon()
    this.#replies = []
    this.#at = 0
  }

  /** Until one is not filled, or is held up. */
  #sendFilled(): void {
    let gathered = 0
    while (this.#at < this.#replies.length && this.#stream === null) {
      const reply = this.#replies[this.#at] as Reply
      if (!reply.ready) break
      this.#at++
      let parts = reply.parts
      reply.parts = null
      if (parts === null) continue
      if (Array.isArray(parts)) parts = wholeResponse(parts) ?? parts
      if (parts instanceof Uint8Array && parts.length <= gatheredResponseBytesMax) {
        gathered = this.#gather(parts, gathered)
        continue
      }
      gathered = this.#sendGathered(gathered)
      if (parts instanceof Uint8Array && parts.length <= wholeResponseBytesMax) this.#socket.write(parts)
      else this.#begin(parts instanceof Uint8Array ? [parts] : parts)
    }
    this.#sendGathered(gathered)
  }

  #begin(parts: ResponsePart[]): void {
    const stream = new ResponseStream(this.#socket, parts, this.#mustSend)
    this.#stream = stream
    // It may have been abandoned meanwhile, with the socket.
    if (stream.pump() && this.#stream === stream) this.#stream = null
  }

  /** Returns how much is gathered now. */
  #gather(response: Uint8Array, gathered: number): number {
    const room = gatherBuffer.length - gathered
    const at = room < response.length ? this.#sendGathered(gathered) : gathered
    if (gatherBuffer.length === 0) gatherBuffer = Buffer.allocUnsafeSlow(gatherBytes)
    gatherBuffer.set(response, at)
    return at + response.length
  }

  #sendGathered(length: number): number {
    if (length === 0) return 0
    this.#socket.write(gatherBuffer.subarray(0, length))
    // Bytes that nobody has taken are still read from this buffer: leave it to the socket.
    if (this.#socket.borrowedBytes > 0) gatherBuffer = Buffer.alloc(0)
    return 0
  }
}
