import { KeyHash } from './key-hash.ts'

/** A hash of 16 bytes and an offset of 8. */
const bytesPerKey = 24

const hashWords = 4

/**
 * The last offset of each key in the part of a log that is cleaned next, in bounded memory: not the keys, but hashes of
 * them. Open addressing with double hashing; the number of slots is a prime, so that each step visits all of them.
 */
export class OffsetMap {
  readonly #keysMax: number
  readonly #slots: number
  readonly #hashes: Int32Array
  /** Each offset and one; 0 where the slot is free. */
  readonly #offsets: Float64Array
  readonly #hash: KeyHash
  #size = 0
  /** All records up to this one have been seen. */
  latestOffset = -1

  /** For so many keys, or as many as fit into the memory; `loadFactor`: how full it may be, as a part of 1. */
  constructor(options: { keys: number; bytesMax: number; loadFactor: number; seed: Buffer }) {
    const { keys, bytesMax, loadFactor } = options
    const wanted = Math.ceil(Math.max(keys, 1) / loadFactor)
    this.#slots = primeUpTo(Math.max(3, Math.min(nextPrime(wanted), Math.floor(bytesMax / bytesPerKey))))
    this.#keysMax = Math.max(1, Math.min(this.#slots - 1, Math.floor(this.#slots * loadFactor)))
    this.#hashes = new Int32Array(this.#slots * hashWords)
    this.#offsets = new Float64Array(this.#slots)
    this.#hash = new KeyHash(options.seed)
  }

  get isFull(): boolean {
    return this.#size >= this.#keysMax
  }

  get size(): number {
    return this.#size
  }

  /** Offsets rise. */
  put(b: Buffer, keyAt: number, keyEnd: number, offset: number): void {
    const slot = this.#slotOf(b, keyAt, keyEnd)
    if (this.#offsets[slot] === 0) {
      this.#hashes.set(this.#hash.words, slot * hashWords)
      this.#size++
    }
    this.#offsets[slot] = offset + 1
    this.latestOffset = offset
  }

  /** -1 for a key that is not there. */
  get(b: Buffer, keyAt: number, keyEnd: number): number {
    return (this.#offsets[this.#slotOf(b, keyAt, keyEnd)] as number) - 1
  }

  /** Its own, or the free one that it would get. There is always a free one: it is never filled to the last. */
  #slotOf(b: Buffer, keyAt: number, keyEnd: number): number {
    this.#hash.take(b, keyAt, keyEnd)
    const [h0, h1, h2, h3] = this.#hash.words as unknown as [number, number, number, number]
    const step = 1 + ((h1 >>> 0) % (this.#slots - 1))
    let slot = (h0 >>> 0) % this.#slots
    for (;;) {
      if (this.#offsets[slot] === 0) return slot
      const at = slot * hashWords
      const hashes = this.#hashes
      if (hashes[at] === h0 && hashes[at + 1] === h1 && hashes[at + 2] === h2 && hashes[at + 3] === h3)
        return slot
      slot += step
      if (slot >= this.#slots) slot -= this.#slots
    }
  }
}

function nextPrime(from: number): number {
  let number = from
  while (!isPrime(number)) number++
  return number
}

function primeUpTo(limit: number): number {
  let number = limit
  while (!isPrime(number)) number--
  return number
}

function isPrime(number: number): boolean {
  if (number < 2) return false
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false
  return true
}
