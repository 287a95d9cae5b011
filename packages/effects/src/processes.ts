import { readFileSync } from 'node:fs'

/** Other processes of this machine. */
export interface Processes {
  readonly pid: number
  /** Does a process with this id run? One that has ended and waits for its parent to notice (a zombie) does not. */
  isRunning(pid: number): boolean
  /**
   * When the process started, as an opaque text that differs between two processes that had the same id; null
   * where the system does not tell.
   */
  startedAt(pid: number): string | null
  signal(pid: number, signal: NodeJS.Signals): void
}

export function systemProcesses(): Processes {
  return {
    pid: process.pid,
    isRunning(pid) {
      try {
        process.kill(pid, 0)
      } catch (error) {
        // EPERM: it exists and belongs to someone else.
        if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
      }
      return !['Z', 'X'].includes(statOf(pid)?.[0] ?? '')
    },
    // Field 22 of proc(5)'s stat: start time in ticks since boot.
    startedAt: (pid) => statOf(pid)?.[19] ?? null,
    signal: (pid, signal) => void process.kill(pid, signal),
  }
}

/** The fields of /proc/<pid>/stat after the name, which stands in parentheses and may hold anything: the first is the state. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
