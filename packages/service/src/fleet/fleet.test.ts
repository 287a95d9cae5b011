import {
  Deferred,
  MemoryDisk,
  MemoryNetwork,
  seededRandom,
  silentLogger,
  systemProcesses,
  TestClock,
} from '@sluice/effects'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { updateSecurity } from './clusters/changes/security.ts'
import type { ClusterRecord } from './clusters/cluster-record.ts'
import type { NodeKey } from './engines/engine.ts'
import { enginesOf } from './engines/engines.ts'
import { FakeEngine } from './engines/testing/fake-engine.ts'
import { createFleet, type Fleet, type FleetOptions } from './fleet.ts'

const host = '127.0.0.1'
let clock: TestClock
let disk: MemoryDisk
let network: MemoryNetwork
let engine: FakeEngine
let seed = 0

beforeEach(() => {
  clock = new TestClock()
  disk = new MemoryDisk()
  network = new MemoryNetwork()
  engine = new FakeEngine({ disk, network })
})

async function start(options: Partial<FleetOptions> = {}): Promise<Fleet> {
  const random = seededRandom(seed++)
  const effects = { clock, disk, network, random, logger: silentLogger, processes: systemProcesses() }
  const fleet = createFleet({
    dataDirectory: '/data',
    engines: enginesOf([engine], engine.name),
    region: 'us-east-1',
    account: '000000000000',
    effects,
    ...options,
  })
  await fleet.start()
  return fleet
}

function create(fleet: Fleet, name = 'demo'): string {
  const result = fleet.clusters.create({
    ClusterName: name,
    KafkaVersion: '4.4.x.kraft',
    NumberOfBrokerNodes: 3,
    BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b', 'c'], InstanceType: 'kafka.m7g.large' },
    EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
    Tags: {},
  })
  if (!('record' in result)) throw new Error(`not created: ${JSON.stringify(result)}`)
  return result.record.uuid
}

function remove(fleet: Fleet, arn: string): void {
  const record = fleet.clusters.byArn(arn)
  expect(record && fleet.clusters.delete(record, undefined)).toHaveProperty('record')
}

async function created(fleet: Fleet, name = 'demo'): Promise<string> {
  const uuid = create(fleet, name)
  await fleet.idle(uuid)
  return uuid
}

const statusOf = (fleet: Fleet, name = 'demo') => {
  const found = fleet.status().find((cluster) => cluster.name === name)
  if (!found) throw new Error(`no cluster ${name}`)
  return found
}

const occupy = (port: number) => network.listen({ host, port }, () => idle)
const idle = { receiveBuffer: () => new Uint8Array(1), onRead() {}, onDrain() {}, onClose() {} }

const starts = (node: string) => engine.log.filter((entry) => entry === `start ${node}`).length

/** Of three brokers, by the port of the first; it alone may have moved. */
const three = (port: number, first = port) => ({
  CLIENT: `${host}:${first},${host}:${port + 10_000},${host}:${port + 20_000}`,
})

const startOfThree = ['start controller 10001', 'start broker 1', 'start broker 2', 'start broker 3']

const systemError = (code: string) => Object.assign(new Error(`${code}: no`), { code })

