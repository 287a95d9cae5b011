import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock, systemDisk, systemNetwork, systemRandom } from '@sluice/effects'
import { ApacheKafkaNode } from '../oracle/apache-kafka-node.ts'
import type { ApacheKafka } from '../oracle/apache-kafka-process.ts'

// Which broker the contract tests judge:
//   (nothing)                             our embedded engine, in this process
//   SLUICE_CONTRACT_BOOTSTRAP=host:port   a broker that runs already, started with broker.properties; tests that
//                                         need other properties or a restart are skipped
//   SLUICE_CONTRACT_APACHE_KAFKA=file     Apache Kafka, as the JSON file says how to run it; used where the broker
//                                         that runs already does not fit
// `npm run test:contract` sets them.

interface Spec {
  /** On top of broker.properties. */
  properties?: Record<string, string>
  /** Where its data lies; given again, the broker finds what it wrote. Default: a directory that `stop` removes. */
  directory?: string
  /** No other test sees it, where that can be had: this one changes what holds for all of them. */
  isOwn?: boolean
}

export interface Engine {
  bootstrap: { host: string; port: number }
  stop(): Promise<void>
  /** Ends the broker as a crash would, without a word and without a flush. */
  kill(): Promise<void>
}

/** How to run Apache Kafka, where that is what the tests judge. */
export const apacheKafka: ApacheKafka | null = process.env.SLUICE_CONTRACT_APACHE_KAFKA
  ? (JSON.parse(readFileSync(process.env.SLUICE_CONTRACT_APACHE_KAFKA, 'utf8')) as ApacheKafka)
  : null
const running = process.env.SLUICE_CONTRACT_BOOTSTRAP

/** True where a broker with properties of its own, or one that is restarted, can be had. */
export const canStartBrokers = !running || apacheKafka !== null

/** The properties of broker.properties: what every contract test may count on. */
export function baseProperties(): Record<string, string> {
  const lines = readFileSync(new URL('broker.properties', import.meta.url), 'utf8').split('\n')
  const pairs = lines.filter((line) => line && !line.startsWith('#')).map((line) => line.split('=', 2))
  return Object.fromEntries(pairs)
}

export function start(spec: Spec = {}): Promise<Engine> {
  const fits = !spec.properties && !spec.directory && !(spec.isOwn && canStartBrokers)
  if (running && fits) {
    const at = running.lastIndexOf(':')
    const bootstrap = { host: running.slice(0, at), port: Number(running.slice(at + 1)) }
    const kill = () => Promise.reject(new Error('the broker that runs already is not ours to kill'))
    return Promise.resolve({ bootstrap, stop: () => Promise.resolve(), kill })
  }
  const directory = spec.directory ?? temporaryDirectory()
  const remove = () => {
    if (!spec.directory) rmSync(directory, { recursive: true, force: true })
  }
  const properties = { ...baseProperties(), ...spec.properties }
  return apacheKafka
    ? launch(apacheKafka, directory, properties, remove)
    : embed(directory, properties, remove)
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(process.env.SLUICE_CONTRACT_DIRECTORY ?? tmpdir(), 'sluice-contract-'))
}

async function embed(
  directory: string,
  properties: Record<string, string>,
  remove: () => void,
): Promise<Engine> {
  const { startCluster } = await import('@sluice/engine')
  const host = '127.0.0.1'
  const cluster = await startCluster({
    directory,
    controller: { nodeId: 1000, host, port: 0 },
    brokers: [
      { nodeId: 1, rack: null, listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port: 0 }] },
    ],
    properties,
    effects: {
      clock: systemClock(),
      disk: systemDisk(),
      network: systemNetwork(),
      random: systemRandom(),
      logger: silentLogger,
    },
  })
  const listener = cluster.brokers[0]?.listeners[0]
  if (!listener) throw new Error('the cluster has no listener')
  const stop = async () => {
    await cluster.stop()
    remove()
  }
  const kill = async () => {
    for (const broker of cluster.brokers) await cluster.kill(broker.nodeId)
    await stop()
  }
  return { bootstrap: { host, port: listener.port }, stop, kill }
}

async function launch(
  kafka: ApacheKafka,
  directory: string,
  properties: Record<string, string>,
  remove: () => void,
): Promise<Engine> {
  const node = await ApacheKafkaNode.start(kafka, directory, properties)
  const stop = async () => {
    await node.stop()
    remove()
  }
  const kill = async () => {
    await node.kill()
    remove()
  }
  return { bootstrap: node.bootstrap, stop, kill }
}
