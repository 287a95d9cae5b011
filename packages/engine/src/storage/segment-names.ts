import { join } from 'node:path'

/** Of the files of a segment. */
export const logSuffix = '.log'
export const offsetIndexSuffix = '.index'
export const timeIndexSuffix = '.timeindex'
export const transactionIndexSuffix = '.txnindex'
export const indexSuffixes = [offsetIndexSuffix, timeIndexSuffix, transactionIndexSuffix]
/** Of a file of producer state. */
export const snapshotSuffix = '.snapshot'
/** Added to a file that waits for its removal. */
export const deletedSuffix = '.deleted'
/** Of files that an interrupted compaction or split leaves. */
export const cleanedSuffix = '.cleaned'
export const swapSuffix = '.swap'

/** Offsets in file names have 20 digits. */
function offsetFileName(offset: number, suffix: string): string {
  return offset.toString().padStart(20, '0') + suffix
}

export function offsetFilePath(directory: string, offset: number, suffix: string): string {
  return join(directory, offsetFileName(offset, suffix))
}

/** The offset in a file name with this suffix; null for other names. */
export function offsetOfFileName(name: string, suffix: string): number | null {
  if (!name.endsWith(suffix)) return null
  const digits = name.slice(0, -suffix.length)
  return /^\d{20}$/.test(digits) ? Number(digits) : null
}
