// What is measured: our engine as a process of its own, our whole service, and another broker beside them.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { firstAcknowledgement } from './protocol.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const engineBundle = join(root, 'packages/engine/dist/bundle/engine.js')
const launcher = join(root, 'packages/service/bin/sluice.mjs')
const host = '127.0.0.1'

/** Deleted topics go at once, so that their pages are free for the next run. */
const properties = { 'log.segment.delete.delay.ms': '0' }
const settings = Object.entries(properties).map(([name, value]) => `${name}=${value}`)

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

/**
 * Starts a process that listens on `port`; with a topic it also waits for the first acknowledgement of a record
 * to it and gives the time from the spawn to that.
 */
async function startProcess(args, port, topic) {
  const spawned = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  let stopping = false
  child.stderr.on('data', (data) => {
    errors += data
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  // Rejects when the process ends by itself.
  const failed = exited.then((code) => {
    if (!stopping) throw new Error(`${args[0]} ended with ${code}: ${errors}`)
  })
  failed.catch(() => {})
  const ready = new Promise((resolve) => child.stdout.once('data', resolve))
  const acknowledged = topic
    ? await Promise.race([firstAcknowledgement({ host, port }, topic), failed])
    : undefined
  await Promise.race([ready, failed])
  return {
    address: { host, port },
    pid: child.pid,
    firstAckMs: acknowledged && acknowledged - spawned,
    failed,
    stop: async () => {
      stopping = true
      child.kill('SIGTERM')
      await exited
    },
  }
}

export async function startEngine(directory, topic, moreSettings = []) {
  const port = await freePort()
  return startProcess([engineBundle, directory, String(port), ...settings, ...moreSettings], port, topic)
}

/** The whole service with its default cluster, in the foreground, as `npm start` runs it. */
export async function startService(directory, port, topic) {
  const args = [launcher, 'start', '--data-dir', directory, '--api-port', '0', '--kafka-port', String(port)]
  return startProcess(args, port, topic)
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

/** Resident memory in MB; undefined where the system does not say. */
export function residentMegabytes(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
  } catch {
    return undefined
  }
}

export function removeDirectory(directory) {
  rmSync(directory, { recursive: true, force: true })
}
