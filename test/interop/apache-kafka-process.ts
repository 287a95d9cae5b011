import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ApacheKafka } from '../oracle/apache-kafka-node.ts'

const guard = fileURLToPath(new URL('../oracle/guard.mjs', import.meta.url))
const flags = [
  '-Xmx384M',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
  '-Dlog4j2.level=WARN',
]

/** A node of Apache Kafka by its own `server.properties`; it does not outlive the process that started it. */
export class ApacheKafkaProcess {
  readonly #guard: ChildProcess
  readonly #ended: Promise<unknown>

  constructor(kafka: ApacheKafka, propertiesFile: string, logFile: string) {
    const java = [...flags, '-cp', kafka.classPath.join(delimiter), 'kafka.Kafka', propertiesFile]
    this.#guard = spawn(process.execPath, [guard, logFile, kafka.java, ...java], {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    })
    this.#guard.stdin?.on('error', () => {})
    this.#ended = once(this.#guard, 'close')
  }

  async stop(): Promise<void> {
    this.#guard.stdin?.write('stop\n')
    await this.#ended
  }

  async kill(): Promise<void> {
    this.#guard.stdin?.end()
    await this.#ended
  }
}
