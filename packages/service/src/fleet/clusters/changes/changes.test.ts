import {
  MemoryDisk,
  MemoryNetwork,
  seededRandom,
  silentLogger,
  systemProcesses,
  TestClock,
} from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { enginesOf } from '../../engines/engines.ts'
import { FakeEngine } from '../../engines/testing/fake-engine.ts'
import { createFleet, type Fleet } from '../../fleet.ts'
import type { ClusterRecord } from '../cluster-record.ts'
import { updateBrokerCount } from './broker-count.ts'
import { updateConfiguration } from './configuration.ts'
import { updateKafkaVersion } from './kafka-version.ts'
import { rebootBroker } from './reboot.ts'
import type { Update } from './update.ts'

let clock: TestClock
let disk: MemoryDisk
let network: MemoryNetwork
let engine: FakeEngine
let fleet: Fleet

beforeEach(async () => {
  clock = new TestClock()
  disk = new MemoryDisk()
  network = new MemoryNetwork()
  engine = new FakeEngine({ disk, network }, 'apache-kafka')
  fleet = await startFleet()
})

async function startFleet(): Promise<Fleet> {
  const effects = {
    clock,
    disk,
    network,
    random: seededRandom(5),
    logger: silentLogger,
    processes: systemProcesses(),
  }
  const started = createFleet({
    dataDirectory: '/data',
    engines: enginesOf([engine], 'apache-kafka'),
    region: 'us-east-1',
    account: '000000000000',
    effects,
  })
  await started.start()
  return started
}

async function createCluster(kafkaVersion = '4.4.x.kraft'): Promise<string> {
  const result = fleet.clusters.create({
    ClusterName: 'demo',
    KafkaVersion: kafkaVersion,
    NumberOfBrokerNodes: 3,
    BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b', 'c'], InstanceType: 'kafka.m7g.large' },
    EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
  })
  if (!('record' in result)) throw new Error(JSON.stringify(result))
  await fleet.idle(result.record.uuid)
  engine.log.length = 0
  return result.record.uuid
}

function record(): ClusterRecord {
  const [only] = fleet.clusters.list()
  if (!only) throw new Error('no cluster')
  return only
}

const lastChange = () => record().changes.at(-1)

/** Asks for a change; the work on it starts and is not waited for. */
function ask(update: Update): void {
  const result = fleet.clusters.update(record(), update, 'request-1')
  if ('refusal' in result) throw new Error(result.refusal.message)
}

async function change(update: Update): Promise<void> {
  ask(update)
  await fleet.idle(record().uuid)
}

function configure(properties: string): Update {
  const result = fleet.clusters.configurations.create({
    name: `c${fleet.clusters.configurations.list().length}`,
    description: undefined,
    kafkaVersions: [],
    serverProperties: Buffer.from(properties),
  })
  if (!('configuration' in result)) throw new Error(JSON.stringify(result))
  return updateConfiguration({ Arn: result.configuration.arn, Revision: 1 }, record().currentVersion)
}

const rolled = (...nodes: string[]) => nodes.flatMap((node) => [`stop ${node}`, `start ${node}`])

describe('a reboot', () => {
  it('starts that broker anew, and no other', async () => {
    await createCluster()
    const { currentVersion } = record()
    await change(rebootBroker(['2']))
    expect(engine.log).toEqual(rolled('broker 2'))
    expect(record()).toMatchObject({ state: 'ACTIVE', stateInfo: null, currentVersion })
    expect(lastChange()).toMatchObject({
      type: 'REBOOT_NODE',
      state: 'REBOOT_COMPLETE',
      endedAtMs: clock.now(),
    })
  })

  it('waits until every replica is in sync, before and after', async () => {
    const uuid = await createCluster()
    engine.problem = 'Partition orders-3 has 2 of its 3 replicas in sync.'
    ask(rebootBroker(['1']))
    await clock.advance(5_000)
    expect(engine.log).toEqual([])
    expect(record()).toMatchObject({ state: 'REBOOTING_BROKER' })
    expect(lastChange()).toMatchObject({ state: 'REBOOT_IN_PROGRESS' })
    engine.problem = null
    await clock.advance(1_000)
    await fleet.idle(uuid)
    expect(engine.log).toEqual(rolled('broker 1'))
    expect(record().state).toBe('ACTIVE')
  })
})

