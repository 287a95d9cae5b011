import { dirname } from 'node:path'
import type { Disk } from './disk.ts'
import { isSystemError } from './system-error.ts'

/**
 * Makes a directory where there is none, and its name durable with those of all above it: whoever was killed before may have
 * made some of them. What an ordinary user may not open was there before us.
 */
export function keepDirectorySync(disk: Disk, path: string): void {
  disk.mkdirSync(path)
  try {
    for (let at = path; at !== dirname(at); at = dirname(at)) disk.syncDirectorySync(dirname(at))
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EACCES') throw error
  }
}
