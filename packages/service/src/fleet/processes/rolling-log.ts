import type { Disk, DiskFile } from '@sluice/effects'

interface RollingLogOptions {
  /** A file that would grow beyond this is rolled. */
  bytesMax: number
  /** With the one that is written to. */
  filesMax: number
}

export interface RollingLog {
  readonly write: (line: string) => void
  /** Until the next line. */
  readonly close: () => void
}

/**
 * Writes lines to a file, and beside it what it held before: `server.log.1` is the youngest, as Apache Kafka's
 * logging rolls them. A disk that takes no line loses that line, and nothing else.
 */
export function rollingLog(disk: Disk, path: string, { bytesMax, filesMax }: RollingLogOptions): RollingLog {
  let file: DiskFile | null = null
  let size = 0
  const open = () => {
    const opened = disk.openSync(path, 'write')
    size = opened.sizeSync()
    return opened
  }
  const close = () => {
    file?.closeSync()
    file = null
  }
  const roll = () => {
    close()
    for (let at = filesMax - 1; at > 0; at--) {
      const from = at === 1 ? path : `${path}.${at - 1}`
      if (disk.existsSync(from)) disk.renameSync(from, `${path}.${at}`)
    }
  }
  const write = (line: string) => {
    try {
      const bytes = Buffer.from(`${line}\n`)
      file ??= open()
      if (size > 0 && size + bytes.length > bytesMax) {
        roll()
        file = open()
      }
      file.writeSync(bytes, size)
      size += bytes.length
    } catch {
      // There is nowhere to tell it.
    }
  }
  return { write, close }
}
