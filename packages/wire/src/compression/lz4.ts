import { nativeModule } from '../native-module.ts'
import { asBuffer } from './byte-copies.ts'
import { CorruptDataError, DecompressedSizeError } from './errors.ts'
import { decodeLz4Block, encodeLz4Block, lz4BlockLength, lz4BytesMax } from './lz4-block.ts'
import { atOnce } from './steps.ts'
import { xxHash32 } from './xxhash32.ts'

/** `compressSync` puts the length of the input, four bytes, before the block. */
const native = nativeModule<{ compressSync(data: Uint8Array): Buffer }>('lz4-napi')
const nativePrefixBytes = 4

const frameMagic = 0x184d2204
const versionMask = 0xc0
const version = 0x40
const independentBlocksFlag = 0x20
const blockChecksumFlag = 0x10
const contentSizeFlag = 0x08
const contentChecksumFlag = 0x04
const dictionaryFlag = 0x01
const uncompressedBlockBit = 0x8000_0000

/** As Kafka writes it: version 1, independent blocks of 64 KB, no checksums but the header's, no content size. */
const writtenFlags = version | independentBlocksFlag
const writtenBlockSize = 0x40
const writtenBlockBytes = 64 * 1024

/** `lz4.level` chooses between speed and size; this encoder knows one way, and every reader reads it. */
export function lz4Compress(data: Uint8Array): Buffer {
  return atOnce(lz4CompressInSteps(data))
}

/** The same, a block a step. */
export function* lz4CompressInSteps(data: Uint8Array): Generator<undefined, Buffer, undefined> {
  const header = Buffer.alloc(7)
  header.writeUInt32LE(frameMagic, 0)
  header[4] = writtenFlags
  header[5] = writtenBlockSize
  header[6] = headerChecksum(header, 4, 6)
  const parts: Uint8Array[] = [header]
  for (let at = 0; at < data.length; at += writtenBlockBytes) {
    const block = data.subarray(at, at + writtenBlockBytes)
    const compressed = compressBlock(block)
    const stored = compressed.length >= block.length
    const size = Buffer.alloc(4)
    size.writeUInt32LE(stored ? block.length + uncompressedBlockBit : compressed.length)
    parts.push(size, stored ? block : compressed)
    yield
  }
  parts.push(Buffer.alloc(4))
  return Buffer.concat(parts)
}

function compressBlock(block: Uint8Array): Uint8Array {
  const library = native.get()
  if (library) return library.compressSync(block).subarray(nativePrefixBytes)
  const out = Buffer.allocUnsafe(lz4BytesMax(block.length))
  return out.subarray(0, encodeLz4Block(block, 0, block.length, out))
}

interface FrameHeader {
  independentBlocks: boolean
  blockChecksums: boolean
  contentChecksum: boolean
  contentSize: number | null
  blockBytesMax: number
  /** Where the blocks start. */
  end: number
}

/**
 * Everything is measured before memory is taken. What stands behind the frame is not looked at, as Kafka does not.
 */
export function lz4Decompress(data: Uint8Array, maxBytes: number): Buffer {
  return atOnce(lz4DecompressInSteps(data, maxBytes))
}

/** The same, a block a step: 4 MB at most. */
export function* lz4DecompressInSteps(
  data: Uint8Array,
  maxBytes: number,
): Generator<undefined, Buffer, undefined> {
  const input = asBuffer(data)
  const header = readFrameHeader(input)
  const { blocks, end } = blocksOf(input, header)
  let total = 0
  for (const { at, end: blockEnd, stored } of blocks) {
    const length = stored ? blockEnd - at : lz4BlockLength(input, at, blockEnd)
    if (length > header.blockBytesMax) throw new CorruptDataError('lz4: block larger than its frame allows')
    total += length
    if (total > maxBytes) throw new DecompressedSizeError(maxBytes)
    yield
  }
  if (header.contentSize !== null && header.contentSize !== total)
    throw new CorruptDataError('lz4: content size')

  const out = Buffer.allocUnsafe(total)
  let to = 0
  for (const { at, end: blockEnd, stored } of blocks) {
    if (header.blockChecksums) checkHash(input, blockEnd, input, at, blockEnd)
    if (stored) to += input.copy(out, to, at, blockEnd)
    else to = decodeLz4Block(input, at, blockEnd, out, header.independentBlocks ? to : 0, to)
    yield
  }
  if (header.contentChecksum) checkHash(input, end, out, 0, total)
  return out
}

function readFrameHeader(data: Buffer): FrameHeader {
  need(data, 0, 7)
  if (data.readUInt32LE(0) !== frameMagic) throw new CorruptDataError('lz4: no frame')
  const flags = data.readUInt8(4)
  if ((flags & versionMask) !== version) throw new CorruptDataError('lz4: unknown version')
  if ((flags & dictionaryFlag) !== 0) throw new CorruptDataError('lz4: needs a dictionary')
  const blockSizeCode = (data.readUInt8(5) >>> 4) & 7
  if (blockSizeCode < 4) throw new CorruptDataError('lz4: unknown block size')
  let at = 6
  let contentSize: number | null = null
  if ((flags & contentSizeFlag) !== 0) {
    need(data, at, 9)
    contentSize = data.readUInt32LE(at) + data.readUInt32LE(at + 4) * 0x1_0000_0000
    at += 8
  }
  if (data.readUInt8(at) !== headerChecksum(data, 4, at)) throw new CorruptDataError('lz4: header checksum')
  return {
    independentBlocks: (flags & independentBlocksFlag) !== 0,
    blockChecksums: (flags & blockChecksumFlag) !== 0,
    contentChecksum: (flags & contentChecksumFlag) !== 0,
    contentSize,
    blockBytesMax: 1 << (8 + 2 * blockSizeCode),
    end: at + 1,
  }
}

interface Block {
  readonly at: number
  readonly end: number
  readonly stored: boolean
}

/** The place of each block, and where the end mark ends. */
function blocksOf(data: Buffer, header: FrameHeader): { blocks: Block[]; end: number } {
  const blocks: Block[] = []
  for (let at = header.end; ; ) {
    need(data, at, 4)
    const word = data.readUInt32LE(at)
    at += 4
    if (word === 0) return { blocks, end: at }
    const stored = word >= uncompressedBlockBit
    const end = at + (stored ? word - uncompressedBlockBit : word)
    need(data, at, end - at + (header.blockChecksums ? 4 : 0))
    blocks.push({ at, end, stored })
    at = end + (header.blockChecksums ? 4 : 0)
  }
}

function need(data: Buffer, at: number, bytes: number): void {
  if (bytes > data.length - at) throw new CorruptDataError('lz4: truncated frame')
}

/** The hash at `at` is that of `bytes` from `start` to `end`. */
function checkHash(data: Buffer, at: number, bytes: Buffer, start: number, end: number): void {
  need(data, at, 4)
  if (data.readUInt32LE(at) !== xxHash32(bytes, start, end)) throw new CorruptDataError('lz4: checksum')
}

function headerChecksum(data: Buffer, start: number, end: number): number {
  return (xxHash32(data, start, end) >>> 8) & 0xff
}