describe('another configuration', () => {
  it('reaches one node at a time, the controller first', async () => {
    await createCluster()
    const { currentVersion } = record()
    await change(configure('num.partitions = 7'))
    expect(engine.log).toEqual(rolled('controller 10001', 'broker 1', 'broker 2', 'broker 3'))
    expect(engine.plans.at(-1)?.properties).toMatchObject({ 'num.partitions': '7' })
    expect(lastChange()).toMatchObject({
      type: 'UPDATE_CLUSTER_CONFIGURATION',
      state: 'UPDATE_COMPLETE',
      steps: [{ status: 'COMPLETED' }, { status: 'COMPLETED' }, { status: 'COMPLETED' }],
    })
    expect(record().currentVersion).not.toBe(currentVersion)
  })

  it('that brokers refuse is taken back, with the reason', async () => {
    const uuid = await createCluster()
    const { currentVersion } = record()
    engine.refuses = ({ properties }) =>
      properties['num.io.threads'] === '3'
        ? Object.assign(new Error('Invalid value 3'), { code: 'BROKER_START_FAILED' })
        : undefined
    ask(configure('num.io.threads = 3'))
    await clock.advance(60_000)
    await fleet.idle(uuid)
    expect(lastChange()).toMatchObject({
      state: 'UPDATE_FAILED',
      error: { code: 'BROKER_START_FAILED', message: 'Invalid value 3' },
    })
    expect(record()).toMatchObject({ state: 'ACTIVE', currentVersion, spec: { configuration: null } })
    expect(engine.log.filter((entry) => entry.endsWith('broker 2') || entry.endsWith('broker 3'))).toEqual([])
    expect(engine.running).toBe(3)
  })

  it('that cannot be taken back ends, and the cluster goes on healing', async () => {
    const uuid = await createCluster()
    engine.refuses = () => new Error('nothing starts any more')
    ask(configure('num.partitions = 7'))
    await clock.advance(200_000)
    expect(lastChange()?.state).toBe('UPDATE_FAILED')
    expect(record().state).toBe('HEALING')
    engine.refuses = () => undefined
    await clock.advance(60_000)
    await fleet.idle(uuid)
    expect(record().state).toBe('ACTIVE')
  })
})

describe('another version', () => {
  it('is rolled through the controllers and the brokers, and then made effective', async () => {
    await createCluster('3.9.x.kraft')
    await change(updateKafkaVersion('4.4.x.kraft', record().currentVersion, undefined))
    expect(engine.log).toEqual([
      ...rolled('controller 10001', 'broker 1', 'broker 2', 'broker 3'),
      'finalize 4.4.x.kraft',
    ])
    expect(lastChange()).toMatchObject({ state: 'UPDATE_COMPLETE', target: { kafkaVersion: '4.4.x.kraft' } })
  })
})

describe('the broker count', () => {
  it('grows without touching the brokers that are there', async () => {
    await createCluster()
    await change(updateBrokerCount(6, record().currentVersion))
    expect(engine.log).toEqual(['start broker 4', 'start broker 5', 'start broker 6'])
    expect(
      record()
        .nodes.filter(({ role }) => role === 'broker')
        .map(({ zone }) => zone),
    ).toEqual([0, 1, 2, 0, 1, 2])
    expect(lastChange()).toMatchObject({
      type: 'INCREASE_BROKER_COUNT',
      state: 'UPDATE_COMPLETE',
      brokerIds: [4, 5, 6],
    })
  })

  it('that cannot be reached shrinks again, and nothing is left', async () => {
    const uuid = await createCluster()
    engine.refuses = ({ nodes }) => (nodes.length > 4 ? new Error('no memory') : undefined)
    ask(updateBrokerCount(6, record().currentVersion))
    await clock.advance(60_000)
    await fleet.idle(uuid)
    expect(record()).toMatchObject({ state: 'ACTIVE', spec: { numberOfBrokerNodes: 3 } })
    expect(lastChange()).toMatchObject({ state: 'UPDATE_FAILED', error: { message: 'no memory' } })
    expect(disk.readdirSync(`/data/clusters/${uuid}`).map(({ name }) => name)).not.toContain('broker-4')
    expect(record().ports.map(({ nodeId }) => nodeId)).not.toContain(4)
  })

  it('shrinks when the brokers that leave hold nothing', async () => {
    const uuid = await createCluster()
    await change(updateBrokerCount(6, record().currentVersion))
    engine.log.length = 0
    engine.upkeep.length = 0
    engine.moving.push('The partition __consumer_offsets-0 is being moved.')
    ask(updateBrokerCount(3, record().currentVersion))
    await clock.advance(50)
    expect(engine.upkeep).toEqual(['place internal topics on 1, 2, 3'])
    expect(engine.log).toEqual([])
    await clock.advance(100)
    await fleet.idle(uuid)
    expect(engine.upkeep.slice(1)).toEqual(['place internal topics on 1, 2, 3', 'restore leaders'])
    expect(engine.log).toEqual([4, 5, 6].flatMap((id) => [`stop broker ${id}`, `remove broker ${id}`]))
    expect(lastChange()).toMatchObject({ type: 'DECREASE_BROKER_COUNT', state: 'UPDATE_COMPLETE' })
    expect(disk.readdirSync(`/data/clusters/${uuid}`).map(({ name }) => name)).not.toContain('broker-4')
  })

  it('stays when one of them holds partitions', async () => {
    await createCluster()
    await change(updateBrokerCount(6, record().currentVersion))
    engine.partitions.set(5, 2)
    engine.log.length = 0
    await change(updateBrokerCount(3, record().currentVersion))
    expect(engine.log).toEqual([])
    expect(lastChange()).toMatchObject({
      state: 'UPDATE_FAILED',
      error: {
        code: 'BROKER_HOLDS_PARTITIONS',
        message: expect.stringMatching(/^Broker 5 holds 2 partitions/),
      },
    })
    expect(record()).toMatchObject({ state: 'ACTIVE', spec: { numberOfBrokerNodes: 6 } })
    expect(engine.running).toBe(6)
  })
})

