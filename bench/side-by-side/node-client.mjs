import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const program = fileURLToPath(new URL('../clients/node-library.mjs', import.meta.url))
const timeoutMs = 120_000

/** Runs the load of the Node client library in a process of its own; what it printed. */
export async function runNodeClient(mode, options) {
  const settings = Object.entries(options).map(([key, value]) => `${key}=${value}`)
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, mode, ...settings], {
      timeout: timeoutMs,
    })
    return JSON.parse(stdout)
  } catch (error) {
    throw new Error(`node-library ${mode} ${settings.join(' ')}: ${error.stderr || error.message}`, {
      cause: error,
    })
  }
}
