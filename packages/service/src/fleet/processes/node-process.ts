import { join } from 'node:path'
import {
  assert,
  type ChildProcesses,
  type Clock,
  Deferred,
  type Disk,
  type ExitStatus,
  isAlive,
  type Logger,
  type Random,
  type Timer,
} from '@sluice/effects'
import { capitalized, codeOf } from '../operating-error.ts'
import { consoleLogName, serverLogBytes, tellingLines, withoutTime } from './log-tail.ts'
import { noteFile, noteText, type ProcessNote, readNote } from './node-process-note.ts'

export interface NodeCommand {
  readonly command: string
  /** Before the marker among the arguments: of a runtime that bears none of others, its own and its program. */
  readonly program?: readonly string[]
  readonly args: readonly string[]
  /** A file in `logs/` that it writes when it crashes. */
  readonly crashLog?: string
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>
  readonly fingerprint: string
  /** Kept beside the pid, given back after adoption. */
  readonly facts: Readonly<Record<string, unknown>>
}

interface NodeProcessOptions {
  /** Of the node; holds process.json and logs/. */
  directory: string
  /** For messages: `broker 1 of demo`. */
  name: string
  effects: { clock: Clock; disk: Disk; processes: ChildProcesses; random: Random; logger: Logger }
  /** It ended although nobody stopped it. */
  onFailure: (sentence: string) => void
  /** Why an end may be expected that nobody asked for, as `lost …`; null where nothing is known. */
  knownReason?: () => string | null
}

/** How often a process that an earlier service started is looked at: no event tells of its end. */
const adoptedPollMs = 250
const stoppingPollMs = 50
const killPatienceMs = 10_000
const failureLinesMax = 5

/** A process under watch. */
interface Run {
  readonly pid: number
  readonly startedAt: string | null
  /** Of this service, which is then told how it ends. */
  readonly isChild: boolean
  /** Resolves when it has ended, with a sentence. */
  readonly ended: Deferred<string>
  /** From here on an end is what was asked for. */
  stopRequested: boolean
  killed: boolean
  /** Why it is ended by us although nobody wants it to stop. */
  condemned: string | null
  poll: Timer | null
}

/**
 * The process of one node: started detached, noted on disk, watched, stopped, and found again by a later
 * service. Nothing here restarts it.
 *
 * 1. start: an intention with a unique marker is noted, then the process is spawned with the marker among its
 *    arguments, then its pid and start time are noted.
 * 2. open, by a later service: a note with a pid is believed only where pid and start time fit; an intention
 *    without one is looked for by its marker.
 * 3. An end that nobody asked for is a failure, kept with its reason until the next start or stop.
 */
export class NodeProcess {
  readonly #options: NodeProcessOptions
  readonly #logs: string
  #note: ProcessNote | null
  #run: Run | null = null
  #starting: Promise<void> | null = null
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  private constructor(options: NodeProcessOptions, note: ProcessNote | null) {
    this.#options = options
    this.#logs = join(options.directory, 'logs')
    this.#note = note
  }

  /** Looks at what is noted, and adopts the process where it still runs. */
  static open(options: NodeProcessOptions): NodeProcess {
    const node = new NodeProcess(options, readNote(options.effects.disk, options.directory))
    node.#adopt()
    return node
  }

  get state(): 'stopped' | 'running' | 'failed' {
    if (this.#run) return 'running'
    return this.#note?.state === 'failed' ? 'failed' : 'stopped'
  }

  /** Of the process that runs, or that failed; null when stopped. So are `fingerprint` and `facts`. */
  get pid(): number | null {
    return this.#current?.pid ?? null
  }

  get fingerprint(): string | null {
    return this.#current?.fingerprint ?? null
  }

  get facts(): Readonly<Record<string, unknown>> | null {
    return this.#current?.facts ?? null
  }

  /** Why it failed, as a sentence; null where it did not. */
  get failure(): string | null {
    return this.#current?.failure ?? null
  }

  /**
   * Starts it: resolves when it is spawned and noted, not when it is ready. Rejects with the system's error; then
   * nothing runs.
   */
  start(command: NodeCommand): Promise<void> {
    assert(!this.#closed && !this.#run && !this.#starting, `${this.#options.name} is started a second time`)
    const starting = this.#start(command).finally(() => {
      this.#starting = null
    })
    this.#starting = starting
    return starting
  }

  /**
   * Resolves with a sentence when the process ends, at once where none runs: for a wait that has to notice a
   * death. Never resolves after `close`.
   */
  async whenEnded(): Promise<string> {
    await this.#settled()
    if (this.#run) {
      const sentence = await this.#run.ended.promise
      await this.#writing
      return sentence
    }
    return this.failure ?? `${this.#title} does not run.`
  }