describe('a service that dies in the middle of a change', () => {
  it('finishes it after the restart, and leaves alone what it finds running', async () => {
    await createCluster()
    let release = () => {}
    ask(configure('num.partitions = 7'))
    engine.gate = new Promise((resolve) => {
      release = resolve
    })
    await clock.advance(0)
    expect(engine.log).toEqual([...rolled('controller 10001'), 'stop broker 1', 'start broker 1'])
    // Nobody stops the first fleet: it is gone, and what it waited for never comes.
    engine.log.length = 0
    engine.gate = null
    fleet = await startFleet()
    await fleet.idle(record().uuid)
    release()
    expect(engine.log).toEqual(['start broker 1', ...rolled('broker 2', 'broker 3')])
    expect(lastChange()?.state).toBe('UPDATE_COMPLETE')
    expect(record().state).toBe('ACTIVE')
  })
})

describe('a broker that dies', () => {
  it('is started again alone', async () => {
    const uuid = await createCluster()
    engine.fail('SIGKILL ended it', 2)
    await fleet.idle(uuid)
    expect(record()).toMatchObject({
      state: 'HEALING',
      stateInfo: { message: 'Broker 2 failed: SIGKILL ended it' },
    })
    await clock.advance(1_000)
    await fleet.idle(uuid)
    expect(engine.log).toEqual(['start broker 2'])
    expect(record().state).toBe('ACTIVE')
  })

  it('during a change is brought back, and the change goes on', async () => {
    const uuid = await createCluster()
    engine.problem = 'not yet'
    ask(configure('num.partitions = 7'))
    await clock.advance(0)
    engine.fail('SIGKILL ended it', 3)
    engine.problem = null
    await clock.advance(10_000)
    await fleet.idle(uuid)
    expect(lastChange()?.state).toBe('UPDATE_COMPLETE')
    expect(engine.running).toBe(3)
  })
})

describe('a deletion during a change', () => {
  it('calls the change off', async () => {
    const uuid = await createCluster()
    engine.problem = 'never healthy'
    ask(rebootBroker(['1']))
    await clock.advance(0)
    expect(fleet.clusters.delete(record(), undefined)).toHaveProperty('record')
    await clock.advance(1_000)
    await fleet.idle(uuid)
    expect(fleet.clusters.list()).toEqual([])
    expect(engine.running).toBe(0)
  })
})

describe('a cluster with ZooKeeper', () => {
  it('has its three nodes beside the brokers', async () => {
    await createCluster('3.9.x')
    const { nodes, ports } = record()
    expect(nodes.map(({ role, nodeId }) => `${role} ${nodeId}`)).toEqual([
      'broker 1',
      'broker 2',
      'broker 3',
      'zookeeper 1',
      'zookeeper 2',
      'zookeeper 3',
    ])
    expect(ports.filter(({ listener }) => listener === 'ZOOKEEPER')).toHaveLength(3)
    expect(new Set(ports.map(({ port }) => port)).size).toBe(6)
  })
})
