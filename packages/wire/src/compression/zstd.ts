import { nativeModule, requireLazily } from '../native-module.ts'
import { asBuffer } from './byte-copies.ts'
import { CorruptDataError, DecompressedSizeError } from './errors.ts'
import { storeAsZstd, zstdBytesBound } from './zstd-frame.ts'

/** Node has zstd from 22.15 on. */
interface BuiltIn {
  zstdCompressSync?: (data: Uint8Array, options: { params: Record<number, number> }) => Buffer
  zstdDecompressSync?: (data: Uint8Array, options: { maxOutputLength: number }) => Buffer
  zstdCompress?: (data: Uint8Array, options: { params: Record<number, number> }, done: Done) => void
  zstdDecompress?: (data: Uint8Array, options: { maxOutputLength: number }, done: Done) => void
}
type Done = (error: Error | null, out: Buffer) => void
const builtIn = requireLazily('node:zlib') as () => BuiltIn

/** Before: this library, which knows asynchronous calls and its default level only. */
interface ZstdLibrary {
  compress(data: Buffer): Promise<Buffer>
  decompress(data: Buffer): Promise<Buffer>
}
const native = nativeModule<ZstdLibrary>('@mongodb-js/zstd')

/** Without either: reads only. */
const inJavaScript = requireLazily('fzstd') as () => { decompress(data: Uint8Array): Uint8Array }

/** The block headers' bound counts 128 KB for each block: below this it is not worth refusing by it. */
const harmlessBytes = 4 * 1024 * 1024

const defaultLevel = 3
/** ZSTD_c_compressionLevel. */
const compressionLevelParameter = 100

export function zstdCompress(data: Uint8Array, level = defaultLevel): Buffer | Promise<Buffer> {
  const { zstdCompressSync } = builtIn()
  if (zstdCompressSync) return zstdCompressSync(data, { params: { [compressionLevelParameter]: level } })
  const library = native.get()
  // Without a library the frame is valid but nothing gets smaller.
  return library ? library.compress(asBuffer(data)) : storeAsZstd(data)
}

/** What the built-in has for it; the library is in the pool at any time. */
export function zstdCompressInPool(data: Uint8Array, level = defaultLevel): Buffer | Promise<Buffer> {
  const { zstdCompress: compressInPool } = builtIn()
  if (!compressInPool) return zstdCompress(data, level)
  const options = { params: { [compressionLevelParameter]: level } }
  return new Promise((resolve, reject) =>
    compressInPool(data, options, (error, out) => (error ? reject(error) : resolve(out))),
  )
}

export function zstdDecompressInPool(data: Uint8Array, maxBytes: number): Buffer | Promise<Buffer> {
  const { zstdDecompress: decompressInPool } = builtIn()
  if (!decompressInPool) return zstdDecompress(data, maxBytes)
  return new Promise((resolve, reject) =>
    decompressInPool(data, { maxOutputLength: Math.max(maxBytes, 1) }, (error, out) => {
      if (error) reject(asOurs(error, maxBytes))
      else resolve(out)
    }),
  )
}

export function zstdDecompress(data: Uint8Array, maxBytes: number): Buffer | Promise<Buffer> {
  const { zstdDecompressSync } = builtIn()
  if (zstdDecompressSync) return builtInDecompress(zstdDecompressSync, data, maxBytes)
  // The libraries have no bound of their own: what the block headers allow decides before they run.
  const input = asBuffer(data)
  if (zstdBytesBound(input) > Math.max(maxBytes, harmlessBytes)) throw new DecompressedSizeError(maxBytes)
  const library = native.get()
  if (library) return decompressWith(library, input, maxBytes)
  try {
    return bounded(asBuffer(inJavaScript().decompress(input)), maxBytes)
  } catch (error) {
    throw error instanceof DecompressedSizeError ? error : corrupt(error as Error)
  }
}

async function decompressWith(library: ZstdLibrary, data: Buffer, maxBytes: number): Promise<Buffer> {
  const out = await library.decompress(data).catch((error: Error) => Promise.reject(corrupt(error)))
  return bounded(out, maxBytes)
}

function bounded(out: Buffer, maxBytes: number): Buffer {
  if (out.length > maxBytes) throw new DecompressedSizeError(maxBytes)
  return out
}

function builtInDecompress(
  decompressSync: NonNullable<BuiltIn['zstdDecompressSync']>,
  data: Uint8Array,
  maxBytes: number,
): Buffer {
  try {
    const out = decompressSync(data, { maxOutputLength: Math.max(maxBytes, 1) })
    return bounded(out, maxBytes)
  } catch (error) {
    throw asOurs(error as Error, maxBytes)
  }
}

function asOurs(error: Error, maxBytes: number): Error {
  if (error instanceof DecompressedSizeError) return error
  const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
  return isTooLarge ? new DecompressedSizeError(maxBytes) : corrupt(error)
}

function corrupt(error: Error): CorruptDataError {
  return new CorruptDataError(`zstd: ${error.message}`)
}
