import { join } from 'node:path'
import type { Disk, DiskFile } from '@sluice/effects'
import { codeOf } from '../operating-error.ts'
import { serverLogFilesMax, serverLogName } from '../processes/log-tail.ts'

/** How far a broker's server.log has been read: so many bytes of the file that begins so. */
export interface ServerLogPosition {
  readonly head: string
  readonly offset: number
}

/** So much at a time. */
const readBytesMax = 1_048_576
/** The first line's time and what it says: no two files that roll begin alike. */
const headBytesMax = 128

interface ServerLogPart {
  /** Whole lines. */
  readonly text: string
  readonly position: ServerLogPosition
}

/**
 * What a broker has written to its server.log since it was last read. The file may have been rolled since: what begins as
 * it did is then `server.log.1`, or an older one, and is read to its end before the younger. What has been rolled away
 * unread is lost. Null where there is nothing new.
 *
 * The broker may roll meanwhile, by which files only come to have higher numbers: they are opened from the youngest on, and
 * what is open stays what it is.
 */
export function readServerLog(
  disk: Disk,
  logs: string,
  before: ServerLogPosition | undefined,
): ServerLogPart | null {
  const files: DiskFile[] = []
  try {
    let offset = 0
    for (let age = 0; age < serverLogFilesMax; age++) {
      const file = openIfThere(disk, join(logs, age === 0 ? serverLogName : `${serverLogName}.${age}`))
      if (!file) continue
      files.push(file)
      if (before && textAt(file, 0, headBytesMax).startsWith(before.head)) {
        offset = before.offset
        break
      }
    }
    for (const [at, file] of files.reverse().entries()) {
      const part = readFrom(file, at === 0 ? offset : 0)
      if (part) return part
    }
    return null
  } finally {
    for (const file of files) file.closeSync()
  }
}

function openIfThere(disk: Disk, path: string): DiskFile | null {
  try {
    return disk.openSync(path, 'read')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function readFrom(file: DiskFile, offset: number): ServerLogPart | null {
  const bytes = new Uint8Array(Math.max(0, Math.min(file.sizeSync() - offset, readBytesMax)))
  const length = file.readSync(bytes, 0, bytes.length, offset)
  const read = Buffer.from(bytes.buffer, 0, length)
  // One line that is longer than what is read at a time is cut there.
  const end = read.lastIndexOf('\n') + 1 || (length === readBytesMax ? length : 0)
  if (end === 0) return null
  const head = textAt(file, 0, Math.min(headBytesMax, offset + end))
  return { text: read.toString('utf8', 0, end), position: { head, offset: offset + end } }
}

function textAt(file: DiskFile, position: number, bytesMax: number): string {
  const bytes = new Uint8Array(bytesMax)
  // Latin 1: a character that is cut in two still compares.
  return Buffer.from(bytes.buffer, 0, file.readSync(bytes, 0, bytesMax, position)).toString('latin1')
}