  /**
   * SIGTERM, and SIGKILL where that did not end it within `graceMs`; resolves when it has ended. A start under way
   * is awaited first. Stopping a node that failed forgets the failure; stopping twice is one stop, under the
   * shorter grace.
   */
  async stop(options: { graceMs: number }): Promise<'clean' | 'killed'> {
    await this.#settled()
    const run = this.#run
    if (!run) {
      if (this.state === 'failed') await this.#keepIfPossible({ state: 'stopped', failure: null })
      return 'clean'
    }
    const grace = this.#options.effects.clock.schedule(options.graceMs, () => this.#killAfterGrace(run))
    if (!run.stopRequested) {
      this.#expectEnd(run)
      this.#signal(run, 'SIGTERM')
    }
    await run.ended.promise
    grace.cancel()
    await this.#writing
    return run.killed ? 'killed' : 'clean'
  }

  /** SIGKILL; resolves when it has ended. */
  async kill(): Promise<void> {
    await this.#settled()
    const run = this.#run
    if (!run) return
    if (!run.stopRequested) this.#expectEnd(run)
    this.#kill(run)
    await run.ended.promise
    await this.#writing
  }

  /** SIGKILL, for what it has become: its end counts as a failure, with this reason as `… did not answer`. */
  condemn(reason: string): void {
    const run = this.#run
    if (!run || run.stopRequested || this.#closed) return
    run.condemned = `${this.#title} ${reason}`
    this.#kill(run)
  }

  /** What its logs tell most about how it went, oldest first. */
  lastLogLines(count: number): string[] {
    return tellingLines(this.#options.effects.disk, this.#logs, this.#note?.logBytesBefore ?? 0, count)
  }

  /** Stops watching; the process lives on. */
  close(): void {
    this.#closed = true
    this.#run?.poll?.cancel()
  }

  get #current(): ProcessNote | null {
    return this.state === 'stopped' ? null : this.#note
  }

  get #title(): string {
    return capitalized(this.#options.name)
  }

  /** Resolves when no start is under way. */
  async #settled(): Promise<void> {
    assert(!this.#closed, `${this.#options.name} is used after its close`)
    // Whoever called start has its error.
    await this.#starting?.catch(() => {})
  }

  async #start(command: NodeCommand): Promise<void> {
    const { directory, effects } = this.#options
    const { disk, processes, random } = effects
    const { fingerprint, facts, program = [], crashLog } = command
    disk.mkdirSync(this.#logs)
    this.#setAside(consoleLogName)
    if (crashLog !== undefined) this.#setAside(crashLog)
    const note: ProcessNote = {
      formatVersion: 1,
      state: 'starting',
      marker: random.uuid(),
      pid: null,
      startedAt: null,
      fingerprint,
      facts,
      logBytesBefore: serverLogBytes(disk, this.#logs),
      failure: null,
    }
    let run: Run | null = null
    try {
      await this.#keep(note)
      const args = [...program, markerArgument(note.marker), ...command.args]
      const { pid, ended } = await processes.spawn(command.command, args, {
        outputFile: join(this.#logs, consoleLogName),
        directory,
        environment: command.environment,
      })
      run = newRun(pid, processes.startedAt(pid), true)
      this.#run = run
      const running = this.#keep({ ...note, state: 'running', pid, startedAt: run.startedAt })
      void ended.then((status) => this.#hasEnded(run as Run, status))
      await running
    } catch (error) {
      if (run && this.#run === run) await this.#abandon(run)
      else await this.#keepIfPossible({ state: 'stopped', pid: null })
      throw error
    }
  }

  /** A process that cannot be noted would be lost to a later service. */
  async #abandon(run: Run): Promise<void> {
    run.stopRequested = true
    this.#kill(run)
    await run.ended.promise
  }

  #adopt(): void {
    const { processes, logger } = this.#options.effects
    const note = this.#note
    if (!note || note.state === 'stopped' || note.state === 'failed') return
    if (note.pid === null) {
      const [pid] = processes.findByArgument(markerArgument(note.marker))
      if (pid === undefined) {
        this.#note = { ...note, state: 'stopped' }
        return
      }
      this.#note = { ...note, state: 'running', pid, startedAt: processes.startedAt(pid) }
      void this.#keepIfPossible({})
    } else if (!isAlive({ pid: note.pid, startedAt: note.startedAt }, processes)) {
      this.#endedUnseen(note)
      return
    }
    const { pid, startedAt } = this.#note as ProcessNote
    const run = newRun(pid as number, startedAt, false)
    this.#run = run
    this.#watch(run)
    logger.info(`${this.#title} still runs: it is taken over`, { pid })
  }

  #endedUnseen(note: ProcessNote): void {
    if (note.state === 'stopping') void this.#keepIfPossible({ state: 'stopped' })
    else
      void this.#keepIfPossible({
        state: 'failed',
        failure: this.#failureOf('ended while no service watched it.'),
      })
  }

