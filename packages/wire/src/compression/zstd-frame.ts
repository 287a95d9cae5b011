import { CorruptDataError } from './errors.ts'

const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a50
const skippableMask = 0xfffffff0
const blockBytesMax = 128 * 1024
/** What the reference decoder refuses by default. */
const windowBytesMax = 128 * 1024 * 1024

const BlockType = { raw: 0, repeated: 1, compressed: 2 } as const

/**
 * An upper bound of what a zstd input decompresses to, from its block headers alone: raw and repeated blocks say
 * their size, a compressed one gives at most 128 KB. A bomb of 100 MB is seen in a quarter of a millisecond; the
 * content size in a frame's header would not do, since most writers leave it out.
 */
export function zstdBytesBound(data: Buffer): number {
  let total = 0
  let at = 0
  do {
    const magic = uint(data, at, 4)
    if ((magic & skippableMask) >>> 0 === skippableMagic) {
      at += 8 + uint(data, at + 4, 4)
      if (at > data.length) throw truncated()
      continue
    }
    if (magic !== frameMagic) throw new CorruptDataError('zstd: no frame')
    const frame = boundOfFrame(data, at)
    total += frame.bound
    at = frame.end
  } while (at < data.length)
  return total
}

function boundOfFrame(data: Buffer, start: number): { bound: number; end: number } {
  const descriptor = uint(data, start + 4, 1)
  const singleSegment = (descriptor & 0x20) !== 0
  const hasChecksum = (descriptor & 0x04) !== 0
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 3] as number
  const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] as number
  let at = start + 5
  let window: number
  if (singleSegment) {
    at += dictionaryIdBytes
    // Two bytes count from 256 on.
    window = uint(data, at, contentSizeBytes) + (contentSizeBytes === 2 ? 256 : 0)
    at += contentSizeBytes
  } else {
    const byte = uint(data, at, 1)
    const base = 2 ** (10 + (byte >>> 3))
    window = base + (base / 8) * (byte & 7)
    at += 1 + dictionaryIdBytes + contentSizeBytes
  }
  if (window > windowBytesMax) throw new CorruptDataError('zstd: window too large')
  const compressedBound = Math.min(window, blockBytesMax)
  let bound = 0
  for (let last = false; !last; ) {
    const header = uint(data, at, 3)
    at += 3
    last = (header & 1) === 1
    const type = (header >>> 1) & 3
    const size = header >>> 3
    if (size > blockBytesMax || type > BlockType.compressed) throw new CorruptDataError('zstd: corrupt block')
    bound += type === BlockType.compressed ? compressedBound : size
    at += type === BlockType.repeated ? 1 : size
  }
  if (hasChecksum) at += 4
  if (at > data.length) throw truncated()
  return { bound, end: at }
}

/** Little endian. */
function uint(data: Buffer, at: number, bytes: number): number {
  if (bytes > data.length - at) throw truncated()
  let value = 0
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (data[at + i] as number)
  return value
}

function truncated(): CorruptDataError {
  return new CorruptDataError('zstd: truncated')
}

/** A frame with a window of 128 KB, without content size or checksum. */
const storedHeader = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38])

/** A valid zstd frame of uncompressed blocks: all that can be written where no library is at hand. */
export function storeAsZstd(data: Uint8Array): Buffer {
  const parts: Uint8Array[] = [storedHeader]
  let at = 0
  do {
    const block = data.subarray(at, at + blockBytesMax)
    at += block.length
    const header = Buffer.alloc(3)
    header.writeUIntLE((block.length << 3) | (BlockType.raw << 1) | (at === data.length ? 1 : 0), 0, 3)
    parts.push(header, block)
  } while (at < data.length)
  return Buffer.concat(parts)
}
