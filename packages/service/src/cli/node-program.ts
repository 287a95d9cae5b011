import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { NodeProgram } from '../fleet/engines/embedded/process-cluster.ts'

/**
 * What each idle node would keep without them. Young objects die young here: a nursery of 4 MB is enough. And V8's optimizing
 * compiler, which takes 6 MB with its code, waits for eight times as much work of a function as it does by itself: under load
 * that is there at once, while a start and the heartbeats of an idle node do without it.
 */
const nodeFlags = ['--max-semi-space-size=4', '--interrupt-budget=540672']

/** What a node with a process of its own runs: this Node, and the bundle that the build puts beside this one. */
export function nodeProgram(): NodeProgram {
  const path = fileURLToPath(new URL('node.js', import.meta.url))
  // It names the bundle that it loads by a digest of its content.
  const build = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)
  return { command: process.execPath, program: [...nodeFlags, path], build }
}