describe('a cluster that is created', () => {
  it('starts a few nodes at a time, of all clusters', async () => {
    engine.nodeStartsMax = 2
    const opened = new Deferred<void>()
    engine.gate = opened.promise
    const fleet = await start()
    const clusters = ['a', 'b', 'c', 'd'].map((name) => create(fleet, name))
    const starting = () => engine.log.filter((line) => line.startsWith('start broker')).length
    await vi.waitFor(() => expect(starting()).toBe(2))
    await new Promise((resolve) => setImmediate(resolve))
    expect(starting()).toBe(2)
    opened.resolve()
    await Promise.all(clusters.map((uuid) => fleet.idle(uuid)))
    expect(engine.running).toBe(12)
    await fleet.stop()
  })

  it('is brought up and becomes ACTIVE', async () => {
    const fleet = await start()
    const uuid = create(fleet)
    expect(statusOf(fleet)).toMatchObject({ state: 'CREATING', brokers: [], bootstrap: {} })
    await fleet.idle(uuid)
    expect(statusOf(fleet)).toMatchObject({
      state: 'ACTIVE',
      bootstrap: three(9092),
      directory: `/data/clusters/${uuid}`,
      brokers: [
        { id: 1, listeners: [{ name: 'CLIENT', host, port: 9092 }] },
        { id: 2, listeners: [{ name: 'CLIENT', host, port: 19_092 }] },
        { id: 3, listeners: [{ name: 'CLIENT', host, port: 29_092 }] },
      ],
      movedPorts: [],
    })
    expect(engine.log).toEqual(startOfThree)
    expect(engine.plans[0]?.nodes).toMatchObject([
      { role: 'broker', nodeId: 1, rack: 'use1-az1', listeners: [{ name: 'CLIENT', port: 9092 }] },
      { role: 'broker', nodeId: 2, rack: 'use1-az2', listeners: [{ name: 'CLIENT', port: 19_092 }] },
      { role: 'broker', nodeId: 3, rack: 'use1-az3', listeners: [{ name: 'CLIENT', port: 29_092 }] },
      { role: 'controller', nodeId: 10_001, listeners: [{ name: 'CONTROLLER_SECURE', port: 19_000 }] },
    ])
  })

  it('is tried again when something stands in the way', async () => {
    const fleet = await start()
    engine.failures.push(...Array.from({ length: 6 }, () => systemError('EMFILE')))
    await created(fleet)
    expect(statusOf(fleet)).toMatchObject({
      state: 'CREATING',
      stateInfo: { code: 'EMFILE', message: expect.stringContaining('no file descriptors left') },
    })
    await clock.advance(1_000)
    expect(statusOf(fleet).state).toBe('ACTIVE')
    expect(starts('broker 1')).toBe(3)
  })

  it('is FAILED with a sentence when it does not come up, and can be deleted', async () => {
    const fleet = await start()
    engine.failures.push(...Array.from({ length: 15 }, () => systemError('ENOSPC')))
    await created(fleet)
    await clock.advance(600_000)
    const { state, stateInfo, arn } = statusOf(fleet)
    expect(state).toBe('FAILED')
    expect(stateInfo).toEqual({
      code: 'ENOSPC',
      message: 'The cluster could not be created: The disk is full. (ENOSPC: no)',
    })
    expect(starts('broker 1')).toBe(5)
    remove(fleet, arn)
    await clock.advance(0)
    expect(fleet.status()).toEqual([])
  })

  it('that FAILED is tried again by the next start', async () => {
    const before = await start()
    engine.failures.push(...Array.from({ length: 15 }, () => systemError('ENOSPC')))
    await created(before)
    await clock.advance(600_000)
    await before.stop()
    expect(statusOf(await start()).state).toBe('ACTIVE')
  })

  it('looks for another port when its own is taken in the last moment', async () => {
    const fleet = await start()
    let release = () => {}
    engine.gate = new Promise((resolve) => {
      release = resolve
    })
    const uuid = create(fleet)
    await clock.advance(0)
    await occupy(9092)
    release()
    await fleet.idle(uuid)
    await clock.advance(1_000)
    expect(statusOf(fleet)).toMatchObject({ state: 'ACTIVE', bootstrap: three(9092, 9192) })
  })
})

