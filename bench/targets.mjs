// What is measured: our engine as a process of its own, our whole service, and another broker beside them.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startProcess } from './processes.mjs'
import { firstAcknowledgement } from './protocol.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const engineBundle = join(root, 'packages/engine/dist/bundle/engine.js')
export const launcher = join(root, 'packages/service/bin/sluice.mjs')
export const host = '127.0.0.1'

/** Deleted topics go at once, so that their pages are free for the next run; one broker can hold one replica. */
const properties = { 'log.segment.delete.delay.ms': '0', 'offsets.topic.replication.factor': '1' }
export const settings = Object.entries(properties).map(([name, value]) => `${name}=${value}`)

export function temporaryDirectory() {
  return mkdtempSync(join(tmpdir(), 'sluice-bench-'))
}

export async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, host, resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** `address` is the first broker's. */
export async function startEngine(directory, topic, moreSettings = [], brokers = 1, nodeOptions = []) {
  const ports = []
  while (ports.length < brokers) ports.push(await freePort())
  const args = [...nodeOptions, engineBundle, directory, ports.join(','), ...settings, ...moreSettings]
  return startProcess({ args, address: { host, port: ports[0] }, topic })
}

/** The whole service with its default cluster, in the foreground, as `npm start` runs it. */
export async function startService(directory, port, topic) {
  const args = [launcher, 'start', '--data-dir', directory, '--api-port', '0', '--kafka-port', String(port)]
  return startProcess({ args, address: { host, port }, topic })
}

/** Another broker through a command as the contract tests use it: `command start DIR PORT key=value …` prints its pid. */
export async function startOther(command, directory, topic) {
  const port = await freePort()
  const spawned = performance.now()
  const started = promisify(execFile)(command, ['start', directory, String(port), ...settings])
  const acknowledged = topic
    ? await Promise.race([
        firstAcknowledgement({ host, port }, topic),
        started.then(() => new Promise(() => {})),
      ])
    : undefined
  const { stdout } = await started
  return {
    address: { host, port },
    pid: Number.parseInt(stdout, 10),
    firstAckMs: acknowledged && acknowledged - spawned,
    stop: async () => void (await promisify(execFile)(command, ['stop', directory])),
  }
}

export function removeDirectory(directory) {
  rmSync(directory, { recursive: true, force: true })
}