  #watch(run: Run): void {
    const { clock, processes } = this.#options.effects
    run.poll = clock.schedule(run.stopRequested ? stoppingPollMs : adoptedPollMs, () => {
      if (isAlive(run, processes)) this.#watch(run)
      else this.#hasEnded(run, null)
    })
  }

  #hasEnded(run: Run, status: ExitStatus | null): void {
    if (this.#run !== run || this.#closed) return
    this.#run = null
    run.poll?.cancel()
    if (run.stopRequested) {
      void this.#keepIfPossible({ state: 'stopped' })
      run.ended.resolve(`${this.#title} was stopped.`)
      return
    }
    const failure = run.condemned ?? this.#unasked(status)
    void this.#keepIfPossible({ state: 'failed', failure })
    this.#options.effects.logger.warn(failure)
    run.ended.resolve(failure)
    this.#options.onFailure(failure)
  }

  #unasked(status: ExitStatus | null): string {
    const reason = this.#options.knownReason?.() ?? null
    if (reason !== null) return `${this.#title} ${reason}`
    return isSignalled(status) ? `${this.#title} ${endingOf(status)}` : this.#failureOf(endingOf(status))
  }

  #failureOf(ending: string): string {
    const lines = this.lastLogLines(failureLinesMax).map(withoutTime)
    const told = lines.length > 0 ? ` Its log says: ${lines.join(' | ')}` : ' Its log is empty.'
    return `${this.#title} ${ending}${told}`
  }

  #expectEnd(run: Run): void {
    run.stopRequested = true
    void this.#keepIfPossible({ state: 'stopping' })
    if (run.isChild) return
    run.poll?.cancel()
    this.#watch(run)
  }

  #killAfterGrace(run: Run): void {
    if (this.#closed) return
    this.#options.effects.logger.warn(`${this.#title} did not end on SIGTERM in time: it is killed`)
    this.#kill(run)
  }

  #kill(run: Run): void {
    const { clock, logger } = this.#options.effects
    run.killed = true
    this.#signal(run, 'SIGKILL')
    const patience = clock.schedule(killPatienceMs, () =>
      logger.error(`${this.#title} does not end on SIGKILL: the system holds it`, { pid: run.pid }),
    )
    void run.ended.promise.then(() => patience.cancel())
  }

  #signal(run: Run, signal: NodeJS.Signals): void {
    const { processes } = this.#options.effects
    // Somebody else may have its pid by now; that it has ended is noticed where it is watched.
    if (!isAlive(run, processes)) return
    try {
      processes.signal(run.pid, signal)
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') throw error
    }
  }

  /** What the last process wrote stays for one start more. */
  #setAside(name: string): void {
    const { disk } = this.#options.effects
    const path = join(this.#logs, name)
    if (disk.existsSync(path)) disk.renameSync(path, `${path}.1`)
  }

  #keep(note: ProcessNote): Promise<void> {
    const { disk } = this.#options.effects
    this.#note = note
    const written = this.#writing.then(() =>
      disk.writeFileAtomic(noteFile(this.#options.directory), noteText(note), () => this.#note !== note),
    )
    this.#writing = written.catch(() => {})
    return written
  }

  /** For what has happened already and is true whether it can be noted or not. */
  async #keepIfPossible(change: Partial<ProcessNote>): Promise<void> {
    if (!this.#note) return
    try {
      await this.#keep({ ...this.#note, ...change })
    } catch (error) {
      this.#options.effects.logger.error(`${this.#title}: process.json cannot be written`, { error })
    }
  }
}

/** In the form in which a JVM takes it; nobody else reads it. */
export function markerArgument(marker: string): string {
  return `-Dsluice.node=${marker}`
}

function newRun(pid: number, startedAt: string | null, isChild: boolean): Run {
  const ended = new Deferred<string>()
  return { pid, startedAt, isChild, ended, stopRequested: false, killed: false, condemned: null, poll: null }
}

function endingOf(status: ExitStatus | null): string {
  if (!status) return 'ended by itself.'
  const signal = signalOf(status)
  return signal === null ? `ended by itself with exit code ${status.code}.` : `was ended by ${signal}.`
}

/** Ended from outside by one of the usual signals: its log knows nothing of it. */
function isSignalled(status: ExitStatus | null): boolean {
  return status !== null && ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'].includes(signalOf(status) ?? '')
}

/** A JVM that is sent one of these shuts down in order, and says so by its exit code. */
const signalsByExitCode: Readonly<Record<number, string>> = { 129: 'SIGHUP', 130: 'SIGINT', 143: 'SIGTERM' }

function signalOf(status: ExitStatus): string | null {
  return status.signal ?? (status.code === null ? null : (signalsByExitCode[status.code] ?? null))
}
