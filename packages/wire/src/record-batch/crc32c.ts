import { nativeModule } from '../native-module.ts'

const native = nativeModule<{ crc32c(data: Uint8Array, previous?: number): number }>('@node-rs/crc32')

/** Below this the call into native code costs more than it saves. */
const nativeFromBytes = 300

/** The library takes 3 MB of every process that loads it: not of one that idles. */
const bytesWithoutLibrary = 65_536
let bytesSoFar = 0

/** CRC-32C (Castagnoli) of `buffer` from `start` to `end`, unsigned; `previous` continues an earlier one. */
export function crc32c(buffer: Uint8Array, start = 0, end = buffer.length, previous = 0): number {
  const length = end - start
  if (length >= nativeFromBytes) {
    bytesSoFar += length
    const library = bytesSoFar > bytesWithoutLibrary ? native.get() : null
    if (library) return library.crc32c(buffer.subarray(start, end), previous)
  }
  return crc32cInJs(buffer, start, end, previous)
}

/** Slice-by-8: eight tables, eight bytes a step. */
export function crc32cInJs(buffer: Uint8Array, start: number, end: number, previous: number): number {
  const t = tables
  let crc = ~previous
  let at = start
  for (const last = end - 8; at <= last; at += 8) {
    const low =
      crc ^
      ((buffer[at] as number) |
        ((buffer[at + 1] as number) << 8) |
        ((buffer[at + 2] as number) << 16) |
        ((buffer[at + 3] as number) << 24))
    crc =
      (t[1792 + (low & 0xff)] as number) ^
      (t[1536 + ((low >>> 8) & 0xff)] as number) ^
      (t[1280 + ((low >>> 16) & 0xff)] as number) ^
      (t[1024 + (low >>> 24)] as number) ^
      (t[768 + (buffer[at + 4] as number)] as number) ^
      (t[512 + (buffer[at + 5] as number)] as number) ^
      (t[256 + (buffer[at + 6] as number)] as number) ^
      (t[buffer[at + 7] as number] as number)
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (t[(crc ^ (buffer[at] as number)) & 0xff] as number)
  return ~crc >>> 0
}

/** Table k at k * 256: the CRC of a byte followed by k zero bytes. */
const tables = makeTables()

function makeTables(): Int32Array {
  const reversedPolynomial = 0x82f63b78
  const t = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ reversedPolynomial : crc >>> 1
    t[byte] = crc
  }
  for (let at = 256; at < t.length; at++) {
    const before = t[at - 256] as number
    t[at] = (before >>> 8) ^ (t[before & 0xff] as number)
  }
  return t
}
