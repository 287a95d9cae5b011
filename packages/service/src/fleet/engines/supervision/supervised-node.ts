import {
  assert,
  type ChildProcesses,
  type Clock,
  type Disk,
  type Logger,
  type Network,
  type Random,
} from '@sluice/effects'
import { isFree, portTaken } from '../../free-port.ts'
import { capitalized, OperatingError } from '../../operating-error.ts'
import { DirectoryWatch } from '../../processes/directory-watch.ts'
import { HangWatch, hangMs } from '../../processes/hang-watch.ts'
import { type NodeCommand, NodeProcess } from '../../processes/node-process.ts'
import { type NodeKey, type NodePlan, nodeName, type ObservedNode } from '../engine.ts'
import type { NodeDirectories } from './node-directories.ts'
import { waitUntilReady } from './readiness.ts'

export interface SupervisionEffects {
  clock: Clock
  disk: Disk
  network: Network
  random: Random
  processes: ChildProcesses
  logger: Logger
}

/** How an engine starts one of its nodes. */
export interface NodeStart {
  plan: NodePlan
  fingerprint: string
  /** Puts on disk what the process needs, and says how it is started. */
  prepare: () => Promise<Pick<NodeCommand, 'command' | 'program' | 'args' | 'crashLog'>>
  /** Is it the part of the cluster that it shall be? Rejects where nobody answers. */
  serves: () => Promise<boolean>
  /** How long between two such looks. */
  pollMs: number
  signal: AbortSignal | undefined
}

/**
 * From the spawn to the first answer. A death is noticed at once, so that this is only for a node that hangs: JVMs
 * that start together on a busy machine may each take most of a minute.
 */
const startTimeoutMs = 120_000
/** A node that is stopped while it starts has nothing to hand over. */
const abandonGraceMs = 5_000
export const logLinesMax = 5

/** One node of a cluster with a process of its own, whatever engine runs it: its directory, its ports, its process. */
export class SupervisedNode {
  readonly key: NodeKey
  readonly directories: NodeDirectories
  readonly #effects: SupervisionEffects
  readonly #clusterName: string
  readonly #process: NodeProcess
  readonly #hangWatch: HangWatch
  readonly #directoryWatch: DirectoryWatch
  #starting = false

  constructor(options: {
    key: NodeKey
    clusterName: string
    directories: NodeDirectories
    effects: SupervisionEffects
    onEnd: () => void
    /** It gave no answer for a while, or does again. */
    onDoubt: () => void
    /** Any answer of a node with these listeners. */
    answers: (listeners: NodePlan['listeners']) => Promise<unknown>
  }) {
    const { key, clusterName, directories, effects, onEnd, onDoubt, answers } = options
    this.key = key
    this.directories = directories
    this.#effects = effects
    this.#clusterName = clusterName
    const { data } = directories
    const gone = `lost its directory: ${data} was removed or moved away while it ran, and what was written since is lost.`
    this.#directoryWatch = new DirectoryWatch({
      clock: effects.clock,
      isThere: () => effects.disk.existsSync(data),
      onGone: () => this.#process.condemn(gone),
    })
    this.#process = NodeProcess.open({
      directory: this.directories.node,
      name: `${nodeName(key)} of ${clusterName}`,
      effects,
      // Whoever waits for its start hears of the death as the start's failure.
      onFailure: () => {
        this.#endWatches()
        if (!this.#starting) onEnd()
      },
      knownReason: () => (this.#directoryWatch.isGone ? gone : null),
    })
    this.#hangWatch = new HangWatch({
      clock: effects.clock,
      ask: () => answers(this.#listeners),
      onDoubt,
      onHang: () => this.#process.condemn(`did not answer for ${hangMs / 1000} s, and was ended.`),
    })
    if (this.isRunning) this.#beginWatches()
  }

  get isRunning(): boolean {
    return this.#process.state === 'running'
  }

  /** Null when it is stopped. */
  observe(): ObservedNode | null {
    const { state, pid, fingerprint, failure } = this.#process
    if (state === 'stopped' || pid === null) return null
    const listeners = this.#listeners
    const local = { pid, directory: this.directories.data }
    const { isSilent } = this.#hangWatch
    return { ...this.key, state, failure, isSilent, fingerprint: fingerprint ?? '', local, listeners }
  }

  /** Resolves when it answers. Rejects with the reason; then it does not run. */
  async start(start: NodeStart): Promise<void> {
    this.#starting = true
    try {
      if (this.isRunning)
        assert(
          this.#process.fingerprint === start.fingerprint,
          `${nodeName(this.key)} is stopped before a start`,
        )
      else await this.#spawn(start)
      await this.#awaitReady(start)
      this.#beginWatches()
    } finally {
      this.#starting = false
    }
  }

  /** SIGTERM: Kafka hands over what it leads, and closes its logs. */
  async stop(graceMs: number): Promise<void> {
    this.#endWatches()
    await this.#process.stop({ graceMs })
  }

  /** Of a stopped node: all that it has on disk goes. */
  remove(): void {
    assert(!this.isRunning, `${nodeName(this.key)} is stopped before its removal`)
    this.#process.close()
    this.#effects.disk.removeSync(this.directories.node)
  }

  /** Why it did not start. */
  startFailure(why: string, code = `${this.key.role.toUpperCase()}_START_FAILED`): OperatingError {
    return new OperatingError(`${capitalized(nodeName(this.key))} of ${this.#clusterName} did not start.`, {
      code,
      why,
      next: `Its logs are in ${this.directories.logs}.`,
    })
  }

  #beginWatches(): void {
    this.#hangWatch.begin()
    this.#directoryWatch.begin()
  }

  #endWatches(): void {
    this.#hangWatch.end()
    this.#directoryWatch.end()
  }

  get #listeners(): NodePlan['listeners'] {
    return (this.#process.facts as unknown as NodeFacts | null)?.listeners ?? []
  }

  async #spawn(start: NodeStart): Promise<void> {
    await this.#checkPorts(start.plan)
    const program = await start.prepare()
    const facts: NodeFacts = { listeners: start.plan.listeners }
    await this.#process.start({ ...program, fingerprint: start.fingerprint, facts: { ...facts } })
  }

  async #awaitReady({ serves, pollMs, signal }: NodeStart): Promise<void> {
    const waited = await waitUntilReady(this.#effects.clock, {
      serves,
      died: this.#process.whenEnded(),
      timeoutMs: startTimeoutMs,
      pollMs,
      signal,
    })
    if (waited === 'ready') return
    const lines = this.#process.lastLogLines(logLinesMax)
    await this.#process.stop({ graceMs: abandonGraceMs })
    if (waited === 'aborted') throw signal?.reason
    if (waited === 'late')
      throw this.startFailure(`It did not answer within ${startTimeoutMs / 1000} s. ${saying(lines)}`)
    if (lines.some((line) => /BindException|EADDRINUSE|Address already in use/.test(line)))
      throw this.startFailure(`One of its ports is taken. ${saying(lines)}`, 'EADDRINUSE')
    throw this.startFailure(waited.died)
  }

  /** A taken port is found in the log too; here it is found at once, and named. */
  async #checkPorts(plan: NodePlan): Promise<void> {
    for (const { host, port } of plan.listeners)
      if (!(await isFree(this.#effects.network, host, port))) throw portTaken(port)
  }
}

/** Kept with the process, for a later service that finds it running. */
interface NodeFacts {
  listeners: NodePlan['listeners']
}

export function saying(lines: readonly string[]): string {
  return lines.length > 0 ? `Its log says: ${lines.join(' | ')}` : 'Its log is empty.'
}
