import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryProcesses, silentLogger, systemEffects } from '@sluice/effects'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { noCredentials } from './testing/no-credentials.ts'
import { apacheKafkaEngine } from './apache-kafka.ts'
import { runNodesIn, testProgram } from './embedded/testing/node-processes.ts'
import { embeddedEngine } from './embedded.ts'
import {
  type ClusterPlan,
  type Engine,
  type EngineCluster,
  type Hosting,
  type NodeKey,
  type NodePlan,
  sameNode,
  ListenerName,
} from './engine.ts'
import { FakeEngine } from './testing/fake-engine.ts'
import { noAccess } from '../../iam/testing/no-access.ts'

// What every engine promises in engine.ts. Apache Kafka takes part by command, where Java is:
// SLUICE_TEST_APACHE_KAFKA=1 npx vitest run packages/service/src/fleet/engines/engine-contract.test.ts

const effects = { ...systemEffects(), logger: silentLogger }
const fake = new FakeEngine(effects)
/** Nodes of embedded clusters that have a process each are in this one all the same. */
const inMemory = { ...effects, processes: new MemoryProcesses() }
runNodesIn(inMemory.processes, inMemory)

interface Candidate {
  engine: Engine
  hosting: Hosting
  /** Do its nodes run on when the fleet that started them is gone? */
  outlivesFleet: boolean
  /** Lets a broker die by itself; null where that cannot be had. */
  fail: ((cluster: EngineCluster) => void) | null
}

const candidates: Record<string, Candidate> = {
  fake: { engine: fake, hosting: 'inline', outlivesFleet: true, fail: () => fake.fail('for a test') },
  embedded: { engine: embeddedEngine(effects), hosting: 'inline', outlivesFleet: false, fail: null },
  'embedded, a process a node': {
    engine: embeddedEngine(inMemory, testProgram),
    hosting: 'process',
    outlivesFleet: true,
    fail: (cluster) => inMemory.processes.signal(nodeIn(cluster, broker)?.local?.pid ?? 0, 'SIGKILL'),
  },
}
if (process.env.SLUICE_TEST_APACHE_KAFKA)
  candidates['Apache Kafka'] = {
    engine: apacheKafkaEngine({ effects, environment: process.env }),
    hosting: 'process',
    outlivesFleet: true,
    fail: (cluster) => process.kill(nodeIn(cluster, broker)?.local?.pid ?? 0, 'SIGKILL'),
  }

const host = '127.0.0.1'
const broker: NodeKey = { role: 'broker', nodeId: 1 }
const timeoutMs = 240_000
/** A broker learns of a topic a moment after its controller. */
const patience = { timeout: 30_000 }

