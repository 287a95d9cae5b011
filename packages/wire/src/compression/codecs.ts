import { asBuffer } from './byte-copies.ts'
import { UnsupportedCodecError } from './errors.ts'
import { gzipCompress, gzipCompressInPool, gzipDecompress, gzipDecompressInPool } from './gzip.ts'
import { lz4Compress, lz4CompressInSteps, lz4Decompress, lz4DecompressInSteps } from './lz4.ts'
import { snappyCompress, snappyCompressInSteps, snappyDecompress, snappyDecompressLarge } from './snappy.ts'
import { zstdCompress, zstdCompressInPool, zstdDecompress, zstdDecompressInPool } from './zstd.ts'

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
  decompress(data: Uint8Array, maxBytes: number): Buffer | Promise<Buffer>
  /** The same of what is large: in steps, or in the thread pool. */
  compressLarge(data: Uint8Array, level?: number): InSteps<Buffer | Promise<Buffer>>
  decompressLarge(data: Uint8Array, maxBytes: number): InSteps<Buffer | Promise<Buffer>>
}

/** Work that may rest between two steps. */
type InSteps<T> = Generator<undefined, T, undefined>

const codecs: readonly Codec[] = [
  {
    name: 'none',
    compress: (data) => asBuffer(data),
    decompress: (data) => asBuffer(data),
    compressLarge: inOneStep((data) => asBuffer(data)),
    decompressLarge: inOneStep((data) => asBuffer(data)),
  },
  {
    name: 'gzip',
    compress: gzipCompress,
    decompress: gzipDecompress,
    compressLarge: inOneStep(gzipCompressInPool),
    decompressLarge: inOneStep(gzipDecompressInPool),
  },
  {
    name: 'snappy',
    compress: snappyCompress,
    decompress: snappyDecompress,
    compressLarge: snappyCompressInSteps,
    decompressLarge: snappyDecompressLarge,
  },
  {
    name: 'lz4',
    compress: lz4Compress,
    decompress: lz4Decompress,
    compressLarge: lz4CompressInSteps,
    decompressLarge: lz4DecompressInSteps,
  },
  {
    name: 'zstd',
    compress: zstdCompress,
    decompress: zstdDecompress,
    compressLarge: inOneStep(zstdCompressInPool),
    decompressLarge: inOneStep(zstdDecompressInPool),
  },
]

function inOneStep<A extends unknown[], T>(work: (...args: A) => T) {
  return function* (...args: A): InSteps<T> {
    yield
    return work(...args)
  }
}

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
 * what is not in the codec's format. Where it answers with a Promise (as `compress` does), errors reject it.
 */
export function decompress(id: number, data: Uint8Array, maxBytes: number): Buffer | Promise<Buffer> {
  return codecOf(id).decompress(data, maxBytes)
}

/** What is too large to be done at once: in steps, the last of which may bring a promise, from the thread pool. */
export function compressLarge(
  id: number,
  data: Uint8Array,
  level?: number,
): InSteps<Buffer | Promise<Buffer>> {
  return codecOf(id).compressLarge(data, level)
}

/** The same the other way, with the errors of `decompress`. */
export function decompressLarge(
  id: number,
  data: Uint8Array,
  maxBytes: number,
): InSteps<Buffer | Promise<Buffer>> {
  return codecOf(id).decompressLarge(data, maxBytes)
}
