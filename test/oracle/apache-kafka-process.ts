import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Metadata } from '@sluice/wire'
import { Peer } from '../contract/peer.ts'
import { recorder } from './recording.ts'

/** What it takes to run Apache Kafka. */
export interface ApacheKafka {
  version: string
  java: string
  classPath: readonly string[]
}

export interface Address {
  host: string
  port: number
}

export type Properties = Readonly<Record<string, string>>

const readyWithinMs = 90_000
const stopWithinMs = 60_000
const guard = fileURLToPath(new URL('guard.mjs', import.meta.url))
/** What a JVM needs that shares its machine with others, for short tests. */
const oneOfSeveral = ['-Xmx384M', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dlog4j2.level=WARN']
const jvmArguments = ['-Djava.awt.headless=true', '-XX:+ExplicitGCInvokesConcurrent']

/** One JVM that runs Apache Kafka. It does not outlive the process that started it. */
export class ApacheKafkaProcess {
  readonly #log: string
  readonly #guard: ChildProcess
  readonly #ended: Promise<void>
  #hasEnded = false

  /** By its own properties file. */
  constructor(kafka: ApacheKafka, config: string, log: string, jvm: readonly string[] = oneOfSeveral) {
    this.#log = log
    const args = [guard, log, kafka.java, ...jvm, ...commonArguments(kafka), 'kafka.Kafka', config]
    this.#guard = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
    this.#guard.stdin?.on('error', () => {})
    this.#ended = new Promise((resolve) =>
      this.#guard.once('close', () => {
        this.#hasEnded = true
        resolve()
      }),
    )
  }

  /** Of the process whose one child the JVM is. */
  get pid(): number {
    return this.#guard.pid ?? 0
  }

  /** A clean stop. */
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

  /** Resolves when a broker answers there that has found its controller; one that does not is killed. */
  async untilReady(bootstrap: Address): Promise<void> {
    const end = performance.now() + readyWithinMs
    while (!(await recorder.leaveOut(() => isReady(bootstrap)))) {
      if (this.#hasEnded || performance.now() > end) {
        const problem = this.#hasEnded ? 'ended at its start' : 'does not answer'
        await this.kill()
        const lines = readFileSync(this.#log, 'utf8').slice(-2000)
        throw new Error(`Apache Kafka ${problem}; its log ends with\n${lines}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Makes the log directory of a properties file one of the cluster. */
export async function format(kafka: ApacheKafka, config: string, clusterId: string): Promise<void> {
  const args = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config]
  await promisify(execFile)(kafka.java, [...commonArguments(kafka), ...args])
}

export function writeProperties(path: string, properties: Properties): void {
  const lines = Object.entries(properties).map(
    ([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`,
  )
  writeFileSync(path, lines.join(''))
}

/** Below those that the system gives to whoever connects: one of these may be gone before a broker has come up. */
const ports = { from: 20_000, to: 32_000 }

export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(ports.from, ports.to)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, host, () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}

function commonArguments(kafka: ApacheKafka): string[] {
  return [...jvmArguments, '-cp', kafka.classPath.join(delimiter)]
}

async function isReady(bootstrap: Address): Promise<boolean> {
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
