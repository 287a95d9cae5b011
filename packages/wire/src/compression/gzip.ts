import type * as Zlib from 'node:zlib'
import { requireLazily } from '../native-module.ts'
import { CorruptDataError, DecompressedSizeError } from './errors.ts'

const zlib = requireLazily('node:zlib') as () => typeof Zlib

const defaultLevel = -1

export function gzipCompress(data: Uint8Array, level = defaultLevel): Buffer {
  return zlib().gzipSync(data, { level })
}

/** Members that follow each other are read as one, as RFC 1952 says. */
export function gzipDecompress(data: Uint8Array, maxBytes: number): Buffer {
  try {
    // zlib takes no bound of 0; one byte too many is caught below.
    const out = zlib().gunzipSync(data, { maxOutputLength: Math.max(maxBytes, 1) })
    if (out.length <= maxBytes) return out
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE')
      throw new CorruptDataError(`gzip: ${(error as Error).message}`)
  }
  throw new DecompressedSizeError(maxBytes)
}
