import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { seededRandom } from '@sluice/effects'
import { afterAll, beforeAll, expect, it } from 'vitest'

// Kill -9 in the middle of PutRecords, of splits and of merges, and what is there afterwards. A failure is a seed:
//   SLUICE_CRASH_SEED=n [SLUICE_CRASH_ROUNDS=m] npx vitest run packages/service/src/streams/crash.test.ts

const seed = Number(process.env['SLUICE_CRASH_SEED'] ?? Date.now() % 1_000_000)
const rounds = Number(process.env['SLUICE_CRASH_ROUNDS'] ?? 3)
const roundMsMax = 60_000
const directory = mkdtempSync(join(tmpdir(), 'sluice-streams-'))
const bundle = join(directory, 'child.mjs')

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('testing/crash-child.ts', import.meta.url))],
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
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** The lines that the process writes, until it has written so many and is killed, or until it ends. */
async function linesOf(mode: 'write' | 'read', from: number, linesMax = Number.POSITIVE_INFINITY) {
  const words = [bundle, join(directory, 'data'), mode, String(from), String(seed + from)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const lines: string[] = []
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    if (lines.length === linesMax) child.kill('SIGKILL')
  })
  const closed = once(child.stdout, 'close')
  await Promise.all([ended, closed])
  return lines
}

it(
  `loses nothing that was acknowledged when the process is killed, and keeps each key in order (seed ${seed})`,
  async () => {
    const random = seededRandom(seed)
    const acknowledged = new Map<number, string>()
    for (let round = 0; round < rounds; round++) {
      const from = Math.max(-1, ...acknowledged.keys()) + 1_000
      for (const line of await linesOf('write', from, 1 + random.int(3_000))) {
        const [number, sequenceNumber = ''] = line.split(' ')
        // The last line may have been torn by the kill.
        if (/^\d{56}$/.test(sequenceNumber)) acknowledged.set(Number(number), sequenceNumber)
      }
    }
    expect(acknowledged.size).toBeGreaterThan(0)
    const found = new Map<number, string>()
    const last = new Map<string, bigint>()
    const lastOfKey = new Map<string, number>()
    for (const line of await linesOf('read', 0)) {
      const [shard = '', number, sequenceNumber = '', key = ''] = line.split(' ')
      expect(BigInt(sequenceNumber)).toBeGreaterThan(last.get(shard) ?? 0n)
      last.set(shard, BigInt(sequenceNumber))
      expect(found.has(Number(number))).toBe(false)
      found.set(Number(number), sequenceNumber)
      expect([key, Number(number)]).toEqual([
        key,
        expect.toSatisfy((one) => one > (lastOfKey.get(key) ?? -1)),
      ])
      lastOfKey.set(key, Number(number))
    }
    if (rounds > 3)
      console.log(
        `${rounds} kills, ${acknowledged.size} acknowledged, ${found.size} found, ${last.size} shards`,
      )
    for (const [number, sequenceNumber] of acknowledged)
      expect([number, found.get(number)]).toEqual([number, sequenceNumber])
  },
  rounds * roundMsMax,
)
