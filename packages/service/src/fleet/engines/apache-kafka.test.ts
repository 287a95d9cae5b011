import {
  MemoryDisk,
  MemoryNetwork,
  MemoryProcesses,
  seededRandom,
  silentLogger,
  TestClock,
} from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Distribution } from '../jvm/distributions.ts'
import { noCredentials } from './testing/no-credentials.ts'
import { FakeJvms } from './apache-kafka/testing/fake-jvms.ts'
import { testDirectory, testPlan } from './apache-kafka/testing/test-plan.ts'
import { apacheKafkaEngine } from './apache-kafka.ts'
import { type ClusterPlan, type EngineCluster, type NodeKey, nodeName } from './engine.ts'
import { noAccess } from '../../iam/testing/no-access.ts'

let clock: TestClock
let disk: MemoryDisk
let network: MemoryNetwork
let processes: MemoryProcesses
let jvms: FakeJvms
let changes: number
let cluster: EngineCluster

const broker = (nodeId: number) => ({ role: 'broker', nodeId }) as const
const controller = (nodeId: number) => ({ role: 'controller', nodeId }) as const
const names = (nodes: readonly NodeKey[]) => nodes.map(nodeName)

beforeEach(async () => {
  clock = new TestClock()
  disk = new MemoryDisk()
  network = new MemoryNetwork()
  processes = new MemoryProcesses()
  jvms = new FakeJvms(network, disk, processes)
  changes = 0
  cluster = await open()
})

function engine(on = processes) {
  const distribution = (version: string): Distribution => ({
    version,
    classPath: [`/jars/kafka_2.13-${version}.jar`, '/jars/log4j.jar'],
    logging: 'log4j2',
    origin: 'maven',
  })
  return apacheKafkaEngine({
    effects: { clock, disk, network, processes: on, random: seededRandom(1), logger: silentLogger },
    environment: {},
    distributions: {
      java: async () => ({ command: 'java', version: 17 }),
      broker: async (version) => distribution(version),
    },
  })
}

const open = (on = processes) =>
  engine(on).open({
    name: 'demo',
    hosting: 'process',
    directory: testDirectory,
    credentials: noCredentials,
    access: noAccess,
    onChange: () => changes++,
    onDoubt: () => {},
  })

/** Moves the clock until the work is done. */
async function driven<Result>(work: Promise<Result>): Promise<Result> {
  let settled = false
  work.then(
    () => (settled = true),
    () => (settled = true),
  )
  while (!settled) await clock.advance(50)
  return work
}

const refusal = (work: Promise<unknown>) =>
  driven(
    work.then(
      () => undefined,
      (error: unknown) => error,
    ),
  )

async function startAll(plan: ClusterPlan, on = cluster): Promise<void> {
  for (const isMeant of [(role: string) => role !== 'broker', (role: string) => role === 'broker'])
    await driven(
      Promise.all(plan.nodes.filter(({ role }) => isMeant(role)).map((node) => on.startNode(plan, node))),
    )
}

