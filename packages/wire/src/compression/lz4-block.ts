import { copyBetween, copyWithin, fourBytes } from './byte-copies.ts'
import { CorruptDataError } from './errors.ts'

/**
 * LZ4's block format in JavaScript. Reading always goes this way: it is about as quick as the native library,
 * knows blocks that refer to the one before, and cannot be talked into memory that it does not need.
 */

/** Decompressed bytes of the block from `start` to `end`, without decompressing it. */
export function lz4BlockLength(data: Uint8Array, start: number, end: number): number {
  let at = start
  let total = 0
  while (at < end) {
    const token = data[at++] as number
    let literals = token >>> 4
    if (literals === 15) {
      let byte = 255
      while (byte === 255) {
        if (at >= end) throw corrupt()
        byte = data[at++] as number
        literals += byte
      }
    }
    at += literals
    total += literals
    // The last sequence ends with its literals.
    if (at === end) return total
    at += 2
    let match = (token & 15) + 4
    if (match === 19) {
      let byte = 255
      while (byte === 255) {
        if (at >= end) throw corrupt()
        byte = data[at++] as number
        match += byte
      }
    }
    total += match
  }
  throw corrupt()
}

/**
 * Decodes a block that `lz4BlockLength` has walked into `out` at `outAt`; matches may reach back to `outFrom`.
 * Returns where the output ends.
 */
export function decodeLz4Block(
  data: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  outFrom: number,
  outAt: number,
): number {
  let at = start
  let to = outAt
  while (at < end) {
    const token = data[at++] as number
    let literals = token >>> 4
    if (literals === 15) {
      let byte = 255
      while (byte === 255) literals += byte = data[at++] as number
    }
    copyBetween(data, at, out, to, literals)
    at += literals
    to += literals
    if (at === end) break
    const offset = (data[at] as number) | ((data[at + 1] as number) << 8)
    at += 2
    let match = (token & 15) + 4
    if (match === 19) {
      let byte = 255
      while (byte === 255) match += byte = data[at++] as number
    }
    if (offset === 0 || offset > to - outFrom) throw corrupt()
    to = copyWithin(out, to, offset, match)
  }
  return to
}

function corrupt(): CorruptDataError {
  return new CorruptDataError('lz4: corrupt block')
}

/** The most that a block of `length` bytes becomes. */
export function lz4BytesMax(length: number): number {
  return length + Math.ceil(length / 255) + 16
}

const hashBits = 13
/** The format wants the last five bytes to be literals and no match to start within the last twelve. */
const lastLiteralsBytes = 5
const matchStartMargin = 12

/** Compresses at most 64 KB into `out` and returns the bytes used: the fallback of the native library. */
export function encodeLz4Block(data: Uint8Array, start: number, end: number, out: Uint8Array): number {
  const table = new Uint16Array(1 << hashBits)
  let to = 0
  let literalsFrom = start
  let at = start + 1
  while (at < end - matchStartMargin) {
    const hash = Math.imul(fourBytes(data, at), 0x9e3779b1) >>> (32 - hashBits)
    const candidate = start + (table[hash] as number)
    table[hash] = at - start
    if (candidate >= at || fourBytes(data, candidate) !== fourBytes(data, at)) {
      at += 1 + ((at - literalsFrom) >>> 6)
      continue
    }
    let match = 4
    while (at + match < end - lastLiteralsBytes && data[candidate + match] === data[at + match]) match++
    to = writeSequence(data, literalsFrom, at, out, to, match - 4)
    const offset = at - candidate
    out[to++] = offset & 0xff
    out[to++] = offset >>> 8
    if (match - 4 >= 15) to = writeLength(match - 4 - 15, out, to)
    at += match
    literalsFrom = at
  }
  return writeSequence(data, literalsFrom, end, out, to, 0)
}

/** The token and the literals before a match. */
function writeSequence(
  data: Uint8Array,
  from: number,
  end: number,
  out: Uint8Array,
  outAt: number,
  matchCode: number,
): number {
  const literals = end - from
  let to = outAt
  out[to++] = (Math.min(literals, 15) << 4) | Math.min(matchCode, 15)
  if (literals >= 15) to = writeLength(literals - 15, out, to)
  copyBetween(data, from, out, to, literals)
  return to + literals
}

function writeLength(length: number, out: Uint8Array, outAt: number): number {
  let to = outAt
  let left = length
  for (; left >= 255; left -= 255) out[to++] = 255
  out[to++] = left
  return to
}
