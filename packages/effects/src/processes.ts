import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { clearTimeout, setTimeout } from './timers.ts'

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

/** One process, told from a later one with the same id by its start. */
export interface ProcessIdentity {
  pid: number
  /** As `Processes.startedAt` has it. */
  startedAt: string | null
}

export function ownIdentity(processes: Processes): ProcessIdentity {
  return { pid: processes.pid, startedAt: processes.startedAt(processes.pid) }
}

/** Does this very process run? A start that is unknown, now or then, speaks against nothing. */
export function isAlive({ pid, startedAt }: ProcessIdentity, processes: Processes): boolean {
  if (!processes.isRunning(pid)) return false
  const now = processes.startedAt(pid)
  return now === null || startedAt === null || now === startedAt
}

/** Other processes of this machine, and those that this one starts. */
export interface ChildProcesses extends Processes {
  /**
   * Starts a process that outlives this one: a session of its own, its output in a file, never in a pipe. Rejects
   * with the system's error (ENOENT: there is no such command).
   */
  spawn(command: string, args: readonly string[], options: SpawnOptions): Promise<SpawnedProcess>
  /** Runs a command to its end. Rejects where it cannot be started; an exit code other than 0 is an answer. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<Completed>
  /**
   * The running processes, this one aside, that were given exactly this argument. Only Linux tells (by /proc);
   * elsewhere none is ever found.
   */
  findByArgument(text: string): number[]
}

export interface SpawnOptions {
  /** Takes standard output and error; created, or appended to. */
  outputFile: string
  directory?: string
  /** Added to this process's environment. */
  environment?: Readonly<Record<string, string>>
}

export interface SpawnedProcess {
  readonly pid: number
  /** Resolves when it has ended, if this process is still there to see it. */
  readonly ended: Promise<ExitStatus>
}

export interface ExitStatus {
  /** Null: a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface RunOptions {
  directory?: string
  /** Added to this process's environment. */
  environment?: Readonly<Record<string, string>>
  /** The process is killed after this time. Default: 60 s. */
  timeoutMs?: number
  /** Kills the process, and `run` rejects with the reason. */
  signal?: AbortSignal
  /** Called with each line of output, as it comes. */
  onLine?: (line: string) => void
}

export interface Completed extends ExitStatus {
  /** Standard output and error as they came; the end of it, where there is more than 1 MB. */
  readonly output: string
}

const outputCharactersMax = 1_000_000
const runTimeoutMsDefault = 60_000

export function systemProcesses(): ChildProcesses {
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
    spawn: spawnDetached,
    run: runToEnd,
    findByArgument,
  }
}

function spawnDetached(
  command: string,
  args: readonly string[],
  { outputFile, directory, environment }: SpawnOptions,
): Promise<SpawnedProcess> {
  return new Promise((resolve, reject) => {
    const output = openSync(outputFile, 'a', 0o600)
    try {
      const child = spawn(command, args, {
        cwd: directory,
        env: { ...process.env, ...environment },
        stdio: ['ignore', output, output],
        detached: true,
      })
      const ended = new Promise<ExitStatus>((end) =>
        child.on('exit', (code, signal) => end({ code, signal })),
      )
      child.on('error', reject)
      child.on('spawn', () => {
        // This process may end before it; it is found again by pid and start time.
        child.unref()
        resolve({ pid: child.pid ?? 0, ended })
      })
    } finally {
      closeSync(output)
    }
  })
}

function runToEnd(command: string, args: readonly string[], options: RunOptions = {}): Promise<Completed> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.directory,
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal,
      killSignal: 'SIGKILL',
    })
    // Not the timer of `spawn`: where there is no such command, it would go on and keep this process alive.
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? runTimeoutMsDefault)
    child.on('error', () => clearTimeout(timer))
    child.on('exit', () => clearTimeout(timer))
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      let unfinished = ''
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        output = (output + text).slice(-outputCharactersMax)
        const lines = (unfinished + text).split('\n')
        unfinished = (lines.pop() ?? '').slice(-outputCharactersMax)
        for (const line of lines) options.onLine?.(line)
      })
      stream.on('end', () => unfinished !== '' && options.onLine?.(unfinished))
    }
    // A process that is called off may still write until it has ended: `close` follows.
    child.on('error', (error) => !options.signal?.aborted && reject(error))
    child.on('close', (code, signal) =>
      options.signal?.aborted ? reject(options.signal.reason) : resolve({ code, signal, output }),
    )
  })
}

function findByArgument(text: string): number[] {
  return processIds().filter((pid) => {
    if (pid === process.pid) return false
    try {
      // A process that has ended, or belongs to someone else where /proc hides it, has nothing to read.
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1).includes(text)
    } catch {
      return false
    }
  })
}

function processIds(): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
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
