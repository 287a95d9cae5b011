import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** A program beside this file that is run again and again on one data directory, which is its first word, and killed. */
export interface Killed {
  /** The lines that it writes, until it has written so many and is killed, or until it ends. */
  linesOf(words: readonly string[], linesMax?: number): Promise<string[]>
  end(): void
}

export async function killedProcess(program: string): Promise<Killed> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-streams-'))
  const bundle = join(directory, 'child.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL(program, import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['sluice-source'],
    external: [
      '@node-rs/crc32',
      'snappy',
      'lz4-napi',
      '@mongodb-js/zstd',
      '@peculiar/x509',
      'reflect-metadata',
    ],
    banner: { js: "import{createRequire as c}from'node:module';const require=c(import.meta.url);" },
    logLevel: 'error',
  })
  return {
    async linesOf(words, linesMax = Number.POSITIVE_INFINITY) {
      const child = spawn(process.execPath, [bundle, join(directory, 'data'), ...words], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = once(child, 'exit')
      const lines: string[] = []
      createInterface(child.stdout).on('line', (line) => {
        lines.push(line)
        if (lines.length === linesMax) child.kill('SIGKILL')
      })
      const closed = once(child.stdout, 'close')
      await Promise.all([ended, closed])
      return lines
    },
    end: () => rmSync(directory, { recursive: true, force: true }),
  }
}
