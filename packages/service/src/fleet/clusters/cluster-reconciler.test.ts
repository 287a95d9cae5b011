import {
  AssertionFailure,
  lineLogger,
  MemoryDisk,
  MemoryNetwork,
  seededRandom,
  systemProcesses,
  TestClock,
} from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { enginesOf } from '../engines/engines.ts'
import { FakeEngine } from '../engines/testing/fake-engine.ts'
import { createFleet, type Fleet } from '../fleet.ts'
import { updateKafkaVersion } from './changes/kafka-version.ts'
import { rebootBroker } from './changes/reboot.ts'
import type { Update } from './changes/update.ts'
import { type Observation, plan } from './cluster-reconciler.ts'
import type { ClusterRecord } from './cluster-record.ts'

/** A cluster of two brokers with nothing left to do. */
const settled: Observation = {
  elastic: false,
  placement: 'as wanted',
  state: 'ACTIVE',
  opened: true,
  served: true,
  nodes: 5,
  change: 'none',
  untoldFailures: [],
  joining: [],
  leaving: [],
  unported: false,
  held: 'none',
  stopping: [],
  missingQuorum: [],
  missingBrokers: [],
  outdated: [],
  stranded: [],
  left: [],
  volumes: 'as wanted',
  users: 'as wanted',
  certificates: 'looked at',
  doubtful: false,
  watched: false,
  reported: true,
}
const active = { state: 'UPDATING', change: 'active' } as const
const quorum = ['controller 10001', 'controller 10002', 'controller 10003']

// What is seen of it beside that, and the steps that follow.
const settle = 'place internal topics, check health, restore leaders'

