import { join } from 'node:path'
import type { Disk, DiskFile } from '@sluice/effects'
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
 */
export function readServerLog(
  disk: Disk,
  logs: string,
  before: ServerLogPosition | undefined,
): ServerLogPart | null {
  const path = join(logs, serverLogName)
  const names = Array.from({ length: serverLogFilesMax }, (_, at) => (at === 0 ? path : `${path}.${at}`))
  const files = names.filter((name) => disk.existsSync(name))
  // From the youngest on: nearly always it is the first.
  const at = before ? files.findIndex((name) => headOf(disk, name).startsWith(before.head)) : -1
  const start = at >= 0 ? at : files.length - 1
  for (let age = start; age >= 0; age--) {
    const offset = age === at ? (before?.offset ?? 0) : 0
    const part = readFrom(disk, files[age] ?? '', offset)
    if (part) return part
  }
  return null
}

function headOf(disk: Disk, path: string): string {
  return within(disk, path, (file) => textAt(file, 0, headBytesMax))
}

function readFrom(disk: Disk, path: string, offset: number): ServerLogPart | null {
  return within(disk, path, (file) => {
    const size = file.sizeSync()
    const bytes = new Uint8Array(Math.max(0, Math.min(size - offset, readBytesMax)))
    const length = file.readSync(bytes, 0, bytes.length, offset)
    const read = Buffer.from(bytes.buffer, 0, length)
    // One line that is longer than what is read at a time is cut there.
    const end = read.lastIndexOf('\n') + 1 || (length === readBytesMax ? length : 0)
    if (end === 0) return null
    const head = textAt(file, 0, Math.min(headBytesMax, offset + end))
    return { text: read.toString('utf8', 0, end), position: { head, offset: offset + end } }
  })
}

function textAt(file: DiskFile, position: number, bytesMax: number): string {
  const bytes = new Uint8Array(bytesMax)
  // Latin 1: a character that is cut in two still compares.
  return Buffer.from(bytes.buffer, 0, file.readSync(bytes, 0, bytesMax, position)).toString('latin1')
}

function within<Result>(disk: Disk, path: string, use: (file: DiskFile) => Result): Result {
  const file = disk.openSync(path, 'read')
  try {
    return use(file)
  } finally {
    file.closeSync()
  }
}
