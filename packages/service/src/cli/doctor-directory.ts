import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Disk } from '@sluice/effects'
import { loadAccessKey } from '../credentials.ts'
import { readAccessKeys } from '../access-keys.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import type { NodeLeftBehind } from '../fleet/processes/left-behind.ts'
import { ownCommand } from './advice.ts'
import { bad, type Check, note, ok } from './doctor-check.ts'
import { startSettings } from './settings.ts'

/* What of the data directory `sluice doctor` looks at; nothing of it is changed. */

const spaceBytesEnough = 1_024 ** 3
/** Of files that were written "later" than now. */
const clockMsMax = 60_000

export function checkDirectory(disk: Disk, directory: string): Check[] {
  if (!disk.existsSync(directory)) return [checkParent(directory)]
  return [checkWritable(directory), checkSpace(disk, directory), ...checkFiles(disk, directory)]
}

/** The one that a start makes. */
function checkParent(directory: string): Check {
  let parent = dirname(directory)
  while (!exists(parent) && parent !== dirname(parent)) parent = dirname(parent)
  const problem = writeProblem(parent)
  return problem === null
    ? ok('data directory', `${directory} is not there yet; a start makes it`)
    : bad('data directory', `${directory} cannot be made.`, problem, 'Choose another place with --data-dir.')
}

function checkWritable(directory: string): Check {
  const problem = writeProblem(directory)
  return problem === null
    ? ok('data directory', directory)
    : bad(
        'data directory',
        `${directory} may not be written.`,
        problem,
        'Give this user the right to it, or choose another place with --data-dir.',
      )
}

function checkSpace(disk: Disk, directory: string): Check {
  const { usableBytes } = disk.spaceSync(directory)
  const gib = (usableBytes / 1_024 ** 3).toFixed(1)
  return usableBytes < spaceBytesEnough
    ? note(
        'disk',
        `${gib} GiB are free.`,
        'A broker whose disk is full answers with KAFKA_STORAGE_ERROR.',
        'Free some space, or choose another place with --data-dir.',
      )
    : ok('disk', `${gib} GiB are free`)
}

/** Each as the service reads it. */
function checkFiles(disk: Disk, directory: string): Check[] {
  const readers: Record<string, () => unknown> = {
    'config.json': () => startSettings({ dataDir: directory }),
    'credentials.json': () => loadAccessKey(disk, directory),
    'access-keys.json': () => readAccessKeys(disk, directory),
    'iam.json': () =>
      disk.existsSync(join(directory, 'iam.json')) &&
      JSON.parse(String(disk.readFileSync(join(directory, 'iam.json')))),
  }
  return Object.entries(readers).flatMap(([name, read]) => {
    if (!disk.existsSync(join(directory, name))) return []
    try {
      read()
      return [ok(name, 'can be read')]
    } catch (error) {
      const { message } = error as Error
      if (error instanceof OperatingError) return [bad(name, message, error.why, error.next)]
      return [
        bad(name, `${join(directory, name)} cannot be used.`, message, 'Mend the file, or move it away.'),
      ]
    }
  })
}

/** A clock that was set back makes certificates, signatures and retention go wrong. */
export function checkClock(directory: string, nowMs: number): Check {
  const newest = exists(directory)
    ? Math.max(0, ...readdirSync(directory).map((name) => statSync(join(directory, name)).mtimeMs))
    : 0
  return newest > nowMs + clockMsMax
    ? bad(
        'clock',
        `It is ${new Date(nowMs).toISOString()} here, and files were written at ${new Date(newest).toISOString()}.`,
        'The clock was set back: signatures, certificates and retention go by it.',
        'Set the clock, by NTP if possible.',
      )
    : ok('clock', new Date(nowMs).toISOString())
}

export function checkLeftBehind(nodes: readonly NodeLeftBehind[], dataDir: string): Check[] {
  if (nodes.length === 0) return []
  const names = nodes.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')
  return [
    note(
      'processes',
      `Nodes run without their service: ${names}.`,
      'It was killed; they go on by themselves.',
      `${ownCommand('start', dataDir)} takes them over, ${ownCommand('stop', dataDir)} stops them.`,
    ),
  ]
}

function writeProblem(path: string): string | null {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return statSync(path).isDirectory() ? null : `${path} is no directory.`
  } catch (error) {
    return (error as Error).message
  }
}

function exists(path: string): boolean {
  try {
    statSync(path)
    return true
  } catch {
    return false
  }
}
