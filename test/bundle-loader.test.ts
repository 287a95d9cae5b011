import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const loader = readFileSync(fileURLToPath(new URL('../scripts/bundle-loader.cjs', import.meta.url)), 'utf8')
/** Stays until it is killed, or ends at once with the argument `end`, or with code 7 after STAY_MS. */
const program = `(function (module, exports, require, __filename) {
exports.main = () => 'main'
process.stdout.write(require('node:path').basename(__filename) + '\\n')
if (process.argv[2] !== 'end') setInterval(() => {}, 1000)
if (process.env.STAY_MS) setTimeout(() => process.exit(7), Number(process.env.STAY_MS))
})`
const cacheName = `program.cjs.${process.version}-${process.platform}-${process.arch}.cache`

let directory: string
let children: ChildProcess[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-loader-'))
  children = []
  writeFileSync(join(directory, 'program.cjs'), program)
  writeFileSync(join(directory, 'loader.cjs'), loader.replace('@program@', 'program.cjs'))
})

afterEach(async () => {
  for (const child of children) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    if (child.kill('SIGKILL')) await ended
  }
  rmSync(directory, { recursive: true, force: true })
})

const path = (name: string) => join(directory, name)
const startProgram = () => {
  const child = spawn(process.execPath, [path('loader.cjs')], { stdio: 'ignore' })
  children.push(child)
}
const runProgram = () =>
  spawnSync(process.execPath, [path('loader.cjs'), 'end'], { encoding: 'utf8', timeout: 20_000 })
const within = { timeout: 20_000, interval: 20 }

describe('the loader of a bundle', () => {
  it('runs the program, and an import of it finds main', () => {
    expect(runProgram()).toMatchObject({ status: 0, stdout: 'program.cjs\n', stderr: '' })
    const code = "process.argv[2] = 'end'; import('./loader.cjs').then(({ main }) => console.log(main()))"
    const imported = spawnSync(process.execPath, ['-e', code], {
      cwd: directory,
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect(imported).toMatchObject({ status: 0, stdout: 'program.cjs\nmain\n' })
  })

  it('saves the code cache of a program that stays, and goes on with it', async () => {
    startProgram()
    await vi.waitFor(() => expect(existsSync(path(cacheName))).toBe(true), within)
    const made = readFileSync(path(cacheName))
    expect(made.length).toBeGreaterThan(0)
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(runProgram()).toMatchObject({ status: 0, stdout: 'program.cjs\n' })
    expect(readFileSync(path(cacheName))).toEqual(made)
  })

  it('leaves no cache of a command that ends at once', () => {
    expect(runProgram().status).toBe(0)
    expect(existsSync(path(cacheName))).toBe(false)
  })

  it('replaces a cache that V8 refuses', async () => {
    writeFileSync(path(cacheName), 'no cache at all')
    expect(runProgram()).toMatchObject({ status: 0, stdout: 'program.cjs\n', stderr: '' })
    startProgram()
    await vi.waitFor(() => expect(statSync(path(cacheName)).size).toBeGreaterThan(15), within)
  })

  it('runs without a cache where none can be written', async () => {
    mkdirSync(path(cacheName))
    const command = [path('loader.cjs')]
    const child = spawn(process.execPath, command, {
      stdio: 'ignore',
      env: { ...process.env, STAY_MS: '2500' },
    })
    children.push(child)
    // Longer than until the cache is saved: an error there would have ended it with another code.
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(7)
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})
