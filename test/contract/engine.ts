import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { silentLogger, systemClock, systemDisk, systemNetwork, systemRandom } from '@sluice/effects'

// Which broker the contract tests judge:
//   (nothing)                             our embedded engine, in this process
//   SLUICE_CONTRACT_BOOTSTRAP=host:port   a broker that runs already, started with broker.properties; tests that
//                                         need other properties or a restart are skipped
//   SLUICE_CONTRACT_LAUNCHER=command      `command start DIR PORT key=value …` starts a broker, waits until it is
//                                         ready and ends; `command stop DIR` stops it, `command stop DIR kill`
//                                         kills it. Used where the broker that runs already does not fit.

export interface Spec {
  /** On top of broker.properties. */
  properties?: Record<string, string>
  /** Where its data lies; given again, the broker finds what it wrote. Default: a directory that `stop` removes. */
  directory?: string
}

export interface Engine {
  bootstrap: { host: string; port: number }
  stop(): Promise<void>
  /** Ends the broker as a crash would, without a word and without a flush. */
  kill(): Promise<void>
}

export const launcher = process.env.SLUICE_CONTRACT_LAUNCHER
const running = process.env.SLUICE_CONTRACT_BOOTSTRAP

/** True where a broker with properties of its own, or one that is restarted, can be had. */
export const canStartBrokers = !running || Boolean(launcher)

/** The properties of broker.properties: what every contract test may count on. */
export function baseProperties(): Record<string, string> {
  const lines = readFileSync(new URL('broker.properties', import.meta.url), 'utf8').split('\n')
  const pairs = lines.filter((line) => line && !line.startsWith('#')).map((line) => line.split('=', 2))
  return Object.fromEntries(pairs)
}

export function start(spec: Spec = {}): Promise<Engine> {
  const fits = !spec.properties && !spec.directory
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
  return launcher ? launch(launcher, directory, properties, remove) : embed(directory, properties, remove)
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'sluice-contract-'))
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
  command: string,
  directory: string,
  properties: Record<string, string>,
  remove: () => void,
): Promise<Engine> {
  const run = promisify(execFile)
  const port = await freePort()
  const settings = Object.entries(properties).map(([name, value]) => `${name}=${value}`)
  await run(command, ['start', directory, String(port), ...settings])
  const stop = async () => {
    await run(command, ['stop', directory])
    remove()
  }
  const kill = async () => {
    await run(command, ['stop', directory, 'kill'])
    remove()
  }
  return { bootstrap: { host: '127.0.0.1', port }, stop, kill }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (!address || typeof address === 'string') throw new Error('no port')
  return address.port
}