describe('a KRaft cluster', () => {
  const plan = testPlan('4.4.x.kraft', { properties: { 'num.partitions': '3' } })

  it('runs each node as a process on its own files', async () => {
    await startAll(plan)
    expect(names(cluster.nodes()).sort()).toEqual(names(plan.nodes).sort())
    for (const node of cluster.nodes())
      expect(node).toMatchObject({
        state: 'running',
        failure: null,
        fingerprint: cluster.fingerprint(plan, node),
      })
    expect(cluster.nodes().find(({ role }) => role === 'broker')).toMatchObject({
      local: { directory: `${testDirectory}/broker-1/volume-1` },
      listeners: plan.nodes[0]?.listeners,
    })
    const { args, command } = jvms.node('broker', 1).process
    expect(command).toBe('java')
    expect(args.slice(-4)).toEqual([
      '-cp',
      '/jars/kafka_2.13-4.4.0.jar:/jars/log4j.jar',
      'kafka.Kafka',
      `${testDirectory}/broker-1/config/server.properties`,
    ])
    expect(args).toContain('-Xmx1G')
    expect(args.some((arg) => arg.startsWith('-Dlog4j2.configurationFile='))).toBe(true)
    expect(await driven(cluster.health(plan))).toBeNull()
  })

  it('formats every node once, all with one random id', async () => {
    expect(cluster.clusterId).toBeNull()
    await startAll(plan)
    expect(cluster.clusterId).toMatch(/^[\w][\w-]{21}$/)
    expect(jvms.formatted.sort()).toEqual(['1', '10001', '10002', '10003', '2', '3'])
    const meta = disk.readFileSync(`${testDirectory}/broker-3/volume-1/meta.properties`).toString()
    expect(meta).toContain(`cluster.id=${cluster.clusterId}\n`)
    await driven(cluster.stopNode(broker(1)))
    await driven(cluster.startNode(plan, broker(1)))
    expect(jvms.formatted).toHaveLength(6)
    expect((await open(processes.laterProcess())).clusterId).toBe(cluster.clusterId)
  })

  it('does not format over files that it does not know', async () => {
    disk.mkdirSync(`${testDirectory}/broker-1/volume-1`)
    disk.writeFileAtomicSync(`${testDirectory}/broker-1/volume-1/orders.log`, 'precious')
    expect(await refusal(cluster.startNode(plan, broker(1)))).toMatchObject({
      code: 'BROKER_START_FAILED',
      why: expect.stringContaining('holds files, and no meta.properties'),
    })
    expect(disk.readFileSync(`${testDirectory}/broker-1/volume-1/orders.log`).toString()).toBe('precious')
  })

  it('is found again by a later service, and stopped by it: brokers first', async () => {
    await startAll(plan)
    const later = await open(processes.laterProcess())
    expect(names(later.nodes()).sort()).toEqual(names(plan.nodes).sort())
    expect(later.nodes().every((node) => node.fingerprint === later.fingerprint(plan, node))).toBe(true)
    expect(await driven(later.health(plan))).toBeNull()
    const ended: string[] = []
    for (const { role, process } of jvms.nodes) void process.ended.then(() => ended.push(role))
    await driven(later.stop())
    expect(ended).toEqual([...Array(3).fill('broker'), ...Array(3).fill('controller')])
    expect(later.nodes()).toEqual([])
    expect(processes.running).toEqual([])
  })

  it('tells of a node that died, and starts it again', async () => {
    await startAll(plan)
    jvms.node('broker', 2).process.end({ signal: 'SIGKILL' })
    await clock.advance(0)
    expect(changes).toBe(1)
    expect(cluster.nodes().find(({ state }) => state === 'failed')).toMatchObject({
      ...broker(2),
      failure: expect.stringContaining('Broker 2 of demo was ended by SIGKILL.'),
    })
    expect(await driven(cluster.health(plan))).toBe('Broker 2 does not run.')
    await driven(cluster.startNode(plan, broker(2)))
    expect(await driven(cluster.health(plan))).toBeNull()
  })

  it('ends a node whose directory is gone while it runs, and says so, also one that a former service has left', async () => {
    await startAll(plan)
    const lose = async (nodeId: number, on: EngineCluster) => {
      disk.removeSync(`${testDirectory}/broker-${nodeId}/volume-1`)
      await clock.advance(1_000)
      const [lost] = on.nodes().filter(({ state }) => state === 'failed')
      expect(lost).toMatchObject({
        ...broker(nodeId),
        failure: expect.stringContaining('of demo lost its directory: '),
      })
    }
    await lose(2, cluster)
    await driven(cluster.startNode(plan, broker(2)))
    expect(disk.existsSync(`${testDirectory}/broker-2/volume-1`)).toBe(true)
    processes.die()
    const later = await open(processes.laterProcess())
    await lose(1, later)
  })

  it('ends a node that hangs, whose failure says so, also one that a former service has left', async () => {
    await startAll(plan)
    const later = await open(processes.laterProcess())
    jvms.node('broker', 2).hangs = true
    await clock.advance(30_000)
    const reason = 'Broker 2 of demo did not answer for 21 s, and was ended.'
    for (const seen of [cluster, later])
      expect(seen.nodes().filter(({ state }) => state === 'failed')).toMatchObject([
        { ...broker(2), failure: expect.stringMatching(/^Broker 2 of demo/) },
      ])
    expect(cluster.nodes().find(({ state }) => state === 'failed')?.failure).toBe(reason)
    await driven(cluster.startNode(plan, broker(2)))
    expect(await driven(cluster.health(plan))).toBeNull()
  })

  it('says what its health lacks', async () => {
    await startAll(plan)
    jvms.topics = [
      { name: 'orders', partitions: [{ leaderId: 1, replicaNodes: [1, 2, 3], isrNodes: [1, 3] }] },
    ]
    expect(await driven(cluster.health(plan))).toBe('Partition orders-0 has 2 of its 3 replicas in sync.')
    jvms.topics = []
    jvms.hangs = true
    expect(await driven(cluster.health(plan))).toMatch(/^The cluster does not answer: .* 5000 ms\.$/)
  })

  it('asks another broker where the first one takes no connection', async () => {
    await startAll(plan)
    for (const listener of jvms.node('broker', 1).listeners) await listener.close()
    expect(await driven(cluster.health(plan))).toBeNull()
  })

  it('rolls to a later version, whose features come last and once', async () => {
    const before = testPlan('3.9.x.kraft')
    await startAll(before)
    jvms.finalized = [{ name: 'metadata.version', maxVersionLevel: 21 }]
    const after = { ...before, kafkaVersion: '4.1.x.kraft' }
    for (const node of after.nodes) {
      expect(
        cluster.nodes().filter((seen) => seen.fingerprint !== cluster.fingerprint(after, seen)),
      ).not.toEqual([])
      await driven(cluster.stopNode(node))
      await driven(cluster.startNode(after, node))
    }
    expect(cluster.nodes().filter((seen) => seen.fingerprint !== cluster.fingerprint(after, seen))).toEqual(
      [],
    )
    expect(jvms.node('broker', 1).process.args.join(' ')).toMatch(/kafka_2\.13-4\.1\.\d+\.jar/)
    await driven(cluster.finalizeVersion(after))
    expect(jvms.finalized.at(1)).toEqual({ name: 'metadata.version', maxVersionLevel: 27 })
    const { length } = jvms.finalized
    jvms.finalized = jvms.finalized.slice(1)
    await driven(cluster.finalizeVersion(after))
    expect(jvms.finalized).toHaveLength(length - 1)
  })

  it('forgets a broker that leaves, and removes its files', async () => {
    const grown = testPlan('4.4.x.kraft', { brokers: 4, properties: plan.properties })
    await startAll(grown)
    jvms.topics = [{ name: 'orders', partitions: [{ leaderId: 4, replicaNodes: [4], isrNodes: [4] }] }]
    expect(await driven(cluster.brokers.userPartitions(grown, 4))).toBe(1)
    expect(await driven(cluster.brokers.userPartitions(grown, 3))).toBe(0)
    await driven(cluster.stopNode(broker(4)))
    for (const time of ['first', 'second']) {
      await driven(cluster.removeNode(plan, broker(4)))
      expect({ time, left: jvms.unregistered }).toEqual({ time, left: [4] })
    }
    expect(disk.existsSync(`${testDirectory}/broker-4`)).toBe(false)
    expect(names(cluster.nodes())).not.toContain('broker 4')
  })

  it('lets the copy of min.insync.replicas follow the plan, unless users chose their own', async () => {
    const withMin = (value: string) =>
      testPlan('4.4.x.kraft', { properties: { 'min.insync.replicas': value } })
    await startAll(withMin('2'))
    const roll = async (value: string) => {
      await driven(cluster.stopNode(broker(1)))
      await driven(cluster.startNode(withMin(value), broker(1)))
      return jvms.dynamicDefaults['min.insync.replicas']
    }
    // As the controller writes it when eligible leader replicas come into force.
    jvms.dynamicDefaults['min.insync.replicas'] = '2'
    expect(await roll('1')).toBe('1')
    jvms.dynamicDefaults['min.insync.replicas'] = '3'
    expect(await roll('2')).toBe('3')
  })
})

