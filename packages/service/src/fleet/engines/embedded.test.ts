import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  silentLogger,
  systemClock,
  systemDisk,
  systemNetwork,
  systemProcesses,
  systemRandom,
} from '@sluice/effects'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { staticProperties } from '../broker-properties.ts'
import { embeddedEngine } from './embedded.ts'
import type { EngineCluster, EnginePlan } from './engine.ts'

const host = '127.0.0.1'
const network = systemNetwork()
const engine = embeddedEngine({
  clock: systemClock(),
  disk: systemDisk(),
  network,
  random: systemRandom(),
  processes: systemProcesses(),
  logger: silentLogger,
})

let directory: string
let running: EngineCluster[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-embedded-'))
  running = []
})

afterEach(async () => {
  for (const cluster of running) await cluster.stop()
  rmSync(directory, { recursive: true })
})

const plan = (port = 0): EnginePlan => ({
  directory,
  controller: { nodeId: 10_001, host, port: 0 },
  brokers: [
    { nodeId: 1, rack: 'use1-az1', listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port }] },
  ],
  properties: staticProperties({}),
})

async function start(port = 0): Promise<EngineCluster> {
  const cluster = await engine.start(plan(port), () => {})
  running.push(cluster)
  return cluster
}

describe('the embedded engine', () => {
  it('runs brokers in this process, below the directory of the cluster', async () => {
    const { brokers, clusterId } = await start()
    expect(clusterId).toMatch(/^[\w-]{22}$/)
    expect(brokers).toEqual([
      {
        nodeId: 1,
        pid: process.pid,
        directory: join(directory, 'broker-1/volume-1'),
        listeners: [{ name: 'CLIENT', host, port: expect.any(Number) }],
      },
    ])
    const { port } = brokers[0]?.listeners[0] ?? { port: 0 }
    const socket = await network.connect({ host, port }, () => idle)
    socket.destroy()
  })

  it('is the same cluster after a restart', async () => {
    const first = await start()
    const { clusterId } = first
    running.pop()
    await first.stop()
    expect((await start()).clusterId).toBe(clusterId)
  })

  it('rejects a start on a port that is taken, and nothing is left running', async () => {
    const listener = await network.listen({ host, port: 0 }, () => idle)
    await expect(start(listener.port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await listener.close()
    await start(listener.port)
  })

  it('takes what MSK sets, and knows which properties are none', () => {
    expect(engine.checkProperties(staticProperties({}))).toEqual([])
    expect(engine.checkProperties({ 'num.partitions': '4', 'offsets.topic.num.partitions': '10' })).toEqual(
      [],
    )
    const problems = engine.checkProperties({ 'no.such.thing': '1', 'num.partitions': 'many' })
    expect(problems.map(({ name }) => name).sort()).toEqual(['no.such.thing', 'num.partitions'])
  })
})

const idle = { receiveBuffer: () => new Uint8Array(1024), onRead() {}, onDrain() {}, onClose() {} }
