import { nativeModule } from '../native-module.ts'
import { asBuffer } from './byte-copies.ts'
import { CorruptDataError, DecompressedSizeError } from './errors.ts'
import {
  decodeSnappyElements,
  encodeSnappyBlock,
  readSnappyPreamble,
  snappyBytesMax,
} from './snappy-block.ts'
import { atOnce } from './steps.ts'

interface SnappyLibrary {
  compressSync(data: Uint8Array, options: { copyOutputData: boolean }): Buffer
  uncompressSync(data: Uint8Array, options: { asBuffer: true; copyOutputData: boolean }): Buffer
  uncompress(data: Uint8Array, options: { asBuffer: true; copyOutputData: boolean }): Promise<Buffer>
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
  return atOnce(snappyCompressInSteps(data))
}

/** The same, a block a step. */
export function* snappyCompressInSteps(data: Uint8Array): Generator<undefined, Buffer, undefined> {
  const parts: Uint8Array[] = [xerialHeader]
  for (let at = 0; at < data.length; at += xerialBlockBytes) {
    const block = compressBlock(data.subarray(at, at + xerialBlockBytes))
    const length = Buffer.allocUnsafe(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
    yield
  }
  return Buffer.concat(parts)
}

export function snappyDecompress(data: Uint8Array, maxBytes: number): Buffer {
  const input = asBuffer(data)
  const blocks = [...blocksOf(input, maxBytes)]
  const [only, ...others] = blocks
  const library = native.get()
  if (only && others.length === 0 && library) return nativeBlock(library, input.subarray(only.at, only.end))
  return atOnce(decodedInSteps(input, blocks))
}

/** The same, a block a step; one that is large itself in the thread pool, where there is a library for it. */
export function* snappyDecompressLarge(
  data: Uint8Array,
  maxBytes: number,
): Generator<undefined, Buffer | Promise<Buffer>, undefined> {
  const input = asBuffer(data)
  const blocks: Block[] = []
  for (const block of blocksOf(input, maxBytes)) {
    blocks.push(block)
    yield
  }
  const [only, ...others] = blocks
  const library = native.get()
  if (!only || others.length > 0 || !library) return yield* decodedInSteps(input, blocks)
  // The pool reads from memory that nobody else changes meanwhile.
  const copy = Buffer.from(input.subarray(only.at, only.end))
  return library.uncompress(copy, { asBuffer: true, copyOutputData }).catch((error: unknown) => {
    throw new CorruptDataError((error as Error).message)
  })
}

function* decodedInSteps(input: Buffer, blocks: readonly Block[]): Generator<undefined, Buffer, undefined> {
  const library = native.get()
  const out = Buffer.allocUnsafe(blocks.reduce((sum, { length }) => sum + length, 0))
  let to = 0
  for (const { at, end, contentAt, length } of blocks) {
    if (library) out.set(nativeBlock(library, input.subarray(at, end)), to)
    else decodeSnappyElements(input, contentAt, end, out, to, to + length)
    to += length
    yield
  }
  return out
}

interface Block {
  readonly at: number
  readonly end: number
  /** Behind the preamble, which says how long the block is. */
  readonly contentAt: number
  readonly length: number
}

/** Every raw block; DecompressedSizeError where they are too large together. */
function* blocksOf(data: Buffer, maxBytes: number): Generator<Block> {
  let total = 0
  for (const { at, end } of placesOf(data)) {
    const { length, at: contentAt } = readSnappyPreamble(data, at, end)
    total += length
    if (total > maxBytes) throw new DecompressedSizeError(maxBytes)
    yield { at, end, contentAt, length }
  }
}

function* placesOf(data: Buffer): Generator<{ at: number; end: number }> {
  if (!startsStream(data, 0)) {
    yield { at: 0, end: data.length }
    return
  }
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
    yield { at, end: at + length }
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
