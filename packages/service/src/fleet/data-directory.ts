import { join } from 'node:path'
import {
  type Clock,
  type Disk,
  isAlive,
  keepDirectorySync,
  ownIdentity,
  type Processes,
  type ProcessIdentity,
} from '@sluice/effects'
import { codeOf, OperatingError } from './operating-error.ts'

export interface DataDirectoryLock {
  /**
   * `gone`: the lock, and mostly the directory with it, was removed; `another's`: somebody else has taken it. Whoever
   * holds it then works on something that is not theirs.
   */
  state(): 'held' | 'gone' | 'another’s'
  release(): void
}

/** Two services that start at once may both find a stale lock; the one that loses looks again. */
const attemptsMax = 5
/** A lock without content is one that is being written, unless it has been so for this long. */
const writingMsMax = 2_000

/**
 * Makes the directory if it is missing and takes its one lock, `<data>/lock`. A lock whose process is gone is
 * taken over. Throws an OperatingError with the holder's pid, or with what is wrong with the directory.
 */
export function lockDataDirectory(
  effects: { clock: Clock; disk: Disk; processes: Processes },
  directory: string,
): DataDirectoryLock {
  const { clock, disk, processes } = effects
  const path = join(directory, 'lock')
  const me = ownIdentity(processes)
  const mine = `${JSON.stringify(me)}\n`
  try {
    if (!disk.existsSync(directory)) keepDirectorySync(disk, directory)
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      if (takeLock(disk, path, mine))
        return { state: () => lockState(disk, path, mine), release: () => releaseLock(disk, path, mine) }
      const holder = lockHolder(disk, directory)
      if (holder && isAlive(holder, processes)) throw inUse(directory, holder)
      if (!disk.existsSync(path)) continue
      if (!holder && clock.now() - disk.statSync(path).modifiedAtMs < writingMsMax)
        throw lockedByNobody(directory)
      // Moved, not removed: of two that find it stale only one succeeds in moving this very file.
      const aside = `${path}.stale-${me.pid}`
      disk.renameSync(path, aside)
      disk.unlinkSync(aside)
    }
  } catch (error) {
    throw explained(directory, error)
  }
  throw new OperatingError(`The data directory ${directory} cannot be locked.`, {
    code: 'DATA_DIRECTORY_IN_USE',
    why: 'Other processes take its lock at the same moment.',
    next: 'Try again.',
  })
}

/** Who the lock file names, alive or not; null without a lock, or with one that cannot be understood. */
export function lockHolder(disk: Disk, directory: string): ProcessIdentity | null {
  try {
    const holder = JSON.parse(disk.readFileSync(join(directory, 'lock')).toString()) as ProcessIdentity
    return Number.isSafeInteger(holder.pid) && holder.pid > 0 ? holder : null
  } catch (error) {
    if (error instanceof SyntaxError || ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return null
    throw error
  }
}

function takeLock(disk: Disk, path: string, mine: string): boolean {
  try {
    disk.createExclusiveSync(path, mine)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    // A full disk leaves an empty file behind.
    if (codeOf(error) === 'ENOSPC') disk.removeSync(path)
    throw error
  }
  return isMine(disk, path, mine)
}

function lockState(disk: Disk, path: string, mine: string): ReturnType<DataDirectoryLock['state']> {
  try {
    return disk.readFileSync(path).toString() === mine ? 'held' : 'another’s'
  } catch (error) {
    // Of a disk that cannot be read nobody knows; what was removed answers so.
    return ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '') ? 'gone' : 'held'
  }
}

function lockedByNobody(directory: string): OperatingError {
  return new OperatingError(`The data directory ${directory} has a lock that names nobody.`, {
    code: 'DATA_DIRECTORY_IN_USE',
    why: 'It was written a moment ago and is empty or garbled: another start may be about to write it.',
    next: `Start again: what is still so after ${writingMsMax / 1000} seconds is taken over.`,
  })
}

function isMine(disk: Disk, path: string, mine: string): boolean {
  try {
    return disk.readFileSync(path).toString() === mine
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

function releaseLock(disk: Disk, path: string, mine: string): void {
  // The directory may have been deleted under the service: then there is nothing to release.
  if (isMine(disk, path, mine)) disk.unlinkSync(path)
}

function inUse(directory: string, holder: ProcessIdentity): OperatingError {
  return new OperatingError(`The data directory ${directory} is in use.`, {
    code: 'DATA_DIRECTORY_IN_USE',
    why: `Another Sluice runs on it: process ${holder.pid}.`,
    next: `Stop that one (npx sluice stop --data-dir ${directory}), or choose another directory with --data-dir.`,
  })
}

/** A disk's error about the data directory, in words for one screen. */
export function explained(directory: string, error: unknown): unknown {
  if (error instanceof OperatingError) return error
  const code = codeOf(error)
  const known = code === undefined ? undefined : explanations[code]
  if (!known) return error
  return new OperatingError(`The data directory ${directory} cannot be used.`, {
    code: code ?? '',
    why: `${known.why} (${(error as Error).message})`,
    next: known.next,
    cause: error,
  })
}

const rights = {
  why: 'This user may not write there.',
  next: 'Change its owner or mode, or choose another directory with --data-dir.',
}

const explanations: Record<string, { why: string; next: string }> = {
  EACCES: rights,
  EPERM: rights,
  EROFS: {
    why: 'Its file system is read-only.',
    next: 'Mount it writable, or choose another directory with --data-dir.',
  },
  ENOSPC: { why: 'The disk is full.', next: 'Free some space, or choose another directory with --data-dir.' },
  EDQUOT: {
    why: 'The disk quota is used up.',
    next: 'Free some space, or choose another directory with --data-dir.',
  },
  ENOTDIR: { why: 'A part of the path is a file.', next: 'Choose another directory with --data-dir.' },
  EEXIST: { why: 'It is a file.', next: 'Choose another directory with --data-dir.' },
}
