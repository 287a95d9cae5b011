import * as zlib from 'node:zlib'
import { decompress as decompressInJs } from 'fzstd'
import { nativeModule } from '../native-module.ts'
import { CorruptDataError, DecompressedSizeError } from './errors.ts'
import { storeAsZstd, zstdBytesBound } from './zstd-frame.ts'

/** Node has zstd from 22.15 on. */
interface BuiltIn {
  zstdCompressSync?(data: Uint8Array, options: { params: Record<number, number> }): Buffer
  zstdDecompressSync?(data: Uint8Array, options: { maxOutputLength: number }): Buffer
}
const builtIn = zlib as unknown as BuiltIn

/** Before: this library, which knows asynchronous calls only. */
const native = nativeModule<{
  compress(data: Buffer, level: number): Promise<Buffer>
  decompress(data: Buffer): Promise<Buffer>
}>('@mongodb-js/zstd')

const defaultLevel = 3
/** ZSTD_c_compressionLevel. */
const compressionLevelParameter = 100

export function zstdCompress(data: Uint8Array, level = defaultLevel): Buffer | Promise<Buffer> {
  if (builtIn.zstdCompressSync)
    return builtIn.zstdCompressSync(data, { params: { [compressionLevelParameter]: level } })
  const library = native.get()
  // Without a library the frame is valid but nothing gets smaller.
  return library ? library.compress(asBuffer(data), level) : storeAsZstd(data)
}

export function zstdDecompress(data: Uint8Array, maxBytes: number): Buffer | Promise<Buffer> {
  if (builtIn.zstdDecompressSync) return builtInDecompress(builtIn.zstdDecompressSync, data, maxBytes)
  // The libraries have no bound of their own: what the block headers allow decides before they run.
  const input = asBuffer(data)
  const bound = zstdBytesBound(input)
  if (bound > maxBytes) throw new DecompressedSizeError(maxBytes)
  const library = native.get()
  if (library) return library.decompress(input).catch((error: Error) => Promise.reject(corrupt(error)))
  try {
    return asBuffer(decompressInJs(input))
  } catch (error) {
    throw corrupt(error as Error)
  }
}

function builtInDecompress(
  decompressSync: NonNullable<BuiltIn['zstdDecompressSync']>,
  data: Uint8Array,
  maxBytes: number,
): Buffer {
  try {
    const out = decompressSync(data, { maxOutputLength: Math.max(maxBytes, 1) })
    if (out.length <= maxBytes) return out
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw corrupt(error as Error)
  }
  throw new DecompressedSizeError(maxBytes)
}

function corrupt(error: Error): CorruptDataError {
  return new CorruptDataError(`zstd: ${error.message}`)
}

function asBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}
