import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Connection } from '@sluice/client'
import { systemNetwork } from '@sluice/effects'

/** The command line as a shell runs it: the committed launcher, and what is built. */
const root = fileURLToPath(new URL('../..', import.meta.url))
const launcher = join(root, 'packages/service/bin/sluice.mjs')

interface Ran {
  exitCode: number | null
  stdout: string
  stderr: string
}

export interface Status {
  running: boolean
  starting?: boolean
  pid: number
  endpoint: string
  dataDirectory: string
  clusters: {
    name: string
    arn: string
    state: string
    stateInfo: string | null
    bootstrapServers: string
    listeners: Record<string, string>
    brokers: {
      id: number
      pid: number
      listeners: { name: string; host: string; port: number }[]
      dataDirectory: string
    }[]
  }[]
}

/** Builds when sources have changed, as `npm start` does. */
export async function ensureBuilt(): Promise<void> {
  const prepare = await import(join(root, 'scripts/prepare.mjs'))
  await prepare.ensureBuilt()
}

/** A data directory and the services that were started on it. */
export class Sandbox {
  readonly dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-cli-'))
  readonly #children: ChildProcess[] = []
  #environment: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1' }

  /** Runs a verb that has to do with no data directory. */
  ask(...words: string[]): Promise<Ran> {
    return ran(spawn(process.execPath, [launcher, ...words], { env: this.#environment }))
  }

  /** Runs a verb to its end. */
  run(verb: string, ...flags: string[]): Promise<Ran> {
    return ran(this.spawn(verb, ...flags))
  }

  spawn(verb: string, ...flags: string[]): ChildProcess {
    const child = spawn(
      process.execPath,
      [launcher, ...verb.split(' '), '--data-dir', this.dataDirectory, ...flags],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: this.#environment,
      },
    )
    this.#children.push(child)
    return child
  }

  /** A script that stands in for a command of the machine; nothing that was fetched before is found. */
  addCommand(name: string, script: string): void {
    const commands = join(this.dataDirectory, 'commands')
    mkdirSync(commands, { recursive: true })
    writeFileSync(join(commands, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    this.#environment = {
      ...this.#environment,
      PATH: `${commands}:${process.env['PATH']}`,
      SLUICE_CACHE_DIR: join(this.dataDirectory, 'cache'),
      JAVA_HOME: '',
      SLUICE_KAFKA_HOME: '',
    }
  }

  /** An AWS configuration file of its own, where it is. */
  useConfigFile(): string {
    const path = join(this.dataDirectory, 'aws', 'config')
    this.#environment = { ...this.#environment, AWS_CONFIG_FILE: path }
    return path
  }

  /** A process such as a killed service leaves, noted as the node of this name. */
  leaveNode(name: string): ChildProcess {
    const cluster = join(this.dataDirectory, 'clusters', 'some-uuid')
    mkdirSync(join(cluster, name), { recursive: true })
    writeFileSync(join(cluster, 'cluster.json'), '{ "name": "demo" }')
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    this.#children.push(child)
    const note = {
      state: 'running',
      marker: 'one',
      pid: child.pid,
      startedAt: null,
      fingerprint: '',
      facts: {},
    }
    writeFileSync(
      join(cluster, name, 'process.json'),
      JSON.stringify({ formatVersion: 1, ...note, logBytesBefore: 0, failure: null }),
    )
    return child
  }

  /** On free ports, detached. */
  start(...flags: string[]): Promise<Ran> {
    return this.run('start', '--detach', '--api-port', '0', '--kafka-port', '0', ...flags)
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.run('status', '-o', 'json')).stdout)
  }

  /** Stops what still runs and forgets the directory. */
  async close(): Promise<void> {
    // It is there from the beginning of a start on.
    if (existsSync(join(this.dataDirectory, 'lock'))) {
      const { exitCode, stderr } = await this.run('stop')
      if (exitCode !== 0 && exitCode !== 3) throw new Error(`the service did not stop: ${stderr}`)
    }
    for (const child of this.#children) if (child.exitCode === null) child.kill('SIGKILL')
    rmSync(this.dataDirectory, { recursive: true, force: true })
  }
}

/** Another checkout, of which there is only what an install needs; its npm installs nothing. */
export class Checkout {
  readonly #root = mkdtempSync(join(tmpdir(), 'sluice-checkout-'))

  constructor() {
    mkdirSync(join(this.#root, 'scripts'))
    copyFileSync(join(root, 'scripts/prepare.mjs'), join(this.#root, 'scripts/prepare.mjs'))
    writeFileSync(join(this.#root, 'package-lock.json'), '{}')
    writeFileSync(
      join(this.#root, 'npm.cjs'),
      "require('node:fs').mkdirSync('node_modules', { recursive: true })",
    )
  }

  changeLockFile(): void {
    writeFileSync(join(this.#root, 'package-lock.json'), '{ "packages": {} }')
  }

  /** What it says. */
  async install(): Promise<string> {
    const script = `import(${JSON.stringify(join(this.#root, 'scripts/prepare.mjs'))}).then((it) => it.ensureInstalled())`
    const env = { ...process.env, npm_execpath: join(this.#root, 'npm.cjs') }
    return (await ran(spawn(process.execPath, ['-e', script], { env }))).stderr
  }

  close(): void {
    rmSync(this.#root, { recursive: true })
  }
}

/** Runs what `npm run NAME` runs. */
export function runScript(name: string, ...flags: string[]): Promise<Ran> {
  return ran(spawn(process.execPath, [join(root, 'scripts', `${name}.mjs`), ...flags]))
}

async function ran(child: ChildProcess): Promise<Ran> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  const exitCode = await exitOf(child)
  return { exitCode, stdout, stderr }
}

export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code)))
}

/** Resolves with what a process has written when it holds `text`. */
export function outputWith(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
      if (output.includes(text)) resolve(output)
    })
    child.once('close', () => reject(new Error(`it ended without "${text}": ${output}`)))
  })
}

/** To the first of them. */
export async function connectTo(bootstrapServers: string): Promise<Connection> {
  const [host, port] = bootstrapServers.split(/[:,]/)
  return Connection.open({ network: systemNetwork(), host: host ?? '', port: Number(port), clientId: 'test' })
}
