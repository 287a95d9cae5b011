import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Connection, describeConfigs } from '@sluice/client'
import { silentLogger, systemEffects } from '@sluice/effects'
import { ConfigResourceType } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noCredentials } from './testing/no-credentials.ts'
import { embeddedEngine } from './embedded.ts'
import type { ClusterPlan, EngineCluster } from './engine.ts'
import { noAccess } from '../../iam/testing/no-access.ts'

const host = '127.0.0.1'
const effects = { ...systemEffects(), logger: silentLogger }
const { network } = effects
const engine = embeddedEngine(effects)
const controller = { role: 'controller', nodeId: 10_001 } as const
const broker = { role: 'broker', nodeId: 1 } as const

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

const plan = (port = 0, properties: Record<string, string> = {}, generation = 0): ClusterPlan => ({
  kafkaVersion: '4.4.x.kraft',
  nodes: [
    { ...broker, rack: 'use1-az1', generation, listeners: [{ name: 'CLIENT', host, port }] },
    { ...controller, rack: null, generation: 0, listeners: [{ name: 'CONTROLLER', host, port: 0 }] },
  ],
  properties,
})

async function open(): Promise<EngineCluster> {
  const cluster = await engine.open({
    name: 'demo',
    hosting: 'inline',
    directory,
    credentials: noCredentials,
    access: noAccess,
    onChange: () => {},
    onDoubt: () => {},
  })
  running.push(cluster)
  return cluster
}

async function start(wanted: ClusterPlan): Promise<EngineCluster> {
  const cluster = await open()
  await cluster.startNode(wanted, controller)
  await cluster.startNode(wanted, broker)
  return cluster
}

describe('the embedded engine', () => {
  it('runs nodes in this process, below the directory of the cluster', async () => {
    const cluster = await start(plan())
    expect(cluster.clusterId).toMatch(/^[\w-]{22}$/)
    const node = cluster.nodes().find(({ role }) => role === 'broker')
    expect(node).toMatchObject({
      nodeId: 1,
      state: 'running',
      local: { pid: process.pid, directory: join(directory, 'broker-1/volume-1') },
      listeners: [{ name: 'CLIENT', host, port: expect.any(Number) }],
    })
    const { port } = node?.listeners[0] ?? { port: 0 }
    const socket = await network.connect({ host, port }, () => idle)
    socket.destroy()
    expect(await cluster.health(plan())).toBeNull()
  })

  it('is the same cluster after a restart', async () => {
    const first = await start(plan())
    const { clusterId } = first
    await first.stop()
    expect(first.nodes()).toEqual([])
    expect((await start(plan())).clusterId).toBe(clusterId)
  })

  it('rejects a start on a port that is taken, and then the broker does not run', async () => {
    const listener = await network.listen({ host, port: 0 }, () => idle)
    const cluster = await open()
    await cluster.startNode(plan(listener.port), controller)
    await expect(cluster.startNode(plan(listener.port), broker)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(cluster.nodes().map(({ role }) => role)).toEqual(['controller'])
    expect(await cluster.health(plan())).toBe('Broker 1 does not run.')
    await listener.close()
    await cluster.startNode(plan(listener.port), broker)
    expect(await cluster.health(plan())).toBeNull()
  })

  it('knows that a broker has to be started anew for another plan, and does so', async () => {
    const cluster = await start(plan())
    const seen = () => cluster.nodes().find(({ role }) => role === 'broker')?.fingerprint
    expect(seen()).toBe(cluster.fingerprint(plan(), broker))
    for (const other of [plan(0, { 'num.partitions': '4' }), plan(0, {}, 1)]) {
      expect(seen()).not.toBe(cluster.fingerprint(other, broker))
      await cluster.stopNode(broker)
      await cluster.startNode(other, broker)
      expect(seen()).toBe(cluster.fingerprint(other, broker))
    }
  })

  it('gives a broker that is started anew the properties of its plan, under the controller that runs', async () => {
    const cluster = await start(plan())
    const other = plan(0, { 'num.io.threads': '9' })
    await cluster.stopNode(broker)
    await cluster.startNode(other, broker)
    const seen = cluster.nodes().find(({ role }) => role === 'broker')
    const client = await Connection.open({ network, host, port: seen?.listeners[0]?.port ?? 0 })
    expect((await describeConfigs(client, ConfigResourceType.broker, '1')).get('num.io.threads')).toBe('9')
    await client.close()
    expect(await cluster.health(other)).toBeNull()
  })

  it('starts its controller anew under running brokers, and only for what the controller decides by', async () => {
    const cluster = await start(plan())
    const fingerprint = cluster.fingerprint(plan(), controller)
    expect(cluster.fingerprint(plan(0, { 'num.io.threads': '9' }), controller)).toBe(fingerprint)
    const other = plan(0, { 'num.partitions': '4' })
    expect(cluster.fingerprint(other, controller)).not.toBe(fingerprint)
    await cluster.stopNode(controller)
    expect(cluster.nodes().map(({ role }) => role)).toEqual(['broker'])
    await cluster.startNode(other, controller)
    const roles = new Set(cluster.nodes().map(({ role, state }) => `${role} ${state}`))
    expect(roles).toEqual(new Set(['broker running', 'controller running']))
  })

  it('has min.insync.replicas follow the plan, though eligible leader replicas have made a dynamic config of it', async () => {
    const withMin = (value: string) => plan(0, { 'min.insync.replicas': value })
    const cluster = await start(withMin('1'))
    await cluster.stopNode(controller)
    await cluster.startNode(withMin('2'), controller)
    await cluster.stopNode(broker)
    await cluster.startNode(withMin('2'), broker)
    const seen = cluster.nodes().find(({ role }) => role === 'broker')
    const client = await Connection.open({ network, host, port: seen?.listeners[0]?.port ?? 0 })
    expect((await describeConfigs(client, ConfigResourceType.broker, '')).get('min.insync.replicas')).toBe(
      '2',
    )
    await client.close()
  })

  it('knows which properties are none, and what MSK may be asked for', () => {
    const { defaultKafkaVersion } = engine
    expect(
      engine.checkProperties(
        { 'num.partitions': '4', 'offsets.topic.num.partitions': '10' },
        defaultKafkaVersion,
      ),
    ).toEqual([])
    const problems = engine.checkProperties(
      { 'no.such.thing': '1', 'num.partitions': 'many' },
      defaultKafkaVersion,
    )
    expect(problems.map(({ name }) => name).sort()).toEqual(['no.such.thing', 'num.partitions'])
    expect(engine.kafkaVersions.map(({ version }) => version)).toContain(defaultKafkaVersion)
    expect(engine.compatibleVersions('4.1.x.kraft')).toEqual(['4.2.x.kraft', '4.4.x.kraft'])
    expect(engine.compatibleVersions('4.4.x.kraft')).toEqual([])
  })
})

const idle = { receiveBuffer: () => new Uint8Array(1024), onRead() {}, onDrain() {}, onClose() {} }
