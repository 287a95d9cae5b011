import type * as Zlib from 'node:zlib'
import { requireLazily } from '../native-module.ts'
import { CorruptDataError, DecompressedSizeError } from './errors.ts'

const zlib = requireLazily('node:zlib') as () => typeof Zlib

const defaultLevel = -1

export function gzipCompress(data: Uint8Array, level = defaultLevel): Buffer {
  return zlib().gzipSync(data, { level })
}

/** From the thread pool. */
export function gzipCompressInPool(data: Uint8Array, level = defaultLevel): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    zlib().gzip(data, { level }, (error, out) => (error ? reject(error) : resolve(out))),
  )
}

/** Members that follow each other are read as one, as RFC 1952 says. */
export function gzipDecompress(data: Uint8Array, maxBytes: number): Buffer {
  try {
    // zlib takes no bound of 0; one byte too many is caught below.
    const out = zlib().gunzipSync(data, { maxOutputLength: Math.max(maxBytes, 1) })
    if (out.length <= maxBytes) return out
  } catch (error) {
    if (!isTooLarge(error)) throw corrupt(error)
  }
  throw new DecompressedSizeError(maxBytes)
}

export function gzipDecompressInPool(data: Uint8Array, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    zlib().gunzip(data, { maxOutputLength: maxBytes }, (error, out) => {
      if (error) reject(isTooLarge(error) ? new DecompressedSizeError(maxBytes) : corrupt(error))
      else resolve(out)
    }),
  )
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
}

function corrupt(error: unknown): CorruptDataError {
  return new CorruptDataError(`gzip: ${(error as Error).message}`)
}
