import { dirname } from 'node:path'
import type { Disk } from './disk.ts'
import { isSystemError } from './system-error.ts'

/** A directory that we may not open, or that is on a file system that nobody writes to or that syncs none. */
const isOfOthers = new Set(['EACCES', 'EPERM', 'EROFS', 'EINVAL', 'ENOTSUP'])

/**
 * Makes a directory where there is none, and its name durable with those of all above it: whoever was killed before may have
 * made some of them. From the first one on that cannot be synced they were there before us.
 */
export function keepDirectorySync(disk: Disk, path: string): void {
  disk.mkdirSync(path)
  try {
    for (let at = path; at !== dirname(at); at = dirname(at)) disk.syncDirectorySync(dirname(at))
  } catch (error) {
    if (!isSystemError(error) || !isOfOthers.has(error.code ?? '')) throw error
  }
}