describe.each(Object.entries(candidates))('the engine %s', (_, { engine, hosting, outlivesFleet, fail }) => {
  const { quorum, listeners } = engine.topology({ kafkaVersion: engine.defaultKafkaVersion })
  let directory: string
  let plan: ClusterPlan
  let cluster: EngineCluster
  let changes = 0

  const open = () =>
    engine.open({
      name: 'contract',
      hosting,
      directory,
      credentials: noCredentials,
      access: noAccess,
      onChange: () => changes++,
      onDoubt: () => {},
    })
  const nodePlan = async (role: NodePlan['role'], nodeId: number): Promise<NodePlan> => {
    const names = role === 'broker' ? [ListenerName.client, ...listeners.broker] : listeners.quorum
    const planned = await Promise.all(names.map(async (name) => ({ name, host, port: await freePort() })))
    return { role, nodeId, rack: role === 'broker' ? 'use1-az1' : null, listeners: planned, generation: 0 }
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sluice-engine-'))
    const nodes = [await nodePlan('broker', 1)]
    for (const nodeId of quorum.nodeIds) nodes.push(await nodePlan(quorum.role, nodeId))
    plan = { kafkaVersion: engine.defaultKafkaVersion, nodes, properties: { 'num.partitions': '3' } }
    cluster = await open()
    const members = nodes.filter(({ role }) => role !== 'broker')
    await Promise.all(members.map((node) => cluster.startNode(plan, node)))
    await cluster.startNode(plan, broker)
  }, timeoutMs)

  afterAll(async () => {
    await cluster?.stop()
    rmSync(directory, { recursive: true, force: true })
  }, timeoutMs)

  it(
    'runs the nodes of a plan, which is well then',
    async () => {
      expect(cluster.nodes()).toHaveLength(plan.nodes.length)
      for (const node of plan.nodes) {
        const seen = nodeIn(cluster, node)
        expect(seen).toMatchObject({ state: 'running', failure: null, listeners: node.listeners })
        expect(seen?.fingerprint).toBe(cluster.fingerprint(plan, node))
        if (seen?.local) expect(existsSync(seen.local.directory)).toBe(true)
      }
      expect(cluster.clusterId).toMatch(/^[\w-]{22}$/)
      await expect.poll(() => cluster.health(plan), { timeout: 30_000 }).toBeNull()
    },
    timeoutMs,
  )

  it('has another fingerprint for a node after its reboot was asked for, and for no other node', () => {
    const rebooted = {
      ...plan,
      nodes: plan.nodes.map((node) => (sameNode(node, broker) ? { ...node, generation: 1 } : node)),
    }
    for (const node of plan.nodes) {
      const isSame = cluster.fingerprint(rebooted, node) === cluster.fingerprint(plan, node)
      expect(isSame).toBe(!sameNode(node, broker))
    }
  })

  it('has another fingerprint for brokers with other properties', () => {
    const other = { ...plan, properties: { 'num.partitions': '4' } }
    expect(cluster.fingerprint(other, broker)).not.toBe(cluster.fingerprint(plan, broker))
  })

  it('has the same fingerprints after the cluster has grown', async () => {
    const grown = { ...plan, nodes: [...plan.nodes, await nodePlan('broker', 2)] }
    for (const node of plan.nodes)
      expect(cluster.fingerprint(grown, node)).toBe(cluster.fingerprint(plan, node))
  })

  const hasTopics = async () => {
    const { topics } = cluster.brokers
    const configs = { 'retention.ms': '1000', 'segment.bytes': '2000000' }
    await topics.create({ name: 'orders', partitions: 1, replicationFactor: 1, configs })
    const described = { name: 'orders', partitions: [{ partition: 0, leader: 1, replicas: [1], isr: [1] }] }
    await expect.poll(() => topics.describe('orders'), patience).toEqual(described)
    expect(await topics.list()).toEqual([described])
    expect(await topics.configs('orders')).toMatchObject({ ...configs, 'cleanup.policy': 'delete' })
    await topics.setConfigs('orders', { 'retention.ms': '2000' })
    const changed = { 'retention.ms': '2000', 'segment.bytes': '1073741824' }
    await expect.poll(() => topics.configs('orders'), patience).toMatchObject(changed)
    await topics.setPartitionCount('orders', 3)
    await expect.poll(async () => (await topics.describe('orders'))?.partitions, patience).toHaveLength(3)
    await topics.delete('orders')
    await expect.poll(() => topics.describe('orders'), patience).toBeNull()
  }
  if (engine !== fake) it('has topics made, changed and deleted', hasTopics, timeoutMs)

  it(
    'forgets a broker that is stopped, and is the same cluster when it runs again',
    async () => {
      const { clusterId } = cluster
      await cluster.stopNode(broker)
      expect(nodeIn(cluster, broker)).toBeUndefined()
      await cluster.startNode(plan, broker)
      expect(nodeIn(cluster, broker)?.state).toBe('running')
      expect(cluster.clusterId).toBe(clusterId)
    },
    timeoutMs,
  )

  it(
    'rejects a start on a port that is taken, and then the broker does not run',
    async () => {
      await cluster.stopNode(broker)
      const port = plan.nodes.find((node) => sameNode(node, broker))?.listeners[0]?.port ?? 0
      const listener = await effects.network.listen({ host, port }, () => idle)
      onTestFinished(() => listener.close())
      await expect(cluster.startNode(plan, broker)).rejects.toMatchObject({ code: 'EADDRINUSE' })
      expect(nodeIn(cluster, broker)?.state).not.toBe('running')
      await listener.close()
      await cluster.startNode(plan, broker)
      expect(nodeIn(cluster, broker)?.state).toBe('running')
    },
    timeoutMs,
  )

  const dies = async () => {
    changes = 0
    fail?.(cluster)
    await expect.poll(() => changes, { timeout: 10_000 }).toBeGreaterThan(0)
    const seen = nodeIn(cluster, broker)
    expect(seen?.state).toBe('failed')
    expect(seen?.failure).toMatch(/Broker 1/)
    await cluster.startNode(plan, broker)
    expect(nodeIn(cluster, broker)).toMatchObject({ state: 'running', failure: null })
  }
  if (fail) it('tells of a broker that has died, and why, and starts it anew', dies, timeoutMs)

  const losesItsDirectory = async () => {
    const lost = nodeIn(cluster, broker)?.local?.directory ?? ''
    expect(existsSync(lost)).toBe(true)
    rmSync(lost, { recursive: true, force: true })
    await expect.poll(() => nodeIn(cluster, broker)?.state, { timeout: 30_000 }).toBe('failed')
    expect(nodeIn(cluster, broker)?.failure).toMatch(
      /Broker 1 .*directory.* was removed or moved away while it ran/,
    )
    await cluster.startNode(plan, broker)
    expect(nodeIn(cluster, broker)).toMatchObject({ state: 'running', failure: null })
    expect(existsSync(lost)).toBe(true)
  }
  if (engine !== fake)
    it('tells of a broker whose directory is removed while it runs', losesItsDirectory, timeoutMs)

  const isFound = async () => {
    const before = [...cluster.nodes()]
    const again = await open()
    expect(again.nodes()).toHaveLength(before.length)
    for (const node of before) expect(nodeIn(again, node)).toEqual({ ...node, state: 'running' })
    expect(again.clusterId).toBe(cluster.clusterId)
    cluster = again
  }
  if (outlivesFleet) it('finds again what an earlier fleet has left running', isFound)

  it(
    'runs nothing after a stop',
    async () => {
      const pids = cluster.nodes().flatMap(({ local }) => local?.pid ?? [])
      await cluster.stop()
      expect(cluster.nodes()).toEqual([])
      // Inline nodes run in this process.
      const others = pids.filter((pid) => pid !== process.pid)
      const { processes } = hosting === 'process' && engine.name === 'embedded' ? inMemory : effects
      expect(others.filter((pid) => processes.isRunning(pid))).toEqual([])
    },
    timeoutMs,
  )
})

function nodeIn(cluster: EngineCluster, key: NodeKey) {
  return cluster.nodes().find((node) => sameNode(node, key))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const idle = { receiveBuffer: () => new Uint8Array(16), onRead() {}, onDrain() {}, onClose() {} }
