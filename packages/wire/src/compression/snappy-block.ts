import { assert } from '@sluice/effects'
import { copyBetween, copyWithin, fourBytes } from './byte-copies.ts'
import { CorruptDataError } from './errors.ts'

/** Snappy's raw block format in JavaScript: for platforms where the native library does not load. */

/** Most that a block can grow by decompression: a three-byte copy gives 64 bytes. */
const growthMax = 22

interface SnappyPreamble {
  /** Bytes of the decompressed block. */
  length: number
  /** Where the elements start. */
  at: number
}

/** The length that stands before the elements of a block, refused where no block of this size can have it. */
export function readSnappyPreamble(data: Uint8Array, start: number, end: number): SnappyPreamble {
  let length = 0
  let scale = 1
  for (let at = start; at < end && at < start + 5; at++) {
    const byte = data[at] as number
    length += (byte & 0x7f) * scale
    if (byte < 0x80) {
      if (length > (end - at - 1) * growthMax) break
      return { length, at: at + 1 }
    }
    scale *= 128
  }
  throw new CorruptDataError('snappy: no block has this length')
}

/** Decodes the elements in `data` from `start` to `end` into `out` from `outStart` to `outEnd`, exactly. */
export function decodeSnappyElements(
  data: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  outStart: number,
  outEnd: number,
): void {
  let at = start
  let to = outStart
  while (at < end) {
    const tag = data[at++] as number
    let length = (tag >>> 2) + 1
    const kind = tag & 3
    if (kind === 0) {
      if (length > 60) {
        const extra = length - 60
        if (extra > end - at) throw corrupt()
        length = littleEndian(data, at, extra) + 1
        at += extra
      }
      if (length > end - at || length > outEnd - to) throw corrupt()
      copyBetween(data, at, out, to, length)
      at += length
      to += length
      continue
    }
    let offset: number
    if (kind === 1) {
      if (at >= end) throw corrupt()
      length = ((tag >>> 2) & 7) + 4
      offset = ((tag >>> 5) << 8) | (data[at++] as number)
    } else {
      const bytes = kind === 2 ? 2 : 4
      if (bytes > end - at) throw corrupt()
      offset = littleEndian(data, at, bytes)
      at += bytes
    }
    if (offset === 0 || offset > to - outStart || length > outEnd - to) throw corrupt()
    to = copyWithin(out, to, offset, length)
  }
  if (to !== outEnd) throw corrupt()
}

function corrupt(): CorruptDataError {
  return new CorruptDataError('snappy: corrupt block')
}

function littleEndian(data: Uint8Array, at: number, bytes: number): number {
  let value = 0
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (data[at + i] as number)
  return value
}

const hashBits = 13
const blockBytesMax = 65_536

/** The most that a block of `length` bytes becomes. */
export function snappyBytesMax(length: number): number {
  return 32 + length + Math.ceil(length / 6)
}

/** Compresses at most 64 KB (so that every offset has two bytes) into `out` and returns the bytes used. */
export function encodeSnappyBlock(data: Uint8Array, start: number, end: number, out: Uint8Array): number {
  assert(end - start <= blockBytesMax, 'a block of more than 64 KB')
  const table = new Uint16Array(1 << hashBits)
  let to = 0
  for (let length = end - start; ; length >>>= 7) {
    out[to++] = length >= 128 ? (length & 0x7f) | 0x80 : length
    if (length < 128) break
  }
  let literalsFrom = start
  let at = start + 1
  // A match is found by the hash of the four bytes at its place; the last bytes are literals.
  while (at + 4 <= end) {
    const hash = Math.imul(fourBytes(data, at), 0x1e35a7bd) >>> (32 - hashBits)
    const candidate = start + (table[hash] as number)
    table[hash] = at - start
    if (candidate >= at || fourBytes(data, candidate) !== fourBytes(data, at)) {
      // The longer nothing matches, the larger the steps: incompressible data costs little.
      at += 1 + ((at - literalsFrom) >>> 5)
      continue
    }
    to = writeLiterals(data, literalsFrom, at, out, to)
    let length = 4
    while (at + length < end && data[candidate + length] === data[at + length]) length++
    to = writeCopies(at - candidate, length, out, to)
    at += length
    literalsFrom = at
  }
  return writeLiterals(data, literalsFrom, end, out, to)
}

function writeLiterals(data: Uint8Array, from: number, end: number, out: Uint8Array, outAt: number): number {
  let to = outAt
  const length = end - from
  if (length === 0) return to
  const n = length - 1
  if (n < 60) out[to++] = n << 2
  else {
    const bytes = n < 256 ? 1 : 2
    out[to++] = (59 + bytes) << 2
    for (let i = 0; i < bytes; i++) out[to++] = (n >>> (8 * i)) & 0xff
  }
  copyBetween(data, from, out, to, length)
  return to + length
}

function writeCopies(offset: number, total: number, out: Uint8Array, outAt: number): number {
  let to = outAt
  for (let left = total; left > 0; ) {
    const length = Math.min(left, 64)
    out[to++] = ((length - 1) << 2) | 2
    out[to++] = offset & 0xff
    out[to++] = offset >>> 8
    left -= length
  }
  return to
}