describe('a start', () => {
  it('restores every cluster with its address', async () => {
    const before = await start()
    await created(before, 'one')
    await created(before, 'two')
    const addresses = before.status().map(({ name, bootstrap }) => ({ name, bootstrap }))
    // The one beside the other was not pushed aside.
    expect(before.status().flatMap(({ movedPorts }) => movedPorts)).toEqual([])
    const servers = addresses.map(({ bootstrap }) => bootstrap.CLIENT)
    expect(servers.sort()).toEqual([three(9092).CLIENT, three(9192).CLIENT])
    await before.stop()
    expect(engine.running).toBe(0)
    const after = await start()
    expect(after.status().map(({ name, bootstrap }) => ({ name, bootstrap }))).toEqual(addresses)
    expect(after.status().map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE'])
  })

  it('of a cluster that is not well goes on after a while, and tells what it waits for', async () => {
    const before = await start()
    await created(before)
    await before.stop()
    engine.problem = 'Partition orders-0 has 2 of its 3 replicas in sync.'
    const starting = start()
    await clock.advance(15_000)
    const after = await starting
    expect(statusOf(after)).toMatchObject({
      state: 'HEALING',
      stateInfo: { code: 'NOT_HEALTHY', message: expect.stringContaining('orders-0 has 2 of its 3') },
    })
    engine.problem = null
    await clock.advance(15_000)
    expect(statusOf(after)).toMatchObject({ state: 'ACTIVE', stateInfo: null })
  })

  it('of a cluster whose nodes have run on has preferred leaders lead again, whatever happened while nobody looked', async () => {
    await created(await start())
    const ofCreation = engine.upkeep.splice(0)
    engine.away.push('The first replica of partition orders-0 cannot lead it yet.')
    const starting = start()
    await clock.advance(200)
    expect(statusOf(await starting)).toMatchObject({ state: 'ACTIVE', stateInfo: null })
    expect(engine.upkeep.slice(0, 3)).toEqual([...ofCreation, 'restore leaders'])
  })

  it('moves a default port that is taken, says so, and keeps the new one', async () => {
    const before = await start()
    await created(before)
    await before.stop()
    const foreign = await occupy(9092)
    const moved = await start()
    expect(statusOf(moved)).toMatchObject({
      bootstrap: three(9092, 9192),
      movedPorts: [{ nodeId: 1, listener: 'CLIENT', wanted: 9092, port: 9192 }],
    })
    await moved.stop()
    await foreign.close()
    expect(statusOf(await start())).toMatchObject({ bootstrap: three(9092, 9192), movedPorts: [] })
  })

  it('gives a listener that comes back its port, unless that is taken', async () => {
    const fleets = [await start()]
    await created(fleets[0] as Fleet)
    const change = async (ClientBroker: 'PLAINTEXT' | 'TLS_PLAINTEXT') => {
      // Another process of the service has no node whose port it would keep.
      await fleets.at(-1)?.stop()
      const fleet = await start()
      fleets.push(fleet)
      const record = fleet.clusters.byName('demo') as ClusterRecord
      const encryption = { EncryptionInTransit: { ClientBroker } }
      const wanted = updateSecurity({ authentication: undefined, encryption }, record.currentVersion)
      expect(fleet.clusters.update(record, wanted, 'request')).toHaveProperty('change')
      await fleet.idle(record.uuid)
      return statusOf(fleet).bootstrap.CLIENT_SECURE?.split(',')[0]
    }
    const foreign = await occupy(9094)
    expect(await change('TLS_PLAINTEXT')).toBe(`${host}:9194`)
    await foreign.close()
    expect(await change('PLAINTEXT')).toBeUndefined()
    expect(await change('TLS_PLAINTEXT')).toBe(`${host}:9194`)
    expect(await change('PLAINTEXT')).toBeUndefined()
    await occupy(9194)
    expect(await change('TLS_PLAINTEXT')).toBe(`${host}:9094`)
  })

  it('does not give a new cluster the port of one that is not up', async () => {
    const before = await start()
    await created(before, 'one')
    await before.stop()
    engine.failures.push(...Array.from({ length: 9 }, () => systemError('EIO')))
    const after = await start()
    expect(statusOf(after, 'one')).toMatchObject({ state: 'HEALING', bootstrap: {} })
    engine.failures.length = 0
    await created(after, 'two')
    expect(statusOf(after, 'two').bootstrap).toEqual(three(9192))
    await clock.advance(60_000)
    expect(statusOf(after, 'one')).toMatchObject({ state: 'ACTIVE', bootstrap: three(9092) })
  })

  it('takes up a deletion where it was cut off', async () => {
    const before = await start()
    const uuid = await created(before)
    disk.failNext('remove', 'EIO', 3)
    remove(before, statusOf(before).arn)
    await before.idle(uuid)
    expect(statusOf(before)).toMatchObject({ state: 'DELETING', stateInfo: { code: 'EIO' } })
    await before.stop()
    disk.beforeOperation = () => {}
    const after = await start()
    expect(after.status()).toEqual([])
    expect(disk.readdirSync('/data/clusters')).toEqual([])
  })

  it('waits for no cluster that hangs, and says that it is still on its way', async () => {
    const before = await start()
    await created(before)
    await before.stop()
    engine.gate = new Promise(() => {})
    const starting = start()
    let fleet: Fleet | null = null
    void starting.then((started) => (fleet = started))
    await vi.waitFor(async () => {
      await clock.advance(10_000)
      expect(fleet).not.toBe(null)
    })
    expect(statusOf(await starting)).toMatchObject({ onItsWay: true, brokers: [] })
    await (await starting).stop()
  })

  it.each([
    ['garbled', () => 'x', null],
    ['cut short', (text: string) => text.slice(0, text.length / 2), 'broken'],
    ['odd inside', (text: string) => JSON.stringify({ ...JSON.parse(text), nodes: 7 }), 'broken'],
  ])(
    'serves the others where the record of a cluster is %s, and tells of that one',
    async (_, spoilt, name) => {
      const before = await start()
      const uuid = await created(before, 'broken')
      await created(before, 'whole')
      const { arn } = statusOf(before, 'broken')
      await before.stop()
      const file = `/data/clusters/${uuid}/cluster.json`
      const text = spoilt(disk.readFileSync(file).toString())
      disk.writeFileAtomicSync(file, text)
      const after = await start()
      expect(statusOf(after, 'whole').state).toBe('ACTIVE')
      expect(statusOf(after, name ?? uuid)).toMatchObject({
        arn: name === null ? '' : arn,
        state: 'FAILED',
        stateInfo: { code: 'CLUSTER_RECORD_CORRUPT', message: expect.stringContaining(file) },
        brokers: [],
      })
      if (name !== null) expect(() => create(after, name)).toThrow('not created')
      await after.stop()
      expect(disk.readFileSync(file).toString()).toBe(text)
    },
  )
})

describe('a cluster of which an older build ran one broker', () => {
  it('gets the others, and says which topics are still on one', async () => {
    const before = await start()
    const uuid = await created(before)
    await before.stop()
    const path = `/data/clusters/${uuid}/cluster.json`
    const record = JSON.parse(disk.readFileSync(path).toString()) as ClusterRecord
    const ran = ({ role, nodeId }: NodeKey) => role === 'controller' || nodeId === 1
    const { nodes, ports } = { nodes: record.nodes.filter(ran), ports: record.ports.filter(ran) }
    disk.writeFileAtomicSync(path, JSON.stringify({ ...record, nodes, ports }))
    engine = new FakeEngine({ disk, network })
    engine.topicsOfOneReplica = ['orders']
    const after = await start()
    expect(engine.log).toEqual([
      'start controller 10001',
      'start broker 1',
      'start broker 2',
      'start broker 3',
    ])
    expect(engine.upkeep).toEqual(['place internal topics on 1, 2, 3', 'restore leaders'])
    expect(statusOf(after)).toMatchObject({
      state: 'ACTIVE',
      stateInfo: {
        message: expect.stringMatching(/have one replica each until they are reassigned: orders\.$/),
      },
      bootstrap: three(9092),
    })
    engine.topicsOfOneReplica = []
    await clock.advance(60_000)
    await after.idle(uuid)
    expect(statusOf(after).stateInfo).toBeNull()
  })
})

describe('a Kafka port that is asked for', () => {
  it('is the one of the named cluster, now and later', async () => {
    const fleet = await start({ kafkaPort: { port: 5000, cluster: 'demo' } })
    await created(fleet, 'other')
    await created(fleet)
    expect(statusOf(fleet).bootstrap).toEqual(three(5000))
    await fleet.stop()
    expect(statusOf(await start()).bootstrap).toEqual(three(5000))
  })

  it('is where new clusters look first when no cluster is named', async () => {
    const fleet = await start({ kafkaPort: { port: 5000, cluster: null } })
    await created(fleet, 'one')
    await created(fleet, 'two')
    const servers = fleet.status().map(({ bootstrap }) => bootstrap.CLIENT)
    expect(servers.sort()).toEqual([three(5000).CLIENT, three(5100).CLIENT])
  })

  it('moves a cluster that is there', async () => {
    const before = await start()
    await created(before)
    await before.stop()
    const after = await start({ kafkaPort: { port: 5000, cluster: 'demo' } })
    expect(statusOf(after)).toMatchObject({ bootstrap: three(9092, 5000), movedPorts: [] })
  })

  it('is an error when it is taken', async () => {
    await occupy(5000)
    await expect(start({ kafkaPort: { port: 5000, cluster: 'demo' } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: 'Port 5000 cannot be used.',
    })
  })

  it('may be any free one: then no port is a fixed one', async () => {
    await occupy(9092)
    await occupy(19_000)
    const fleet = await start({ kafkaPort: { port: 0, cluster: 'demo' } })
    await created(fleet)
    const { bootstrap } = statusOf(fleet)
    expect(bootstrap.CLIENT).not.toMatch(/9[01]92/)
    expect(engine.plans[0]?.nodes[3]?.listeners[0]?.port).not.toBe(19_001)
    await fleet.stop()
    const after = await start({ kafkaPort: { port: 0, cluster: 'demo' } })
    expect(statusOf(after).bootstrap).toEqual(bootstrap)
  })
})

describe('a broker that fails', () => {
  it('turns its cluster HEALING and comes back', async () => {
    const fleet = await start()
    const uuid = await created(fleet)
    engine.fail('it met a bug')
    await fleet.idle(uuid)
    expect(statusOf(fleet)).toMatchObject({
      state: 'HEALING',
      stateInfo: { code: 'BROKER_FAILED', message: 'Broker 1 failed: it met a bug' },
      brokers: [{ id: 2 }, { id: 3 }],
    })
    await clock.advance(1_000)
    expect(statusOf(fleet)).toMatchObject({ state: 'ACTIVE', bootstrap: three(9092) })
    expect(engine.running).toBe(3)
    expect(engine.upkeep.slice(-2)).toEqual(['place internal topics on 1, 2, 3', 'restore leaders'])
  })

  it('again and again is started less and less often', async () => {
    const fleet = await start()
    await created(fleet)
    for (let i = 0; i < 600; i++) {
      engine.fail('it met a bug')
      await clock.advance(100)
    }
    expect(starts('broker 1')).toBeLessThan(12)
    await fleet.stop()
  })
})

describe('clusters that are created at once', () => {
  it('get ports of their own at the first attempt', async () => {
    const fleet = await start()
    const uuids = ['one', 'two', 'three'].map((name) => create(fleet, name))
    await Promise.all(uuids.map((uuid) => fleet.idle(uuid)))
    expect(fleet.status().map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE'])
    expect(new Set(fleet.status().map(({ bootstrap }) => bootstrap)).size).toBe(3)
    expect(starts('broker 1')).toBe(3)
  })
})

describe('a cluster that is deleted while it comes up again', () => {
  it('goes', async () => {
    const fleet = await start()
    const uuid = await created(fleet)
    const { arn } = statusOf(fleet)
    let release = () => {}
    engine.gate = new Promise((resolve) => {
      release = resolve
    })
    engine.fail('it met a bug')
    await clock.advance(1_000)
    expect(starts('broker 1')).toBe(2)
    remove(fleet, arn)
    release()
    await fleet.idle(uuid)
    expect(fleet.status()).toEqual([])
    expect(engine.running).toBe(0)
  })
})

describe('stop', () => {
  it('stops every cluster and starts nothing more', async () => {
    const fleet = await start()
    await created(fleet, 'one')
    await created(fleet, 'two')
    engine.fail('late')
    await fleet.stop()
    await clock.advance(60_000)
    expect(engine.running).toBe(0)
    expect(clock.pending).toBe(0)
  })
})
