import { readFileSync } from 'node:fs'

/** Other processes of this machine. */
export interface Processes {
  readonly pid: number
  /** Does a process with this id exist? */
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
        return true
      } catch (error) {
        // EPERM: it exists and belongs to someone else.
        return (error as NodeJS.ErrnoException).code === 'EPERM'
      }
    },
    startedAt(pid) {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
        // The name in parentheses may hold spaces; field 22 (start time in ticks since boot) is the 20th after it.
        return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
      } catch {
        return null
      }
    },
    signal: (pid, signal) => void process.kill(pid, signal),
  }
}
