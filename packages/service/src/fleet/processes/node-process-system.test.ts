import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ChildProcesses,
  silentLogger,
  systemClock,
  systemDisk,
  systemProcesses,
  systemRandom,
} from '@sluice/effects'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NodeProcess } from './node-process.ts'

// Real processes. A script stands in for the JVM: it takes any argument, says on which port it listens, and does on
// SIGTERM what its last argument says.
const script = `#!${process.execPath}
const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port))
const [mode] = process.argv.slice(-1)
process.on('SIGTERM', () => {
  if (mode === 'obedient') server.close(() => process.exit(143))
})
if (mode === 'failing') {
  console.log('Error: nothing works')
  process.exit(3)
}
`

let directory: string
let processes: ChildProcesses
let failures: string[]
const opened: NodeProcess[] = []
const pids: number[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-node-'))
  writeFileSync(join(directory, 'jvm'), script)
  chmodSync(join(directory, 'jvm'), 0o755)
  processes = systemProcesses()
  failures = []
})
afterEach(() => {
  for (const node of opened.splice(0)) node.close()
  for (const pid of pids.splice(0)) if (processes.isRunning(pid)) process.kill(pid, 'SIGKILL')
  rmSync(directory, { recursive: true })
})

function open(on = processes): NodeProcess {
  const node = NodeProcess.open({
    directory: join(directory, 'broker-1'),
    name: 'broker 1 of demo',
    effects: {
      clock: systemClock(),
      disk: systemDisk(),
      processes: on,
      random: systemRandom(),
      logger: silentLogger,
    },
    onFailure: (sentence) => failures.push(sentence),
  })
  opened.push(node)
  return node
}

async function start(node: NodeProcess, mode: 'obedient' | 'deaf' | 'failing'): Promise<number> {
  await node.start({ command: join(directory, 'jvm'), args: [mode], fingerprint: mode, facts: { mode } })
  const pid = node.pid as number
  pids.push(pid)
  return pid
}

/** It listens, so its signal handler is set too. */
async function listening(): Promise<void> {
  await expect
    .poll(() => readFileSync(join(directory, 'broker-1/logs/console.log'), 'utf8'))
    .toMatch(/^\d+\n$/)
}

describe('a real process of a node', () => {
  it('is stopped by SIGTERM', async () => {
    const node = open()
    const pid = await start(node, 'obedient')
    await listening()
    expect(await node.stop({ graceMs: 20_000 })).toBe('clean')
    expect(processes.isRunning(pid)).toBe(false)
    expect(failures).toEqual([])
  })

  it('is killed where it does not listen to SIGTERM', async () => {
    const node = open()
    const pid = await start(node, 'deaf')
    await listening()
    expect(await node.stop({ graceMs: 20 })).toBe('killed')
    expect(processes.isRunning(pid)).toBe(false)
  })

  it('fails with what it said', async () => {
    const node = open()
    await start(node, 'failing')
    const sentence = 'Broker 1 of demo ended by itself with exit code 3. Its log says: Error: nothing works'
    expect(await node.whenEnded()).toBe(sentence)
    expect(failures).toEqual([sentence])
  })

  it('that cannot be started is the error of the system', async () => {
    const node = open()
    const command = { command: join(directory, 'none'), args: [], fingerprint: '', facts: {} }
    await expect(node.start(command)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(node.state).toBe('stopped')
  })

  it('is adopted by a later service, which sees its end and stops it', async () => {
    const first = open()
    const pid = await start(first, 'obedient')
    await listening()
    first.close()
    const second = open()
    expect(second).toMatchObject({
      state: 'running',
      pid,
      fingerprint: 'obedient',
      facts: { mode: 'obedient' },
    })
    expect(await second.stop({ graceMs: 20_000 })).toBe('clean')
    expect(processes.isRunning(pid)).toBe(false)

    const again = await start(second, 'obedient')
    second.close()
    const third = open()
    processes.signal(again, 'SIGKILL')
    expect(await third.whenEnded()).toMatch(/^Broker 1 of demo ended by itself\./)
    expect(third.state).toBe('failed')
  })

  it.runIf(process.platform === 'linux')('is found by its marker where its pid was not noted', async () => {
    // A service that is killed as soon as the child runs, before it can note it.
    let spawned = 0
    const killedAfterSpawn: ChildProcesses = {
      ...processes,
      async spawn(...args) {
        const child = await processes.spawn(...args)
        spawned = child.pid
        pids.push(spawned)
        return new Promise(() => {})
      },
    }
    void open(killedAfterSpawn).start({
      command: join(directory, 'jvm'),
      args: ['obedient'],
      fingerprint: 'lost',
      facts: {},
    })
    await expect.poll(() => spawned).toBeGreaterThan(0)
    await listening()
    const later = open()
    expect(later).toMatchObject({ state: 'running', pid: spawned, fingerprint: 'lost' })
    expect(await later.stop({ graceMs: 20_000 })).toBe('clean')
    expect(processes.isRunning(spawned)).toBe(false)
  })

  it.runIf(process.platform === 'linux')('is not taken for a stranger with its pid', async () => {
    const first = open()
    const pid = await start(first, 'obedient')
    await listening()
    first.close()
    const path = join(directory, 'broker-1/process.json')
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), startedAt: '1' }))
    const later = open()
    expect(later.state).toBe('failed')
    await later.stop({ graceMs: 0 })
    expect(processes.isRunning(pid)).toBe(true)
  })
})
