import { nativeModule } from '../native-module.ts'
import { asBuffer } from './byte-copies.ts'
import { CorruptDataError, DecompressedSizeError } from './errors.ts'
import {
  decodeSnappyElements,
  encodeSnappyBlock,
  readSnappyPreamble,
  snappyBytesMax,
} from './snappy-block.ts'

interface SnappyLibrary {
  compressSync(data: Uint8Array, options: { copyOutputData: boolean }): Buffer
  uncompressSync(data: Uint8Array, options: { asBuffer: true; copyOutputData: boolean }): Buffer
}

const native = nativeModule<SnappyLibrary>('snappy')

/** External buffers cost five times as much as copying what comes out (measured). */
const copyOutputData = true

/**
 * The framing of Java's snappy library, which Kafka uses: 16 bytes of header, then blocks of int32 length and a
 * raw snappy block. Some clients send one raw block without framing: that is read too.
 */
const xerialHeader = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
/** The magic without the two versions behind it. */
const xerialMagic = xerialHeader.subarray(0, 8)
const xerialBlockBytes = 32 * 1024

export function snappyCompress(data: Uint8Array): Buffer {
  const parts: Uint8Array[] = [xerialHeader]
  for (let at = 0; at < data.length; at += xerialBlockBytes) {
    const block = compressBlock(data.subarray(at, at + xerialBlockBytes))
    const length = Buffer.allocUnsafe(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

export function snappyDecompress(data: Uint8Array, maxBytes: number): Buffer {
  const input = asBuffer(data)
  let total = 0
  let blocks = 0
  eachBlock(input, (at, end) => {
    blocks++
    total += readSnappyPreamble(input, at, end).length
    if (total > maxBytes) throw new DecompressedSizeError(maxBytes)
  })
  const library = native.get()
  let out: Buffer = blocks === 1 && library ? Buffer.alloc(0) : Buffer.allocUnsafe(total)
  let to = 0
  eachBlock(input, (at, end) => {
    const preamble = readSnappyPreamble(input, at, end)
    if (!library) decodeSnappyElements(input, preamble.at, end, out, to, to + preamble.length)
    else if (blocks === 1) out = nativeBlock(library, input.subarray(at, end))
    else out.set(nativeBlock(library, input.subarray(at, end)), to)
    to += preamble.length
  })
  return out
}

/** Calls `visit` with the place of each raw block. */
function eachBlock(data: Buffer, visit: (at: number, end: number) => void): void {
  if (!startsStream(data, 0)) return visit(0, data.length)
  for (let at = 0; at < data.length; ) {
    // Streams may follow each other, each with its header.
    if (startsStream(data, at)) {
      at += xerialHeader.length
      if (at > data.length) throw new CorruptDataError('snappy: truncated header')
      continue
    }
    if (data.length - at < 4) throw new CorruptDataError('snappy: truncated block length')
    const length = data.readInt32BE(at)
    at += 4
    if (length <= 0 || length > data.length - at)
      throw new CorruptDataError(`snappy: block of ${length} bytes`)
    visit(at, at + length)
    at += length
  }
}

function startsStream(data: Buffer, at: number): boolean {
  return data[at] === xerialMagic[0] && data.subarray(at, at + xerialMagic.length).equals(xerialMagic)
}

function nativeBlock(library: SnappyLibrary, block: Uint8Array): Buffer {
  try {
    return library.uncompressSync(block, { asBuffer: true, copyOutputData })
  } catch (error) {
    throw new CorruptDataError((error as Error).message)
  }
}

function compressBlock(block: Uint8Array): Uint8Array {
  const library = native.get()
  if (library) return library.compressSync(block, { copyOutputData })
  const out = Buffer.allocUnsafe(snappyBytesMax(block.length))
  return out.subarray(0, encodeSnappyBlock(block, 0, block.length, out))
}
