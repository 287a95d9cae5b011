import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock, systemDisk, systemNetwork, systemRandom } from '@sluice/effects'
import { ApacheKafkaNode } from '../oracle/apache-kafka-node.ts'
import { type Address, type ApacheKafka, freePort } from '../oracle/apache-kafka-process.ts'

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
  /** Those of a listener where clients log in (PLAIN), beside the one for everybody. */
  logins?: Passwords
}

type Passwords = Readonly<Record<string, string>>

export interface Engine {
  bootstrap: Address
  /** Where clients log in; without `logins` as `bootstrap`. */
  login: Address
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
  const fits = !spec.properties && !spec.logins && !spec.directory && !(spec.isOwn && canStartBrokers)
  if (running && fits) {
    const at = running.lastIndexOf(':')
    const bootstrap = { host: running.slice(0, at), port: Number(running.slice(at + 1)) }
    const kill = () => Promise.reject(new Error('the broker that runs already is not ours to kill'))
    return Promise.resolve({ bootstrap, login: bootstrap, stop: () => Promise.resolve(), kill })
  }
  const directory = spec.directory ?? temporaryDirectory()
  const remove = () => {
    if (!spec.directory) rmSync(directory, { recursive: true, force: true })
  }
  const properties = { ...baseProperties(), ...loginProperties(spec.logins), ...spec.properties }
  const own = { directory, properties, remove, logins: spec.logins }
  return apacheKafka ? launch(apacheKafka, own) : embed(own)
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(process.env.SLUICE_CONTRACT_DIRECTORY ?? tmpdir(), 'sluice-contract-'))
}

interface OwnBroker {
  readonly directory: string
  readonly properties: Record<string, string>
  readonly remove: () => void
  readonly logins: Passwords | undefined
}

function loginProperties(logins: Passwords | undefined): Record<string, string> {
  if (!logins) return {}
  const users = Object.entries(logins).map(([user, password]) => `user_${user}="${password}"`)
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule'
  return {
    'listener.name.login.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.login.plain.sasl.jaas.config': `${module} required ${users.join(' ')};`,
  }
}

async function embed({ directory, properties, remove, logins }: OwnBroker): Promise<Engine> {
  const { startCluster } = await import('@sluice/engine')
  const host = '127.0.0.1'
  const cluster = await startCluster({
    directory,
    controller: { nodeId: 1000, host, port: 0 },
    brokers: [
      {
        nodeId: 1,
        rack: null,
        listeners: [
          { name: 'CLIENT', protocol: 'PLAINTEXT', host, port: 0 },
          ...(logins ? [{ name: 'LOGIN', protocol: 'SASL_PLAINTEXT', host, port: 0 } as const] : []),
        ],
      },
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
  const [listener, login = listener] = cluster.brokers[0]?.listeners ?? []
  if (!listener || !login) throw new Error('the cluster has no listener')
  const stop = async () => {
    await cluster.stop()
    remove()
  }
  const kill = async () => {
    for (const broker of cluster.brokers) await cluster.kill(broker.nodeId)
    await stop()
  }
  return { bootstrap: { host, port: listener.port }, login: { host, port: login.port }, stop, kill }
}

async function launch(
  kafka: ApacheKafka,
  { directory, properties, remove, logins }: OwnBroker,
): Promise<Engine> {
  const host = '127.0.0.1'
  const [port, loginPort, controllerPort] = [await freePort(), await freePort(), await freePort()]
  const clients = `CLIENT://${host}:${port}${logins ? `,LOGIN://${host}:${loginPort}` : ''}`
  const listeners = {
    listeners: `${clients},CONTROLLER://${host}:${controllerPort}`,
    'advertised.listeners': clients,
    'controller.quorum.voters': `1@${host}:${controllerPort}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,LOGIN:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
  }
  const bootstrap = { host, port }
  const login = logins ? { host, port: loginPort } : bootstrap
  const node = await ApacheKafkaNode.start(kafka, directory, { ...listeners, ...properties }, bootstrap)
  const stop = async () => {
    await node.stop()
    remove()
  }
  const kill = async () => {
    await node.kill()
    remove()
  }
  return { bootstrap, login, stop, kill }
}
