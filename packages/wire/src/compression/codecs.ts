import { asBuffer } from './byte-copies.ts'
import { UnsupportedCodecError } from './errors.ts'
import { gzipCompress, gzipDecompress } from './gzip.ts'
import { lz4Compress, lz4Decompress } from './lz4.ts'
import { snappyCompress, snappyDecompress } from './snappy.ts'
import { zstdCompress, zstdDecompress } from './zstd.ts'

/** Codecs by the number that bits 0 to 2 of a batch's attributes hold. */
export const CodecId = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const
export type CodecId = (typeof CodecId)[keyof typeof CodecId]
type CodecName = keyof typeof CodecId

/** What a batch may hold at most: one of 1 MB rarely holds more than 20 MB of records. */
export const decompressedBytesMax = 256 * 1024 * 1024

/** Levels as `compression.<codec>.level` gives them; snappy has none. */
interface Codec {
  name: CodecName
  compress(data: Uint8Array, level?: number): Buffer | Promise<Buffer>
  decompress(data: Uint8Array, maxBytes: number, atOnceBytesMax?: number): Buffer | Promise<Buffer>
}

const codecs: readonly Codec[] = [
  {
    name: 'none',
    compress: (data) => asBuffer(data),
    decompress: (data) => asBuffer(data),
  },
  { name: 'gzip', compress: gzipCompress, decompress: gzipDecompress },
  { name: 'snappy', compress: snappyCompress, decompress: snappyDecompress },
  { name: 'lz4', compress: lz4Compress, decompress: lz4Decompress },
  { name: 'zstd', compress: zstdCompress, decompress: zstdDecompress },
]

function codecOf(id: number): Codec {
  const codec = codecs[id]
  if (!codec) throw new UnsupportedCodecError(`no compression codec has the id ${id}`)
  return codec
}

export function isCodecId(id: number): id is CodecId {
  return codecs[id] !== undefined
}

export function codecName(id: number): CodecName {
  return codecOf(id).name
}

/** A Promise only where the library has no synchronous form: zstd on Node below 22.15. */
export function compress(id: number, data: Uint8Array, level?: number): Buffer | Promise<Buffer> {
  return codecOf(id).compress(data, level)
}

/**
 * At most `maxBytes`, else DecompressedSizeError, thrown before that much memory is used; CorruptDataError for
 * what is not in the codec's format. Where it answers with a Promise (as `compress` does), errors reject it. Beyond
 * `atOnceBytesMax` gzip does so too.
 */
export function decompress(
  id: number,
  data: Uint8Array,
  maxBytes: number,
  atOnceBytesMax?: number,
): Buffer | Promise<Buffer> {
  return codecOf(id).decompress(data, maxBytes, atOnceBytesMax)
}
