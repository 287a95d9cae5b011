import type { DiskFile } from '@sluice/effects'
import type { ApiFigures } from './request-figures.ts'

/** A range of a file that is a part of a response: streamed from the page cache, never held in memory whole. */
export interface FileSlice {
  readonly file: DiskFile
  /** Bytes from the start of the file. */
  readonly position: number
  /** Bytes. */
  readonly length: number
  /** Lets the log delete the file again. Called once, after the last byte was read or the connection has gone. */
  release(): void
}

export type ResponsePart = Uint8Array | FileSlice

/**
 * The place of one response in its connection's order. It is filled once, by whoever finishes the request; the
 * connection sends filled places from the front.
 */
export class Reply {
  /** Null before it is filled, and where nothing is sent. */
  parts: ResponsePart[] | Uint8Array | null = null
  ready = false
  /** Of the request that it answers. */
  readonly requestBytes: number
  readonly #filled: (reply: Reply) => void
  #ended: (() => void) | null = null
  #made: ((parts: Reply['parts']) => void) | null = null
  #figures: ApiFigures | null = null
  #beganAtMs = -1

  constructor(filled: (reply: Reply) => void, requestBytes = 0) {
    this.#filled = filled
    this.requestBytes = requestBytes
  }

  /** The whole response frame, size prefix included. A second call, after the connection has gone, is ignored. */
  send(parts: ResponsePart[] | Uint8Array): void {
    if (this.ready) {
      releaseParts(parts)
      return
    }
    this.parts = parts
    this.ready = true
    this.#end()
    this.#filled(this)
  }

  /** This request has no response: its place in the order is passed over. */
  sendNothing(): void {
    if (this.ready) return
    this.ready = true
    this.#end()
    this.#filled(this)
  }

  /** Drops what was not sent; whatever is sent from now on is released at once. */
  abandon(): void {
    if (this.parts) releaseParts(this.parts)
    this.parts = null
    this.ready = true
    this.#end()
  }

  /** Calls `ended` when the request is over: its answer is made, or nobody wants it any more. */
  onceEnded(ended: () => void): void {
    this.#ended = ended
  }

  /** Calls `made` with the answer before it is sent; with null where there is none, or nobody wants it any more. */
  onceMade(made: (parts: Reply['parts']) => void): void {
    this.#made = made
  }

  /** It counts when its request is over. */
  countsAs(figures: ApiFigures): void {
    if (this.#figures === null) this.#beganAtMs = figures.begins()
    this.#figures = figures
  }

  #end(): void {
    this.#figures?.ends(this.#beganAtMs, this.requestBytes)
    this.#figures = null
    this.#made?.(this.parts)
    this.#made = null
    this.#ended?.()
    this.#ended = null
  }
}

function releaseParts(parts: ResponsePart[] | Uint8Array): void {
  if (parts instanceof Uint8Array) return
  for (const part of parts) if (!(part instanceof Uint8Array)) part.release()
}