const table: [what: string, seen: Partial<Observation>, steps: string][] = [
  // Life and death.
  ['nothing is left to do', {}, ''],
  ['nobody has looked at its directory', { opened: false, nodes: 0 }, 'open engine'],
  ['it is gone', { state: null, opened: false }, ''],
  ['it is gone and its nodes run', { state: null }, 'stop engine'],
  ['it shall go', { state: 'DELETING' }, 'stop engine, remove cluster'],
  ['it shall go, and nodes may run', { state: 'DELETING', opened: false }, 'open engine'],
  ['it has FAILED', { state: 'FAILED', nodes: 0 }, ''],
  ['it has FAILED and a part of it runs', { state: 'FAILED', nodes: 1 }, 'stop engine'],

  // Stopped on purpose.
  ['a broker shall stop', { held: 'untold', stopping: ['broker 2'] }, 'stop held brokers'],
  ['a broker is stopped on purpose', { held: 'untold' }, 'report held brokers'],
  ['everybody knows', { state: 'HEALING', held: 'told' }, ''],
  [
    'another one has died meanwhile',
    { state: 'HEALING', held: 'told', missingBrokers: ['broker 1'] },
    'issue certificates, start brokers',
  ],

  ['its volumes have another size', { volumes: 'otherwise' }, 'resize volumes'],
  ['a change makes its volumes larger', { ...active, volumes: 'otherwise' }, 'resize volumes'],
  ['nobody has looked at its certificates for a while', { certificates: 'due' }, 'issue certificates'],

  // A creation, look by look.
  ['it is new', { state: 'CREATING', nodes: 0, joining: ['broker 1'] }, 'allocate nodes'],
  [
    'it has nodes',
    {
      state: 'CREATING',
      nodes: 0,
      unported: true,
      missingQuorum: quorum,
      missingBrokers: ['broker 1', 'broker 2'],
    },
    'allocate ports, issue certificates, start quorum, start brokers',
  ],
  ['all its nodes run', { state: 'CREATING' }, `${settle}, report active`],
  ['none of it can be served', { state: 'CREATING', served: false, nodes: 0 }, 'report active'],
  ['none of it can be served, which was told', { served: false, nodes: 0 }, ''],

  // Who logs in.
  ['a user is missing', { users: 'otherwise' }, 'set scram users'],
  [
    'a user is missing when it is new',
    { state: 'CREATING', users: 'otherwise' },
    `${settle}, set scram users, report active`,
  ],
  [
    'a user is missing and a broker is down',
    { state: 'HEALING', users: 'otherwise', missingBrokers: ['broker 2'] },
    'issue certificates, start brokers',
  ],

  // A node that dies.
  ['a broker has died', { untoldFailures: ['broker 2'], missingBrokers: ['broker 2'] }, 'tell failures'],
  [
    'a broker is down',
    { state: 'HEALING', missingBrokers: ['broker 2'] },
    'issue certificates, start brokers',
  ],
  [
    'a controller is down',
    { state: 'HEALING', missingQuorum: ['controller 10001'] },
    'issue certificates, start quorum',
  ],
  ['what was down is up', { state: 'HEALING' }, `${settle}, report active`],
  [
    'a broker does not run after a start of the service',
    { missingBrokers: ['broker 2'] },
    'issue certificates, start brokers',
  ],
  [
    'ports were not looked at since the service started',
    { unported: true, missingBrokers: ['broker 2'] },
    'allocate ports, issue certificates, start brokers',
  ],
  ['all of them run, and nobody has seen who leads', { doubtful: true }, settle],

  ['topics of it have one replica from before', { watched: true }, 'report active'],

  // A change.
  ['a change was asked for', { state: 'UPDATING', change: 'pending' }, 'begin change'],
  [
    'nodes run under an older plan',
    { ...active, outdated: ['broker 1', 'broker 2'] },
    'issue certificates, check health, roll next node',
  ],
  [
    'brokers look for their controller where it is no more',
    { state: 'HEALING', outdated: ['broker 1', 'broker 2'], stranded: ['broker 2'] },
    'issue certificates, roll next node',
  ],
  ['an earlier service has said what there is to say', { reported: false }, 'report active'],
  [
    'the service runs them otherwise than before',
    { outdated: ['broker 1'] },
    'issue certificates, check health, roll next node',
  ],
  [
    'a broker did not come back from its roll',
    { ...active, missingBrokers: ['broker 1'], outdated: ['broker 2'] },
    'issue certificates, start brokers',
  ],
  ['all run under the new plan', active, `${settle}, finish change, report active`],
  ['it is a change of what cannot be served', { ...active, served: false }, 'finish change, report active'],
  ['brokers shall join', { ...active, joining: ['broker 3'] }, 'allocate nodes'],
  ['brokers shall leave', { ...active, leaving: ['broker 2'] }, 'check leaving, allocate nodes'],
  [
    'brokers shall leave, and the service has just started',
    { ...active, leaving: ['broker 2'], missingQuorum: quorum, missingBrokers: ['broker 1', 'broker 2'] },
    'issue certificates, start quorum, start brokers',
  ],
  [
    'brokers shall leave that do not start',
    { ...active, leaving: ['broker 2'], missingBrokers: ['broker 2'] },
    'check leaving, allocate nodes',
  ],
  [
    'brokers have left the record and still run',
    { ...active, left: [2] },
    `${settle}, remove brokers, finish change, report active`,
  ],
]

describe('the plan of a cluster of which is seen that', () => {
  it.each(table)('%s', (_what, seen, steps) => {
    expect(plan({ ...settled, ...seen }).join(', ')).toBe(steps)
  })
})

