import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { NodeProgram } from '../fleet/engines/embedded/process-cluster.ts'

/** Young objects die young here: a larger nursery is memory that each idle node would keep. */
const nodeFlags = ['--max-semi-space-size=4']

/** What a node with a process of its own runs: this Node, and the bundle that the build puts beside this one. */
export function nodeProgram(): NodeProgram {
  const path = fileURLToPath(new URL('node.js', import.meta.url))
  // It names the bundle that it loads by a digest of its content.
  const build = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)
  return { command: process.execPath, program: [...nodeFlags, path], build }
}
