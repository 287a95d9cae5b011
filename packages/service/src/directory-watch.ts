import type { Clock, Logger, Timer } from '@sluice/effects'
import type { DataDirectoryLock } from './fleet/data-directory.ts'
import { OperatingError } from './fleet/operating-error.ts'

const checkMs = 1_000

/**
 * Looks from time to time whether the data directory is still this service's own. Open files hide that it is not:
 * writes to files that nobody will ever find are acknowledged all the same.
 */
export function watchDirectory(
  {
    dataDirectory,
    effects: { clock, logger },
    onDirectoryLost,
    abandon,
  }: {
    dataDirectory: string
    effects: { clock: Clock; logger: Logger }
    onDirectoryLost?: (error: OperatingError) => void
    /** Ends nodes that nobody would find again; says in sentences what becomes of them. */
    abandon: () => readonly string[]
  },
  lock: DataDirectoryLock,
): { end(): void } {
  let timer: Timer
  const check = () => {
    const state = lock.state()
    if (state === 'held') {
      timer = clock.schedule(checkMs, check)
      return
    }
    const error = directoryLost(dataDirectory, state, abandon())
    logger.error('the data directory is lost; the service ends', { directory: dataDirectory, lock: state })
    onDirectoryLost?.(error)
  }
  timer = clock.schedule(checkMs, check)
  return { end: () => timer.cancel() }
}

function directoryLost(
  directory: string,
  state: 'gone' | 'another’s',
  nodes: readonly string[],
): OperatingError {
  const happened = state === 'gone' ? 'removed or moved away' : 'replaced, or taken by another process'
  return new OperatingError(`The data directory ${directory} is not this service’s any more.`, {
    code: 'DATA_DIRECTORY_LOST',
    why: [
      `It, or the lock in it, was ${happened} while the service ran; what was written since is lost.`,
      ...nodes,
    ].join(' '),
    next: 'Put it back, or start on a new one.',
  })
}
