import { Deferred } from './deferred.ts'
import type {
  ChildProcesses,
  Completed,
  ExitStatus,
  RunOptions,
  SpawnedProcess,
  SpawnOptions,
} from './processes.ts'

/** A process of a `MemoryProcesses`: it runs until a signal or the test ends it. */
export class MemoryProcess {
  readonly pid: number
  readonly startedAt: string
  readonly command: string
  readonly args: readonly string[]
  readonly options: SpawnOptions
  /** In the order in which they came. */
  readonly signals: NodeJS.Signals[] = []
  /** Then SIGTERM changes nothing, and only SIGKILL ends it. */
  ignoresSigterm = false
  /** How it ends on SIGTERM; a JVM that cleans up first exits with code 143. */
  onSigterm: ExitStatus = { code: null, signal: 'SIGTERM' }
  /** Told of each signal before it does anything. */
  onSignal: (signal: NodeJS.Signals) => void = () => {}
  readonly #ended = new Deferred<ExitStatus>()
  #status: ExitStatus | null = null

  constructor(
    pid: number,
    startedAt: string,
    command: string,
    args: readonly string[],
    options: SpawnOptions,
  ) {
    this.pid = pid
    this.startedAt = startedAt
    this.command = command
    this.args = args
    this.options = options
  }

  /** Null while it runs. */
  get status(): ExitStatus | null {
    return this.#status
  }

  get ended(): Promise<ExitStatus> {
    return this.#ended.promise
  }

  /** Makes it end by itself. */
  end(status: Partial<ExitStatus> = { code: 0 }): void {
    if (this.#status) return
    this.#status = { code: status.code ?? null, signal: status.signal ?? null }
    this.#ended.resolve(this.#status)
  }

  take(signal: NodeJS.Signals): void {
    this.signals.push(signal)
    this.onSignal(signal)
    if (signal === 'SIGKILL') this.end({ signal })
    else if (signal === 'SIGTERM' && !this.ignoresSigterm) this.end(this.onSigterm)
  }
}

/** What all processes of one machine see. */
interface Machine {
  readonly processes: MemoryProcess[]
  nextPid: number
  nextStart: number
}

/**
 * The processes of a machine in memory, for tests. What is spawned runs until a signal or the test ends it.
 * `laterProcess` looks at the same machine as a service that was started anew: it finds what runs and is nobody's
 * parent.
 */
export class MemoryProcesses implements ChildProcesses {
  readonly pid: number
  /** Called with each process as it starts, to script it; what it throws is why it is not started. */
  onSpawn: (process: MemoryProcess) => void = () => {}
  /** Answers `run`. */
  onRun: (command: string, args: readonly string[], options: RunOptions) => Completed | Promise<Completed>
  readonly #machine: Machine
  #isDead = false

  constructor(machine: Machine = { processes: [], nextPid: 1001, nextStart: 1 }) {
    this.#machine = machine
    this.pid = machine.nextPid++
    this.onRun = (command) => {
      throw systemError('ENOENT', `spawn ${command}`)
    }
  }

  /** This process is killed: what it has started lives on, and its end is no news for anybody here. */
  die(): void {
    this.#isDead = true
  }

  laterProcess(): MemoryProcesses {
    return new MemoryProcesses(this.#machine)
  }

  /** All that were ever spawned, oldest first. */
  get spawned(): readonly MemoryProcess[] {
    return this.#machine.processes
  }

  get running(): readonly MemoryProcess[] {
    return this.spawned.filter((process) => process.status === null)
  }

  /** Another process takes the id of one that has ended. */
  reusePid(pid: number): MemoryProcess {
    return this.#add(pid, 'stranger', [], { outputFile: '/dev/null' })
  }

  isRunning(pid: number): boolean {
    return pid === this.pid || this.#find(pid) !== undefined
  }

  startedAt(pid: number): string | null {
    return pid === this.pid ? '0' : (this.#find(pid)?.startedAt ?? null)
  }

  signal(pid: number, signal: NodeJS.Signals): void {
    const process = this.#find(pid)
    if (!process) throw systemError('ESRCH', 'kill')
    process.take(signal)
  }

  async spawn(command: string, args: readonly string[], options: SpawnOptions): Promise<SpawnedProcess> {
    const process = this.#add(this.#machine.nextPid++, command, args, options)
    try {
      this.onSpawn(process)
    } catch (error) {
      this.#machine.processes.splice(this.#machine.processes.indexOf(process), 1)
      throw error
    }
    const ended = new Deferred<ExitStatus>()
    void process.ended.then((status) => this.#isDead || ended.resolve(status))
    return { pid: process.pid, ended: ended.promise }
  }

  async run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Completed> {
    const completed = await this.onRun(command, args, options)
    for (const line of completed.output.split('\n')) if (line !== '') options.onLine?.(line)
    return completed
  }

  findByArgument(text: string): number[] {
    return this.running.filter((process) => process.args.includes(text)).map((process) => process.pid)
  }

  #find(pid: number): MemoryProcess | undefined {
    return this.running.find((process) => process.pid === pid)
  }

  #add(pid: number, command: string, args: readonly string[], options: SpawnOptions): MemoryProcess {
    const process = new MemoryProcess(pid, `${this.#machine.nextStart++}`, command, args, options)
    this.#machine.processes.push(process)
    return process
  }
}

function systemError(code: string, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${syscall}: ${code}`), { code, syscall })
}
