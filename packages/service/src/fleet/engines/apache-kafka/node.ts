import { delimiter, join } from 'node:path'
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
import type { Distribution } from '../../jvm/distributions.ts'
import type { Java } from '../../jvm/java.ts'
import { loggingConfiguration } from '../../jvm/logging.ts'
import { capitalized, OperatingError } from '../../operating-error.ts'
import { NodeProcess } from '../../processes/node-process.ts'
import { type NodeKey, type NodePlan, nodeName, type ObservedNode } from '../engine.ts'
import { formatIfNew } from './kraft/storage-format.ts'
import { directoriesOf, type NodeDirectories, type NodeShape } from './node-shape.ts'
import { propertiesText } from './properties-text.ts'
import { waitUntilReady } from './readiness.ts'

export interface EngineEffects {
  clock: Clock
  disk: Disk
  network: Network
  random: Random
  processes: ChildProcesses
  logger: Logger
}

interface NodeStart {
  plan: NodePlan
  shape: NodeShape
  fingerprint: string
  java: Java
  distribution: Distribution
  /** Null: the node is not of a KRaft cluster and needs no formatting. */
  clusterId: string | null
  signal: AbortSignal | undefined
}

/**
 * From the spawn to the first answer. A death is noticed at once, so that this is only for a node that hangs: JVMs
 * that start together on a busy machine may each take most of a minute.
 */
const startTimeoutMs = 120_000
/** A node that is stopped while it starts has nothing to hand over. */
const abandonGraceMs = 5_000
const logLinesMax = 5

/** One node of a cluster on Apache Kafka: its directory, its files and its process. */
export class ApacheKafkaNode {
  readonly key: NodeKey
  readonly directories: NodeDirectories
  readonly #effects: EngineEffects
  readonly #clusterName: string
  readonly #process: NodeProcess
  #starting = false

  constructor(options: {
    key: NodeKey
    clusterName: string
    clusterDirectory: string
    effects: EngineEffects
    onChange: () => void
  }) {
    const { key, clusterName, clusterDirectory, effects, onChange } = options
    this.key = key
    this.directories = directoriesOf(clusterDirectory, key)
    this.#effects = effects
    this.#clusterName = clusterName
    this.#process = NodeProcess.open({
      directory: this.directories.node,
      name: `${nodeName(key)} of ${clusterName}`,
      effects,
      // Whoever waits for its start hears of the death as the start's failure.
      onFailure: () => this.#starting || onChange(),
    })
  }

  get isRunning(): boolean {
    return this.#process.state === 'running'
  }

  /** Null when it is stopped. */
  observe(): ObservedNode | null {
    const { state, pid, fingerprint, failure, facts } = this.#process
    if (state === 'stopped' || pid === null) return null
    const { listeners } = facts as unknown as NodeFacts
    const local = { pid, directory: this.directories.data }
    return { ...this.key, state, failure, fingerprint: fingerprint ?? '', local, listeners }
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
    } finally {
      this.#starting = false
    }
  }

  /** SIGTERM: Kafka hands over what it leads, and closes its logs. */
  async stop(graceMs: number): Promise<void> {
    await this.#process.stop({ graceMs })
  }

  /** Of a stopped node: all that it has on disk goes. */
  remove(): void {
    assert(!this.isRunning, `${nodeName(this.key)} is stopped before its removal`)
    this.#process.close()
    this.#effects.disk.removeSync(this.directories.node)
  }

  async #spawn(start: NodeStart): Promise<void> {
    await this.#checkPorts(start.plan)
    await this.#format(start)
    const args = this.#writeConfiguration(start)
    const facts: NodeFacts = { listeners: start.plan.listeners }
    const { fingerprint, java } = start
    await this.#process.start({ command: java.command, args, fingerprint, facts: { ...facts } })
  }

  async #awaitReady(start: NodeStart): Promise<void> {
    const waited = await waitUntilReady(this.#effects, start.plan, {
      died: this.#process.whenEnded(),
      timeoutMs: startTimeoutMs,
      signal: start.signal,
    })
    if (waited === 'ready') return
    const lines = this.#process.lastLogLines(logLinesMax)
    await this.#process.stop({ graceMs: abandonGraceMs })
    if (waited === 'aborted') throw start.signal?.reason
    if (waited === 'late')
      throw this.#failure(`It did not answer within ${startTimeoutMs / 1000} s. ${saying(lines)}`)
    if (lines.some((line) => /BindException|Address already in use/.test(line)))
      throw this.#failure(`One of its ports is taken. ${saying(lines)}`, 'EADDRINUSE')
    throw this.#failure(waited.died)
  }

  /** A taken port is found in the log too; here it is found at once, and named. */
  async #checkPorts(plan: NodePlan): Promise<void> {
    for (const { host, port } of plan.listeners)
      if (!(await isFree(this.#effects.network, host, port))) throw portTaken(port)
  }

  async #format({ clusterId, java, distribution, shape }: NodeStart): Promise<void> {
    if (clusterId === null) return
    const { directories } = this
    const effects = this.#effects
    const output = await formatIfNew({ effects, java, distribution, shape, directories, clusterId })
    if (output === null) return
    const lines = output.trim().split('\n')
    const telling = lines.filter((line) => /exception|error/i.test(line) && !/^\s+at /.test(line))
    throw this.#failure(
      `Its directory could not be formatted. ${saying((telling.length > 0 ? telling : lines).slice(-logLinesMax))}`,
    )
  }

  /** Gives the arguments of the JVM. */
  #writeConfiguration({ shape, distribution }: NodeStart): string[] {
    const { disk } = this.#effects
    const { config, data, logs } = this.directories
    for (const directory of [config, data, logs]) disk.mkdirSync(directory)
    const write = (path: string, text: string) => disk.writeFileAtomicSync(path, text, { durable: false })
    const configuration = join(config, shape.configName)
    write(configuration, propertiesText(shape.properties))
    if (this.key.role === 'zookeeper') write(join(data, 'myid'), `${this.key.nodeId}\n`)
    const logging = loggingConfiguration(distribution.logging, { directory: logs, level: 'INFO' })
    const loggingFile = join(config, logging.fileName)
    write(loggingFile, logging.text)
    return [
      ...shape.jvmOptions,
      ...logging.jvmArguments(loggingFile),
      '-cp',
      distribution.classPath.join(delimiter),
      shape.mainClass,
      configuration,
    ]
  }

  #failure(why: string, code = `${this.key.role.toUpperCase()}_START_FAILED`): OperatingError {
    return new OperatingError(`${capitalized(nodeName(this.key))} of ${this.#clusterName} did not start.`, {
      code,
      why,
      next: `Its logs are in ${this.directories.logs}.`,
    })
  }
}

/** Kept with the process, for a later service that finds it running. */
interface NodeFacts {
  listeners: NodePlan['listeners']
}

function saying(lines: readonly string[]): string {
  return lines.length > 0 ? `Its log says: ${lines.join(' | ')}` : 'Its log is empty.'
}