describe('a start that fails', () => {
  const plan = testPlan('4.4.x.kraft')
  const withProperties = (properties: Record<string, string>) => testPlan('4.4.x.kraft', { properties })

  it('tells the last telling lines of the log, and leaves nothing', async () => {
    jvms.dies = () => '[2026-11-23 03:14:09,990] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)\n'
    expect(await refusal(cluster.startNode(plan, controller(10_001)))).toMatchObject({
      message: 'Controller 10001 of demo did not start.',
      code: 'CONTROLLER_START_FAILED',
      why: expect.stringContaining('Exiting Kafka due to fatal exception'),
      next: `Its logs are in ${testDirectory}/controller-10001/logs.`,
    })
    expect(cluster.nodes()).toEqual([])
    expect(processes.running).toEqual([])
    expect(changes).toBe(0)
  })

  it('names a port that is taken', async () => {
    await network.listen({ host: '127.0.0.1', port: plan.nodes[0]?.listeners[1]?.port ?? 0 }, () => {
      throw new Error('nobody connects')
    })
    expect(await refusal(cluster.startNode(plan, broker(1)))).toMatchObject({
      code: 'EADDRINUSE',
      message: 'Port 9011 cannot be used.',
    })
    expect(processes.spawned).toEqual([])
  })

  it('knows a port that was taken in the last moment by the log', async () => {
    jvms.dies = () => '[2026-11-23 03:14:09,990] ERROR java.net.BindException: Address already in use (x)\n'
    expect(await refusal(cluster.startNode(plan, broker(1)))).toMatchObject({ code: 'EADDRINUSE' })
  })

  it('tells what Kafka refuses in a configuration', async () => {
    expect(
      await refusal(cluster.startNode(withProperties({ 'num.partitions': '0' }), broker(1))),
    ).toMatchObject({
      code: 'BROKER_START_FAILED',
      why: expect.stringMatching(/ConfigException: num\.partitions$/),
    })
    expect(disk.existsSync(`${testDirectory}/broker-1/volume-1/meta.properties`)).toBe(false)
  })

  it('ends a node that does not answer in time', async () => {
    jvms.hangs = true
    expect(await refusal(cluster.startNode(plan, broker(1)))).toMatchObject({
      why: expect.stringContaining('did not answer within 120 s'),
    })
    expect(processes.running).toEqual([])
  })

  it('is given up when it is no longer wanted', async () => {
    jvms.hangs = true
    const abort = new AbortController()
    const start = refusal(cluster.startNode(plan, broker(1), abort.signal))
    while (processes.running.length === 0) await clock.advance(10)
    abort.abort(new Error('no longer wanted'))
    expect(await start).toMatchObject({ message: 'no longer wanted' })
    expect(processes.running).toEqual([])
  })
})

