import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bundle = `${root}node_modules/.cache/durability/node.mjs`

/** Makes of node.ts something that Node runs by itself. */
export async function buildNode(): Promise<void> {
  await build({
    entryPoints: [`${root}test/durability/node.ts`],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['sluice-source'],
    external: ['@node-rs/crc32', 'snappy', 'lz4-napi', '@mongodb-js/zstd'],
    banner: { js: "import{createRequire as c}from'node:module';const require=c(import.meta.url);" },
    logLevel: 'error',
  })
}

export interface ChildNode {
  readonly port: number
  /** What it has written to stderr: warnings and errors. */
  readonly complaints: readonly string[]
  /** As a power switch for this process: nothing runs after it. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Resolves when it serves; throws with what it said where it ends before. */
export async function startNode(directory: string, properties: Record<string, string>): Promise<ChildNode> {
  const settings = Object.entries(properties).map(([name, value]) => `${name}=${value}`)
  const child = spawn(process.execPath, [bundle, directory, ...settings], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const complaints: string[] = []
  createInterface(child.stderr).on('line', (line) => complaints.push(line))
  const ended = once(child, 'exit')
  const ready = new Promise<number>((resolve) => {
    createInterface(child.stdout).on('line', (line) => resolve(Number(line.replace('ready ', ''))))
  })
  const port = await Promise.race([ready, ended.then(() => null)])
  if (port === null) throw new Error(`the node ended: ${complaints.join('\n')}`)
  return {
    port,
    complaints,
    kill: () => end(child, ended, 'SIGKILL'),
    stop: () => end(child, ended, 'SIGTERM'),
  }
}

async function end(child: ChildProcess, ended: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal)
  await ended
}
