import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { systemRandom } from '@sluice/effects'
import { Metadata, randomUuid } from '@sluice/wire'
import { Peer } from '../contract/peer.ts'
import { recorder } from './recording.ts'

/** What it takes to run Apache Kafka. */
export interface ApacheKafka {
  version: string
  java: string
  classPath: readonly string[]
}

const host = '127.0.0.1'
const readyWithinMs = 60_000
const stopWithinMs = 60_000
const guard = fileURLToPath(new URL('guard.mjs', import.meta.url))

/**
 * A combined node (broker and controller) of Apache Kafka for tests, on the loopback address alone. It does not
 * outlive the process that started it.
 */
export class ApacheKafkaNode {
  readonly bootstrap: { host: string; port: number }
  readonly #guard: ChildProcess
  readonly #ended: Promise<void>
  #hasEnded = false

  private constructor(port: number, process: ChildProcess) {
    this.bootstrap = { host, port }
    this.#guard = process
    this.#ended = new Promise((resolve) =>
      process.once('close', () => {
        this.#hasEnded = true
        resolve()
      }),
    )
  }

  /** Of the process whose one child it is. */
  get pid(): number {
    return this.#guard.pid ?? 0
  }

  /** Starts it on what is in the directory, or on nothing, and resolves when it answers. */
  static async start(
    kafka: ApacheKafka,
    directory: string,
    properties: Readonly<Record<string, string>>,
  ): Promise<ApacheKafkaNode> {
    mkdirSync(directory, { recursive: true })
    const port = await freePort()
    const config = join(directory, 'server.properties')
    writeFileSync(config, await propertiesText(directory, port, properties))
    const run = [...jvmArguments, '-cp', kafka.classPath.join(delimiter)]
    if (!existsSync(join(directory, 'data', 'meta.properties'))) {
      const id = randomUuid(systemRandom())
      await promisify(execFile)(kafka.java, [
        ...run,
        'kafka.tools.StorageTool',
        'format',
        '-t',
        id,
        '-c',
        config,
      ])
    }
    const log = join(directory, 'node.log')
    const args = [guard, log, kafka.java, '-Xmx1G', '-Xms1G', '-XX:+UseG1GC', ...run, 'kafka.Kafka', config]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
    child.stdin?.on('error', () => {})
    const node = new ApacheKafkaNode(port, child)
    try {
      await node.#untilReady(log)
    } catch (error) {
      await node.kill()
      throw error
    }
    return node
  }

  async stop(): Promise<void> {
    this.#guard.stdin?.write('stop\n')
    const timer = setTimeout(() => this.#guard.stdin?.end(), stopWithinMs)
    await this.#ended
    clearTimeout(timer)
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.#guard.stdin?.end()
    await this.#ended
  }

  async #untilReady(log: string): Promise<void> {
    const end = performance.now() + readyWithinMs
    while (!(await recorder.leaveOut(() => isReady(this.bootstrap)))) {
      const problem = this.#hasEnded ? 'ended at its start' : 'does not answer'
      if (this.#hasEnded || performance.now() > end)
        throw new Error(
          `Apache Kafka ${problem}; its log ends with\n${readFileSync(log, 'utf8').slice(-2000)}`,
        )
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

const jvmArguments = ['-Djava.awt.headless=true', '-XX:+ExplicitGCInvokesConcurrent']

async function isReady(bootstrap: { host: string; port: number }): Promise<boolean> {
  try {
    const peer = await Peer.open(bootstrap)
    try {
      const { brokers, controllerId } = await peer.send(Metadata, 9, { topics: [] })
      return brokers.length > 0 && controllerId >= 0
    } finally {
      peer.close()
    }
  } catch {
    return false
  }
}

async function propertiesText(
  directory: string,
  port: number,
  properties: Readonly<Record<string, string>>,
): Promise<string> {
  const controllerPort = await freePort()
  const all = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${host}:${controllerPort}`,
    listeners: `CLIENT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
    'advertised.listeners': `CLIENT://${host}:${port}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
    'log.dirs': join(directory, 'data'),
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    ...properties,
  }
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('')
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (!address || typeof address === 'string') throw new Error('no port')
  return address.port
}
