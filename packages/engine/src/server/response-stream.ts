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

/** Chunks that may wait in all sockets of the process together, or are read ahead for them: 32 MB. */
const lentChunksMax = 64
/** Beyond that a socket gets pieces of this size, one at a time. Less would not be told of as drained. */
const scarceChunkBytes = 65_536

/** The chunk buffers of a process: a stream borrows at most two. */
const freeChunks: Buffer[] = []
/** Chunks that a socket may not have handed on yet. */
const lentTo = new Map<Socket, number>()
let lentChunks = 0
let chunksAhead = 0

/** The socket has handed everything on, or has gone. */
export function returnChunks(socket: Socket): void {
  const lent = lentTo.get(socket)
  if (lent === undefined) return
  lentTo.delete(socket)
  lentChunks -= lent
}

function lendChunk(socket: Socket): void {
  lentTo.set(socket, (lentTo.get(socket) ?? 0) + 1)
  lentChunks++
}

function isScarce(): boolean {
  return lentChunks + chunksAhead >= lentChunksMax
}

function takeChunk(): Buffer {
  return freeChunks.pop() ?? Buffer.allocUnsafeSlow(chunkBytes)
}

/** A chunk that another thread fills while the one before it is sent. */
interface Ahead {
  readonly chunk: Buffer
  /** Of the chunk, bytes; -1 while it is being filled. */
  length: number
  /** Why it could not be. */
  failure: unknown
}

/**
 * Sends one response that holds file slices. It reads the next chunk only when the socket has room, so that a
 * slow reader costs two chunks of memory and no more; and one small one where many are slow.
 *
 * 1. The first chunk is read at once: most of what is asked for is in the page cache, and there is no more than one of it.
 * 2. While the socket takes a chunk, another thread reads the next one, if the socket has handed on all before: reading
 *    and sending share the time, and a cold disk holds nobody else up.
 *
 * A chunk may be reused once nobody reads it any more: the kernel has it, or it is encrypted. Encrypted ones wait one at a
 * time, and count like others until they are sent.
 */
export class ResponseStream {
  readonly #socket: Socket
  readonly #parts: ResponsePart[]
  /** A chunk that was read ahead is there: `pump` is to be called. */
  readonly #readable: () => void
  #part = 0
  #offset = 0
  /** Chunks whose bytes the kernel may not have yet. */
  readonly #inFlight: Buffer[] = []
  #ahead: Ahead | null = null
  #isAbandoned = false

  /** Bytes of the response that are in memory until it is sent. */
  readonly heldBytes: number

  constructor(socket: Socket, parts: ResponsePart[], readable: () => void) {
    this.#socket = socket
    this.#parts = parts
    this.#readable = readable
    this.heldBytes = parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : 0), 0)
  }

  /**
   * Sends what the socket takes now. True when the whole response is queued; false: call again on drain, and when the next
   * chunk is readable. Throws the disk's error where records cannot be read.
   */
  pump(): boolean {
    const socket = this.#socket
    for (;;) {
      if (socket.queuedBytes === 0) returnChunks(socket)
      if (socket.borrowedBytes === 0) this.#reuseChunks()
      if (this.#ahead === null && this.#isRead) {
        this.#forgetChunks()
        return true
      }
      if (this.#inFlight.length >= chunksPerSocketMax || isEncryptedQueued(socket)) return false
      const filled = this.#ahead ? this.#takeAhead(this.#ahead) : this.#fillNow()
      if (filled === null) return false
      if (this.#inFlight.length === 0) this.#readAhead()
      this.#inFlight.push(filled.chunk)
      socket.write(filled.chunk.subarray(0, filled.length))
    }
  }

  /** Releases what was not sent. The socket is gone. */
  abandon(): void {
    this.#isAbandoned = true
    this.#inFlight.length = 0
    // The file must stay until nobody reads it.
    if (this.#ahead?.length === -1) return
    this.#dropAhead()
    this.#releaseRest()
  }

  get #isRead(): boolean {
    return this.#part >= this.#parts.length
  }

  #releaseRest(): void {
    for (; !this.#isRead; this.#part++) release(this.#parts[this.#part] as ResponsePart)
  }

  /** Null where chunks are scarce, and the socket has one. */
  #fillNow(): Pick<Ahead, 'chunk' | 'length'> | null {
    const scarce = isScarce()
    if (scarce && this.#socket.isFull) return null
    const chunk = scarce ? Buffer.allocUnsafeSlow(scarceChunkBytes) : takeChunk()
    if (!scarce) lendChunk(this.#socket)
    const length = this.#fill(chunk, (slice, from, at, bytes) => {
      readExactly(slice, from, chunk, at, bytes)
      if (from + bytes === slice.length) slice.release()
    })
    return { chunk, length }
  }

  #readAhead(): void {
    if (this.#isRead || isScarce()) return
    const chunk = takeChunk()
    const ahead: Ahead = { chunk, length: -1, failure: null }
    this.#ahead = ahead
    chunksAhead++
    const reads: Promise<void>[] = []
    const length = this.#fill(chunk, (slice, from, at, bytes) => {
      reads.push(readFromThread(slice, from, chunk, at, bytes))
    })
    void Promise.allSettled(reads).then((all) => {
      ahead.length = length
      ahead.failure = all.find((read) => read.status === 'rejected')?.reason ?? null
      if (this.#isAbandoned) {
        this.#dropAhead()
        this.#releaseRest()
      } else this.#readable()
    })
  }

  #takeAhead(ahead: Ahead): Ahead | null {
    if (ahead.length === -1) return null
    this.#dropAhead()
    if (ahead.failure !== null) throw ahead.failure
    lendChunk(this.#socket)
    return ahead
  }

  #dropAhead(): void {
    if (this.#ahead !== null) chunksAhead--
    this.#ahead = null
  }

  /** Copies headers into the chunk and has `read` do so with file content, until it is full or the response ends. */
  #fill(chunk: Buffer, read: (slice: FileSlice, from: number, at: number, bytes: number) => void): number {
    let at = 0
    while (at < chunk.length && !this.#isRead) {
      const part = this.#parts[this.#part] as ResponsePart
      const length = Math.min(part.length - this.#offset, chunk.length - at)
      if (part instanceof Uint8Array) chunk.set(part.subarray(this.#offset, this.#offset + length), at)
      else read(part, this.#offset, at, length)
      at += length
      this.#offset += length
      if (this.#offset < part.length) break
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

function release(part: ResponsePart): void {
  if (!(part instanceof Uint8Array)) part.release()
}

/**
 * Its bytes have left the chunk that they came from, and are not sent: more of them would only wait beside these. Behind a small
 * answer, which leaves room, nobody says when to go on.
 */
function isEncryptedQueued({ isFull, queuedBytes, borrowedBytes }: Socket): boolean {
  return isFull && queuedBytes > borrowedBytes
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
  checkWhole(slice, from, length, slice.file.readSync(target, at, length, slice.position + from))
}

/** The same without blocking the event loop; the slice is released with the last of it. */
async function readFromThread(
  slice: FileSlice,
  from: number,
  target: Uint8Array,
  at: number,
  length: number,
): Promise<void> {
  try {
    checkWhole(slice, from, length, await slice.file.read(target, at, length, slice.position + from))
  } finally {
    if (from + length === slice.length) slice.release()
  }
}

function checkWhole(slice: FileSlice, from: number, length: number, read: number): void {
  if (read === length) return
  const message = `${slice.file.path} ends at ${slice.position + from + read}, inside a fetched range`
  throw Object.assign(new Error(message), { code: 'EIO', syscall: 'read' })
}
