import type { Socket } from '@sluice/effects'
import type { FileSlice, ResponsePart } from './reply.ts'

/**
 * A file slice is read and sent in pieces of this size; two of them may wait in a socket. Half of it costs a third more time
 * of the processor for each MB, twice of it is no better.
 */
const chunkBytes = 524_288
const chunksPerSocketMax = 2
/** Responses below this are read into one buffer and sent with one write. */
export const wholeResponseBytesMax = 131_072
/** Free chunks kept for the next stream. */
const freeChunksMax = 4

/** Chunks that may wait in all sockets of the process together: 32 MB. */
const lentChunksMax = 64
/** Beyond that a socket gets pieces of this size, one at a time. Less would not be told of as drained. */
const scarceChunkBytes = 65_536

/** The chunk buffers of a process: a stream borrows at most two. */
const freeChunks: Buffer[] = []
/** Chunks that a socket may not have handed on yet. */
const lentTo = new Map<Socket, number>()
let lentChunks = 0

/** The socket has handed everything on, or has gone. */
export function returnChunks(socket: Socket): void {
  const lent = lentTo.get(socket)
  if (lent === undefined) return
  lentTo.delete(socket)
  lentChunks -= lent
}

function lendChunk(socket: Socket): Buffer {
  lentTo.set(socket, (lentTo.get(socket) ?? 0) + 1)
  lentChunks++
  return freeChunks.pop() ?? Buffer.allocUnsafeSlow(chunkBytes)
}

/**
 * Sends one response that holds file slices. It reads the next chunk only when the socket has room, so that a
 * slow reader costs two chunks of memory and no more; and one small one where many are slow.
 *
 * A chunk may be reused once nobody reads it any more: the kernel has it, or it is encrypted. Encrypted ones wait one at a
 * time, and count like others until they are sent.
 */
export class ResponseStream {
  readonly #socket: Socket
  readonly #parts: ResponsePart[]
  #part = 0
  #offset = 0
  /** Chunks whose bytes the kernel may not have yet. */
  readonly #inFlight: Buffer[] = []

  /** Bytes of the response that are in memory until it is sent. */
  readonly heldBytes: number

  constructor(socket: Socket, parts: ResponsePart[]) {
    this.#socket = socket
    this.#parts = parts
    this.heldBytes = parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : 0), 0)
  }

  /** Sends what the socket takes now. True when the whole response is queued; false: call again on drain. */
  pump(): boolean {
    const socket = this.#socket
    for (;;) {
      if (socket.queuedBytes === 0) returnChunks(socket)
      if (socket.borrowedBytes === 0) this.#reuseChunks()
      if (this.#part >= this.#parts.length) {
        this.#forgetChunks()
        return true
      }
      if (this.#inFlight.length >= chunksPerSocketMax || isEncryptedQueued(socket)) return false
      const isScarce = lentChunks >= lentChunksMax
      if (isScarce && socket.queuedBytes > 0) return false
      const chunk = isScarce ? Buffer.allocUnsafeSlow(scarceChunkBytes) : lendChunk(socket)
      this.#inFlight.push(chunk)
      socket.write(chunk.subarray(0, this.#fill(chunk)))
    }
  }

  /** Releases what was not sent. The socket is gone. */
  abandon(): void {
    for (; this.#part < this.#parts.length; this.#part++) {
      const part = this.#parts[this.#part] as ResponsePart
      if (!(part instanceof Uint8Array)) part.release()
    }
    this.#inFlight.length = 0
  }

  /** Copies headers and file content into the chunk until it is full or the response ends. */
  #fill(chunk: Buffer): number {
    let at = 0
    while (at < chunk.length && this.#part < this.#parts.length) {
      const part = this.#parts[this.#part] as ResponsePart
      const length = Math.min(part.length - this.#offset, chunk.length - at)
      if (part instanceof Uint8Array) chunk.set(part.subarray(this.#offset, this.#offset + length), at)
      else readExactly(part, this.#offset, chunk, at, length)
      at += length
      this.#offset += length
      if (this.#offset < part.length) break
      if (!(part instanceof Uint8Array)) part.release()
      this.#part++
      this.#offset = 0
    }
    return at
  }

  #reuseChunks(): void {
    for (const chunk of this.#inFlight)
      if (chunk.length === chunkBytes && freeChunks.length < freeChunksMax) freeChunks.push(chunk)
    this.#inFlight.length = 0
  }

  /** The socket still owns these: they are left to the garbage collector. */
  #forgetChunks(): void {
    this.#inFlight.length = 0
  }
}

/** Its bytes have left the chunk that they came from, and are not sent: more of them would only wait beside these. */
function isEncryptedQueued({ queuedBytes, borrowedBytes }: Socket): boolean {
  return queuedBytes > borrowedBytes
}

/** The response as one buffer, when it is small; else null. */
export function wholeResponse(parts: ResponsePart[]): Buffer | null {
  let total = 0
  for (const part of parts) total += part.length
  if (total > wholeResponseBytesMax) return null
  const whole = Buffer.allocUnsafe(total)
  let at = 0
  try {
    for (const part of parts) {
      if (part instanceof Uint8Array) whole.set(part, at)
      else readExactly(part, 0, whole, at, part.length)
      at += part.length
    }
  } finally {
    for (const part of parts) if (!(part instanceof Uint8Array)) part.release()
  }
  return whole
}

/** Fills `target` from the slice; a file that ends inside it is the disk's failure (EIO). */
export function readExactly(
  slice: FileSlice,
  from: number,
  target: Uint8Array,
  at: number,
  length: number,
): void {
  const read = slice.file.readSync(target, at, length, slice.position + from)
  if (read === length) return
  const message = `${slice.file.path} ends at ${slice.position + from + read}, inside a fetched range`
  throw Object.assign(new Error(message), { code: 'EIO', syscall: 'read' })
}
