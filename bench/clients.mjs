// The load clients: C where a compiler is found, else the same in Node, which is said in one line.
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const sources = fileURLToPath(new URL('clients/', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))
const names = ['produce', 'fetch', 'latency', 'loopback', 'drop-cache']
const flags = ['-std=gnu11', '-O2', '-Wall', '-Wno-unused-function']

/**
 * `run(name, { key: value })` runs a client to its end and gives what it printed; `name` and a list of arguments
 * do as well. `kind` says which clients these are.
 */
export function loadClients() {
  const compiler = [process.env.CC, 'cc', 'gcc', 'clang'].filter(Boolean).find(works)
  const directory = compiler && compile(compiler)
  const command = (name) =>
    directory ? [join(directory, name)] : [process.execPath, join(sources, 'fallback.mjs'), name]
  const run = async (name, options) => {
    const [file, ...first] = command(name)
    const settings = Array.isArray(options)
      ? options
      : Object.entries(options).map(([key, value]) => `${key}=${value}`)
    try {
      const { stdout } = await promisify(execFile)(file, [...first, ...settings], { timeout: 120_000 })
      return JSON.parse(stdout)
    } catch (error) {
      throw new Error(`load client ${name} ${settings.join(' ')}: ${error.stderr || error.message}`, {
        cause: error,
      })
    }
  }
  return { run, kind: directory ? `C (${compiler})` : 'Node' }
}

function works(compiler) {
  try {
    execFileSync(compiler, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Compiled once for each state of the sources. Undefined where the compiler cannot do it. */
function compile(compiler) {
  const digest = createHash('sha256').update(compiler)
  for (const file of ['kafka.h', ...names.map((name) => `${name}.c`)])
    digest.update(readFileSync(join(sources, file)))
  const directory = join(root, 'node_modules', '.cache', 'sluice-bench', digest.digest('hex').slice(0, 16))
  mkdirSync(directory, { recursive: true })
  for (const name of names) {
    const program = join(directory, name)
    if (existsSync(program)) continue
    try {
      execFileSync(compiler, [...flags, '-o', program, join(sources, `${name}.c`), '-lpthread'], {
        stdio: 'pipe',
      })
    } catch (error) {
      process.stderr.write(`${compiler} cannot compile ${name}.c: ${error.stderr ?? error.message}\n`)
      return undefined
    }
  }
  return directory
}
