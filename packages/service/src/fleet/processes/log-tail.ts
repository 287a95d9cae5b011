import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import { codeOf } from '../operating-error.ts'

export const serverLogName = 'server.log'
/** What the JVM itself writes, and whatever is said before logging is set up. */
export const consoleLogName = 'console.log'

/** A server.log that grows beyond this is rolled; so many files there are, with the one that is written to. */
export const serverLogBytesMax = 10 * 1024 * 1024
export const serverLogFilesMax = 5

/** How much of a file's end is looked at. A broker that shuts down after an error writes about 30 KB. */
const tailBytesMax = 131_072
const lineCharactersMax = 300

/**
 * The lines of a node's logs that tell most about its end, oldest first, at most `count`: errors and the heads of
 * their exceptions; without any, simply the last lines. `serverLogFrom` leaves out what earlier processes wrote.
 */
export function tellingLines(disk: Disk, logs: string, serverLogFrom: number, count: number): string[] {
  const server = tailOf(disk, join(logs, serverLogName), serverLogFrom)
  const console = tailOf(disk, join(logs, consoleLogName), 0)
  // The JVM's own last words (out of memory, a crash) come after anything that was logged.
  const errors = withoutRepeats([...serverErrors(server), ...consoleErrors(console)])
  const chosen = errors.length > 0 ? errors : server.length > 0 ? server : console
  return chosen.slice(-count).map((line) => line.slice(0, lineCharactersMax))
}

/** Before each entry: `[2026-11-23 03:14:09,990] `, or as our own nodes write it, `2026-11-23T03:14:09.990Z `. */
const entryTime = /^(\[[^\]]*\]|\d{4}-\d\d-\d\dT[\d:.]+Z) /

/** The line without its time. */
export function withoutTime(line: string): string {
  return line.replace(entryTime, '')
}

/** Size of server.log, 0 where there is none. */
export function serverLogBytes(disk: Disk, logs: string): number {
  const path = join(logs, serverLogName)
  return disk.existsSync(path) ? disk.statSync(path).size : 0
}

/** Lines of the log's form that say ERROR, and the exceptions beneath them without their frames. */
function serverErrors(lines: readonly string[]): string[] {
  const found: string[] = []
  let inError = false
  for (const line of lines) {
    if (entryTime.test(line)) inError = /^(ERROR|FATAL) /.test(withoutTime(line))
    if (inError && !isFrame(line)) found.push(line.trim())
  }
  return found
}

/** What the JVM says when it cannot start or go on, in its several forms. */
function consoleErrors(lines: readonly string[]): string[] {
  return lines.filter((line, at) => {
    if (isFrame(line) || line.startsWith('Picked up ')) return false
    // The reason stands on a line of its own below.
    if (lines[at - 1]?.endsWith('during initialization of VM')) return true
    return /error|exception|fatal|unrecognized|terminating|invalid|SIG[A-Z]{3,}/i.test(line)
  })
}

function isFrame(line: string): boolean {
  return /^\s+(at |\.\.\. \d+ )/.test(line)
}

/**
 * Each layer that an error passes logs it again, with its own exception around it: of equal lines the last stays,
 * so that the end of the list is the last error with its whole chain down to the first cause.
 */
function withoutRepeats(lines: readonly string[]): string[] {
  const lastAt = new Map(lines.map((line, at) => [saidBy(line), at]))
  return lines.filter((line, at) => lastAt.get(saidBy(line)) === at)
}

function saidBy(line: string): string {
  return withoutTime(line).replace(/^Caused by: /, '')
}

/** The last whole lines of a file from an offset on; from its start where it has become shorter (rolled) since. */
function tailOf(disk: Disk, path: string, from: number): string[] {
  try {
    const file = disk.openSync(path, 'read')
    try {
      const size = file.sizeSync()
      const begin = from <= size ? from : 0
      const start = Math.max(begin, size - tailBytesMax)
      const target = new Uint8Array(size - start)
      const length = file.readSync(target, 0, target.length, start)
      const lines = Buffer.from(target.subarray(0, length)).toString().split('\n')
      // The first one is cut.
      if (start > begin) lines.shift()
      return lines.map((line) => line.trimEnd()).filter((line) => line !== '')
    } finally {
      file.closeSync()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
