import { nativeModule } from '../native-module.ts'
import { CorruptDataError, DecompressedSizeError } from './errors.ts'
import { decodeLz4Block, encodeLz4Block, lz4BlockLength, lz4BytesMax } from './lz4-block.ts'
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

interface Block {
  at: number
  end: number
  stored: boolean
  length: number
}

interface Frame {
  blocks: Block[]
  independent: boolean
  length: number
  contentSize: number | null
  contentChecksum: number | null
  end: number
}

/** Frames that follow each other are read as one. Everything is measured before memory is taken. */
export function lz4Decompress(data: Uint8Array, maxBytes: number): Buffer {
  const input = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const frames: Frame[] = []
  let total = 0
  let at = 0
  do {
    const frame = measureFrame(input, at, maxBytes - total)
    frames.push(frame)
    total += frame.length
    at = frame.end
  } while (at < input.length)
  const out = Buffer.allocUnsafe(total)
  let to = 0
  for (const frame of frames) to = decodeFrame(input, frame, out, to)
  return out
}

function measureFrame(data: Buffer, start: number, maxBytes: number): Frame {
  const need = (at: number, bytes: number) => {
    if (bytes > data.length - at) throw new CorruptDataError('lz4: truncated frame')
  }
  need(start, 7)
  if (data.readUInt32LE(start) !== frameMagic) throw new CorruptDataError('lz4: no frame')
  const flags = data.readUInt8(start + 4)
  if ((flags & versionMask) !== version) throw new CorruptDataError('lz4: unknown version')
  if ((flags & dictionaryFlag) !== 0) throw new CorruptDataError('lz4: needs a dictionary')
  const blockSizeCode = (data.readUInt8(start + 5) >>> 4) & 7
  if (blockSizeCode < 4) throw new CorruptDataError('lz4: unknown block size')
  const blockBytesMax = 1 << (8 + 2 * blockSizeCode)
  let at = start + 6
  let contentSize: number | null = null
  if ((flags & contentSizeFlag) !== 0) {
    need(at, 9)
    contentSize = data.readUInt32LE(at) + data.readUInt32LE(at + 4) * 0x1_0000_0000
    at += 8
  }
  if (data.readUInt8(at) !== headerChecksum(data, start + 4, at))
    throw new CorruptDataError('lz4: header checksum')
  at += 1

  const blocks: Block[] = []
  let length = 0
  for (;;) {
    need(at, 4)
    const word = data.readUInt32LE(at)
    at += 4
    if (word === 0) break
    const stored = word >= uncompressedBlockBit
    const size = stored ? word - uncompressedBlockBit : word
    need(at, size)
    const block = { at, end: at + size, stored, length: stored ? size : lz4BlockLength(data, at, at + size) }
    if (block.length > blockBytesMax) throw new CorruptDataError('lz4: block larger than its frame allows')
    length += block.length
    if (length > maxBytes) throw new DecompressedSizeError(maxBytes)
    blocks.push(block)
    at += size
    if ((flags & blockChecksumFlag) === 0) continue
    need(at, 4)
    if (data.readUInt32LE(at) !== xxHash32(data, block.at, block.end))
      throw new CorruptDataError('lz4: block checksum')
    at += 4
  }
  let contentChecksum: number | null = null
  if ((flags & contentChecksumFlag) !== 0) {
    need(at, 4)
    contentChecksum = data.readUInt32LE(at)
    at += 4
  }
  const independent = (flags & independentBlocksFlag) !== 0
  return { blocks, independent, length, contentSize, contentChecksum, end: at }
}

function decodeFrame(data: Buffer, frame: Frame, out: Buffer, start: number): number {
  let to = start
  for (const block of frame.blocks) {
    if (block.stored) {
      data.copy(out, to, block.at, block.end)
      to += block.length
    } else {
      to = decodeLz4Block(data, block.at, block.end, out, frame.independent ? to : start, to)
    }
  }
  if (frame.contentSize !== null && frame.contentSize !== frame.length)
    throw new CorruptDataError('lz4: content size')
  if (frame.contentChecksum !== null && frame.contentChecksum !== xxHash32(out, start, to))
    throw new CorruptDataError('lz4: content checksum')
  return to
}

function headerChecksum(data: Buffer, start: number, end: number): number {
  return (xxHash32(data, start, end) >>> 8) & 0xff
}