describe('a cluster with ZooKeeper', () => {
  const plan = testPlan('3.9.x')

  it('has an ensemble of three and no formatted directories', async () => {
    await startAll(plan)
    expect(disk.readFileSync(`${testDirectory}/zookeeper-2/volume-1/myid`).toString()).toBe('2\n')
    expect(jvms.formatted).toEqual([])
    expect(cluster.clusterId).toBe('of-zookeeper')
    expect(await driven(cluster.health(plan))).toBeNull()
    await driven(cluster.finalizeVersion(plan))
    expect(jvms.finalized).toEqual([])
  })

  it('is not well while a node is outside the quorum', async () => {
    await startAll(plan)
    for (const nodeId of [2, 3])
      for (const listener of jvms.node('zookeeper', nodeId).listeners) await listener.close()
    expect(await driven(cluster.health(plan))).toBe("ZooKeeper node 2 is not part of the ensemble's quorum.")
  })

  it('starts a broker that was killed only when its session has ended', async () => {
    await startAll(plan)
    jvms.node('broker', 1).process.end({ signal: 'SIGKILL' })
    jvms.lingering.add(1)
    const before = processes.spawned.length
    const start = cluster.startNode(plan, broker(1))
    for (let step = 0; step < 100; step++) await clock.advance(50)
    expect(processes.spawned).toHaveLength(before)
    jvms.lingering.delete(1)
    await driven(start)
    expect(processes.spawned).toHaveLength(before + 1)
  })
})

it('offers the pinned versions by MSK’s names, the newest as the default', () => {
  const apacheKafka = engine()
  const { kafkaVersions, defaultKafkaVersion } = apacheKafka
  expect(kafkaVersions.map(({ version }) => version)).toEqual([
    '3.9.x',
    '3.9.x.kraft',
    '4.0.x.kraft',
    '4.1.x.kraft',
    '4.4.x.kraft',
  ])
  expect(defaultKafkaVersion).toBe('4.4.x.kraft')
  expect(apacheKafka.compatibleVersions('4.0.x.kraft')).toEqual(['4.1.x.kraft', '4.4.x.kraft'])
  expect(() => apacheKafka.topology({ kafkaVersion: '2.8.1' })).toThrow('cannot run Kafka 2.8.1')
})
