import { nativeModule } from '../native-module.ts'
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
  const input = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (!input.subarray(0, xerialMagic.length).equals(xerialMagic))
    return decompressBlocks(input, [{ at: 0, end: input.length }], maxBytes)
  return decompressBlocks(input, xerialBlocks(input), maxBytes)
}

function xerialBlocks(data: Buffer): { at: number; end: number }[] {
  const blocks: { at: number; end: number }[] = []
  for (let at = 0; at < data.length; ) {
    // Streams may follow each other, each with its header.
    if (data.subarray(at, at + xerialMagic.length).equals(xerialMagic)) {
      if (data.length - at < xerialHeader.length) throw new CorruptDataError('snappy: truncated header')
      at += xerialHeader.length
      continue
    }
    if (data.length - at < 4) throw new CorruptDataError('snappy: truncated block length')
    const length = data.readInt32BE(at)
    at += 4
    if (length <= 0 || length > data.length - at)
      throw new CorruptDataError(`snappy: block of ${length} bytes`)
    blocks.push({ at, end: at + length })
    at += length
  }
  return blocks
}

function decompressBlocks(data: Buffer, blocks: { at: number; end: number }[], maxBytes: number): Buffer {
  let total = 0
  for (const { at, end } of blocks) total += readSnappyPreamble(data, at, end).length
  if (total > maxBytes) throw new DecompressedSizeError(maxBytes)
  const library = native.get()
  const first = blocks[0]
  if (library && first && blocks.length === 1) return nativeBlock(library, data.subarray(first.at, first.end))
  const out = Buffer.allocUnsafe(total)
  let to = 0
  for (const { at, end } of blocks) {
    const preamble = readSnappyPreamble(data, at, end)
    if (library) out.set(nativeBlock(library, data.subarray(at, end)), to)
    else decodeSnappyElements(data, preamble.at, end, out, to, to + preamble.length)
    to += preamble.length
  }
  return out
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
