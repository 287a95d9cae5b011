import type * as Zlib from 'node:zlib'
import { requireLazily } from '../native-module.ts'
import { CorruptDataError, DecompressedSizeError } from './errors.ts'

const zlib = requireLazily('node:zlib') as () => typeof Zlib

const defaultLevel = -1

export function gzipCompress(data: Uint8Array, level = defaultLevel): Buffer {
  return zlib().gzipSync(data, { level })
}

/**
 * Members that follow each other are read as one, as RFC 1952 says. More than `atOnceBytesMax` comes by a promise, from
 * the thread pool, one after the other: much is never in memory twice.
 */
export function gzipDecompress(
  data: Uint8Array,
  maxBytes: number,
  atOnceBytesMax = Infinity,
): Buffer | Promise<Buffer> {
  const bound = Math.min(maxBytes, atOnceBytesMax)
  try {
    // zlib takes no bound of 0; one byte too many is caught below.
    const out = zlib().gunzipSync(data, { maxOutputLength: Math.max(bound, 1) })
    if (out.length <= bound) return out
  } catch (error) {
    if (!isTooLarge(error)) throw corrupt(error)
  }
  if (bound === maxBytes) throw new DecompressedSizeError(maxBytes)
  const copy = Buffer.from(data)
  const out = lastOfPool.then(() => decompressInPool(copy, maxBytes))
  lastOfPool = out.then(ignore, ignore)
  return out
}

/** What runs in the pool, or waits for it. */
let lastOfPool: Promise<void> = Promise.resolve()

function decompressInPool(data: Buffer, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    zlib().gunzip(data, { maxOutputLength: maxBytes }, (error, out) => {
      if (error) reject(isTooLarge(error) ? new DecompressedSizeError(maxBytes) : corrupt(error))
      else resolve(out)
    }),
  )
}

function ignore(): void {}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
}

function corrupt(error: unknown): CorruptDataError {
  return new CorruptDataError(`gzip: ${(error as Error).message}`)
}