describe('a run', () => {
  let clock: TestClock
  let engine: FakeEngine
  let fleet: Fleet
  let lines: string[]

  beforeEach(async () => {
    clock = new TestClock()
    lines = []
    const disk = new MemoryDisk()
    const network = new MemoryNetwork()
    engine = new FakeEngine({ disk, network }, 'apache-kafka')
    const logger = lineLogger(
      (line) => lines.push(line),
      'info',
      () => clock.now(),
    )
    fleet = createFleet({
      dataDirectory: '/data',
      engines: enginesOf([engine], 'apache-kafka'),
      region: 'us-east-1',
      account: '000000000000',
      effects: { clock, disk, network, random: seededRandom(5), logger, processes: systemProcesses() },
    })
    await fleet.start()
    const result = fleet.clusters.create({
      ClusterName: 'demo',
      KafkaVersion: '4.1.x.kraft',
      NumberOfBrokerNodes: 2,
      BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b'], InstanceType: 'kafka.m7g.large' },
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
    })
    if (!('record' in result)) throw new Error(JSON.stringify(result))
    await fleet.idle(result.record.uuid)
    lines.length = 0
    engine.log.length = 0
  })

  const record = () => fleet.clusters.list()[0] as ClusterRecord
  const change = async (update: Update) => {
    expect(fleet.clusters.update(record(), update, 'request-1')).toHaveProperty('record')
    await fleet.idle(record().uuid)
  }
  const logged = (message: string) => lines.filter((line) => line.includes(message))

  it('says why it starts a node anew', async () => {
    await change(rebootBroker(['2']))
    expect(logged('a node is started anew')).toEqual([
      expect.stringMatching(/node="broker 2" reason="A reboot of broker 2 was asked for\."$/),
    ])
  })

  it('says what a change is for, and why it is taken back', async () => {
    const versionChange = 'Kafka goes from 4.1.x.kraft to 4.4.x.kraft.'
    engine.refuses = ({ kafkaVersion }) =>
      kafkaVersion === '4.4.x.kraft' ? new Error('There is no memory.') : undefined
    await change(updateKafkaVersion('4.4.x.kraft', record().currentVersion, undefined))
    await clock.advance(5_000)
    expect(logged('a change begins')).toEqual([expect.stringContaining(`reason="${versionChange}"`)])
    expect(logged('a node is started anew').at(-1)).toContain(
      `node="controller 10001" reason="${versionChange} It failed and is taken back: There is no memory."`,
    )
  })

  it('calls a broker’s start off when the controller that it waits for dies, and starts that one first', async () => {
    engine.gate = new Promise(() => {})
    fleet.clusters.update(record(), rebootBroker(['2']), 'request-1')
    await clock.advance(50)
    expect(engine.log).toEqual(['stop broker 2', 'start broker 2'])
    engine.fail('SIGKILL ended it', 10_001, 'controller')
    engine.gate = null
    await clock.advance(1_000)
    await fleet.idle(record().uuid)
    expect(engine.log).toEqual([
      'stop broker 2',
      'start broker 2',
      'start controller 10001',
      'start broker 2',
    ])
    expect(record()).toMatchObject({ state: 'ACTIVE' })
    expect(logged('a step of a cluster failed')[0]).toContain('The start of broker 2 was called off.')
  })

  it('of a cluster with a silent node is HEALING once others have missed it, until preferred leaders lead again', async () => {
    engine.silence(true)
    await clock.advance(1_000)
    expect(record()).toMatchObject({ state: 'ACTIVE' })
    engine.problem = 'Broker 2 is not registered with the cluster.'
    await clock.advance(2_000)
    expect(record()).toMatchObject({
      state: 'HEALING',
      stateInfo: { code: 'NOT_HEALTHY', message: expect.stringContaining(engine.problem) },
    })
    engine.problem = null
    engine.away.push('The first replica of partition orders-0 cannot lead it yet.')
    engine.silence(false)
    await clock.advance(50)
    expect(record()).toMatchObject({ state: 'HEALING' })
    await clock.advance(500)
    expect(record()).toMatchObject({ state: 'ACTIVE', stateInfo: null })
    engine.upkeep.length = 0
    await clock.advance(60_000)
    expect(engine.upkeep).toEqual([])
  })

  it('that meets a node which does not run as it was started tries again later, and says that it is a bug', async () => {
    engine.runsUnder = () => 'something else'
    await change(rebootBroker(['1']))
    expect(engine.log).toEqual(['stop broker 1', 'start broker 1'])
    expect(logged('a bug stopped a step of a cluster')).toEqual([
      expect.stringMatching(new RegExp(`${AssertionFailure.name}.*broker 1 runs under the plan`)),
    ])
    await clock.advance(150)
    expect(engine.log).toHaveLength(4)
  })
})
