/** HalfSipHash-2-4: rounds for each word of the key, and for each word of the result. */
const roundsOfWord = 2
const roundsOfResult = 4

/** Bytes of the secret that it is keyed with. */
export const hashSeedBytes = 8

/**
 * The 16 bytes that stand for a key while a log is cleaned, as four words of the object, so that none has to be made for
 * each of millions. HalfSipHash, whose final rounds go on until there are four words; keyed, so that nobody can make two
 * keys that look the same: of these the cleaner would remove one. Apache Kafka takes MD5, which costs ten times as much
 * here. Nothing of it is ever written to a disk.
 */
export class KeyHash {
  readonly words = new Int32Array(4)
  readonly #k0: number
  readonly #k1: number

  constructor(seed: Buffer) {
    this.#k0 = seed.readInt32LE(0)
    this.#k1 = seed.readInt32LE(4)
  }

  /** Of the bytes from `at` to `end`. */
  take(b: Buffer, at: number, end: number): void {
    let v0 = this.#k0
    let v1 = this.#k1 ^ 0xee
    let v2 = 0x6c796765 ^ this.#k0
    let v3 = 0x74656462 ^ this.#k1
    const length = end - at
    const wholeWords = length >>> 2
    // The whole words, the last one with the length, and one turn for each word of the result.
    for (let turn = 0; turn <= wholeWords + 4; turn++) {
      const isResult = turn > wholeWords
      let word = 0
      if (isResult) {
        if (turn === wholeWords + 1) v2 ^= 0xee
        else v1 ^= 0xdd
      } else {
        word = turn < wholeWords ? b.readInt32LE(at + turn * 4) : lastWord(b, at + turn * 4, end, length)
        v3 ^= word
      }
      for (let round = isResult ? roundsOfResult : roundsOfWord; round > 0; round--) {
        v0 = (v0 + v1) | 0
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
        v0 = (v0 << 16) | (v0 >>> 16)
        v2 = (v2 + v3) | 0
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
        v0 = (v0 + v3) | 0
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
        v2 = (v2 + v1) | 0
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
        v2 = (v2 << 16) | (v2 >>> 16)
      }
      if (isResult) this.words[turn - wholeWords - 1] = v1 ^ v3
      else v0 ^= word
    }
  }
}

/** What is left of the key, and its length in the highest byte. */
function lastWord(b: Buffer, at: number, end: number, length: number): number {
  let word = length << 24
  for (let shift = 0; at < end; at++, shift += 8) word |= (b[at] as number) << shift
  return word
}
