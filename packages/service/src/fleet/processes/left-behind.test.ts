import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock, systemDisk, systemProcesses, systemRandom } from '@sluice/effects'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodesLeftBehind, stopLeftBehind } from './left-behind.ts'
import { NodeProcess } from './node-process.ts'

// A script that stands in for the JVM: it notes the order in which nodes end.
const script = `#!${process.execPath}
const { appendFileSync } = require('node:fs')
const [name, order] = process.argv.slice(-2)
setInterval(() => {}, 1_000)
process.on('SIGTERM', () => {
  appendFileSync(order, name + '\\n')
  process.exit(143)
})
console.log('ready')
`

const effects = {
  clock: systemClock(),
  disk: systemDisk(),
  processes: systemProcesses(),
  random: systemRandom(),
  logger: silentLogger,
}

let dataDirectory: string
let pids: number[]
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-left-'))
  pids = []
})
afterEach(() => {
  for (const pid of pids) if (effects.processes.isRunning(pid)) process.kill(pid, 'SIGKILL')
  rmSync(dataDirectory, { recursive: true })
})

it('nodes that a service has left are found, and stopped with the brokers first', async () => {
  expect(nodesLeftBehind(effects, dataDirectory)).toEqual([])
  const cluster = join(dataDirectory, 'clusters', 'uuid-1')
  mkdirSync(cluster, { recursive: true })
  writeFileSync(join(cluster, 'cluster.json'), '{ "name": "demo" }')
  const jvm = join(dataDirectory, 'jvm')
  writeFileSync(jvm, script)
  chmodSync(jvm, 0o755)
  const order = join(dataDirectory, 'order')
  for (const name of ['controller-10001', 'broker-1', 'broker-2']) {
    const directory = join(cluster, name)
    const node = NodeProcess.open({ directory, name, effects, onFailure: () => {} })
    await node.start({ command: jvm, args: [name, order], fingerprint: '', facts: {} })
    pids.push(node.pid as number)
    // It listens to SIGTERM.
    const printed = () => readFileSync(join(directory, 'logs/console.log'), 'utf8')
    await expect.poll(printed, { timeout: 20_000 }).toBe('ready\n')
    if (name === 'broker-2') await node.stop({ graceMs: 20_000 })
    // As by the kill of its service.
    node.close()
  }
  const left = nodesLeftBehind(effects, dataDirectory)
  expect(left).toEqual([
    { name: 'broker-1 of demo', pid: pids[1], directory: join(cluster, 'broker-1') },
    { name: 'controller-10001 of demo', pid: pids[0], directory: join(cluster, 'controller-10001') },
  ])
  await stopLeftBehind(effects, left)
  expect(readFileSync(order, 'utf8')).toBe('broker-2\nbroker-1\ncontroller-10001\n')
  expect(nodesLeftBehind(effects, dataDirectory)).toEqual([])
  expect(pids.filter((pid) => effects.processes.isRunning(pid))).toEqual([])
})
