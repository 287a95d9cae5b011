import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAlive, ownIdentity, systemProcesses } from './processes.ts'

const processes = systemProcesses()
const node = (script: string) => ['-e', script]
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-processes-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

describe('a process that is started', () => {
  it('writes to its file, is known by pid and start time, and tells how it ended', async () => {
    const outputFile = join(directory, 'output')
    const script =
      'console.log(process.env.GREETING); console.error("to the same file"); setInterval(() => {}, 1000)'
    const child = await processes.spawn(process.execPath, node(script), {
      outputFile,
      environment: { GREETING: 'hello' },
    })
    expect(processes.isRunning(child.pid)).toBe(true)
    if (process.platform === 'linux') expect(processes.startedAt(child.pid)).toMatch(/^\d+$/)
    await expect.poll(() => readFileSync(outputFile, 'utf8')).toBe('hello\nto the same file\n')
    processes.signal(child.pid, 'SIGKILL')
    expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' })
    expect(processes.isRunning(child.pid)).toBe(false)
  })

  it.runIf(process.platform === 'linux')('is found by an argument that it was given whole', async () => {
    const marker = `--marker=${directory}`
    const outputFile = join(directory, 'output')
    const args = [...node('setInterval(() => {}, 1000)'), '--', marker]
    const child = await processes.spawn(process.execPath, args, { outputFile })
    expect(processes.findByArgument(marker)).toEqual([child.pid])
    expect(processes.findByArgument(marker.slice(0, -1))).toEqual([])
    processes.signal(child.pid, 'SIGKILL')
    await child.ended
    expect(processes.findByArgument(marker)).toEqual([])
  })

  it('is refused where there is no such command', async () => {
    const outputFile = join(directory, 'output')
    await expect(processes.spawn(join(directory, 'nothing'), [], { outputFile })).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })
})

describe('a command that is run', () => {
  it('gives its exit code and output, line by line too', async () => {
    const lines: string[] = []
    const done = await processes.run(
      process.execPath,
      node('process.stdout.write("one\\ntw"); process.stdout.write("o\\nlast"); process.exitCode = 3'),
      { onLine: (line) => lines.push(line) },
    )
    expect(done).toEqual({ code: 3, signal: null, output: 'one\ntwo\nlast' })
    expect(lines).toEqual(['one', 'two', 'last'])
  })

  it('is killed when its time is over', async () => {
    const done = await processes.run(process.execPath, node('setInterval(() => {}, 1000)'), { timeoutMs: 50 })
    expect(done).toMatchObject({ code: null, signal: 'SIGKILL' })
  })

  it('is refused where there is no such command, and leaves no timer that keeps this process alive', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    await expect(processes.run(join(directory, 'nothing'), [])).rejects.toMatchObject({ code: 'ENOENT' })
    expect(timers()).toBeLessThanOrEqual(before)
  })

  it('is killed when it is called off', async () => {
    const off = new AbortController()
    const reason = new Error('no longer wanted')
    let pid = 0
    const run = processes.run(
      process.execPath,
      node('console.log(process.pid); setInterval(() => {}, 1000)'),
      {
        signal: off.signal,
        onLine(line) {
          pid = Number(line)
          off.abort(reason)
        },
      },
    )
    await expect(run).rejects.toBe(reason)
    expect(pid).toBeGreaterThan(0)
    expect(processes.isRunning(pid)).toBe(false)
    await expect(processes.run(process.execPath, node(''), { signal: off.signal })).rejects.toBe(reason)
  })
})

describe('the identity of a process', () => {
  const known = (runs: boolean, start: string | null) => {
    return { pid: 7, isRunning: () => runs, startedAt: () => start, signal() {} }
  }

  it.each([
    ['is the process that started then', true, 'monday', 'monday', true],
    ['is not a later one with its id', true, 'tuesday', 'monday', false],
    ['is nobody who does not run', false, 'monday', 'monday', false],
    ['is believed where the system does not say', true, null, 'monday', true],
    ['is believed where nobody said', true, 'monday', null, true],
  ])('%s', (_what, runs, start, startedAt, alive) => {
    expect(isAlive({ pid: 7, startedAt }, known(runs, start))).toBe(alive)
  })

  it('is this process’s own', () => {
    expect(ownIdentity(known(true, 'monday'))).toEqual({ pid: 7, startedAt: 'monday' })
    expect(isAlive(ownIdentity(processes), processes)).toBe(true)
  })
})
