import { X509Certificate } from 'node:crypto'
import type { EncryptionInTransit } from '@aws-sdk/client-kafka'
import {
  MemoryDisk,
  MemoryNetwork,
  seededRandom,
  silentLogger,
  systemProcesses,
  TestClock,
} from '@sluice/effects'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { enginesOf } from './engines/engines.ts'
import { FakeEngine } from './engines/testing/fake-engine.ts'
import { createFleet, type Fleet } from './fleet.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
const nodes = ['controller 10001', 'broker 1', 'broker 2', 'broker 3']
const starts = nodes.map((node) => `start ${node}`)
let clock: TestClock
let disk: MemoryDisk
let engine: FakeEngine
let fleet: Fleet
let directory: string

beforeEach(async () => {
  clock = new TestClock()
  disk = new MemoryDisk()
  const network = new MemoryNetwork()
  engine = new FakeEngine({ disk, network })
  const random = seededRandom(1)
  fleet = createFleet({
    dataDirectory: '/data',
    engines: enginesOf([engine], engine.name, 'process'),
    region: 'us-east-1',
    account: '000000000000',
    effects: { clock, disk, network, random, logger: silentLogger, processes: systemProcesses() },
  })
  await fleet.start()
})
afterEach(() => fleet.stop())

async function create(EncryptionInTransit: EncryptionInTransit): Promise<void> {
  const result = fleet.clusters.create({
    ClusterName: 'demo',
    KafkaVersion: '4.4.x.kraft',
    NumberOfBrokerNodes: 3,
    BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b', 'c'], InstanceType: 'kafka.m7g.large' },
    EncryptionInfo: { EncryptionInTransit },
  })
  if (!('record' in result)) throw new Error(`not created: ${JSON.stringify(result)}`)
  await fleet.idle(result.record.uuid)
  directory = `/data/clusters/${result.record.uuid}`
}

const forClients = () => [1, 2, 3].map((id) => `${directory}/broker-${id}/tls/keystore.pem`)
const forNodes = () => ['controller-10001', 'service'].map((name) => `${directory}/authority/${name}.pem`)
const read = (path: string) => disk.readFileSync(path).toString()
const listeners = () => engine.plans.at(-1)?.nodes.map((node) => node.listeners.map(({ name }) => name))

it('certificates of brokers are renewed while they run, 30 days before they end', async () => {
  await create({ ClientBroker: 'TLS' })
  expect(engine.log).toEqual(starts)
  const before = [...forClients(), ...forNodes()].map(read)
  clock.moveWallClock(360 * dayMs)
  await clock.advance(hourMs)
  expect([...forClients(), ...forNodes()].map(read)).toEqual(before)
  clock.moveWallClock(10 * dayMs)
  await clock.advance(hourMs)
  expect(
    forClients()
      .map(read)
      .some((text) => before.includes(text)),
  ).toBe(false)
  for (const path of forClients())
    expect(Date.parse(new X509Certificate(read(path)).validTo)).toBeGreaterThan(clock.now() + 396 * dayMs)
  // Those by which nodes know each other last as long as their authority.
  expect(forNodes().map(read)).toEqual(before.slice(3))
  expect(engine.log.slice(4)).toEqual([1, 2, 3].map((id) => `certificates of broker ${id}`))
})

it('a file that is gone or broken is made anew while its node runs', async () => {
  await create({ ClientBroker: 'TLS' })
  const [first = '', second = ''] = forClients()
  disk.unlinkSync(first)
  disk.writeFileAtomicSync(second, 'none')
  await clock.advance(hourMs)
  for (const path of [first, second])
    expect(new X509Certificate(read(path)).subject).toMatch(/^CN=b-\d\.demo$/)
  expect(engine.log.slice(4)).toEqual(['certificates of broker 1', 'certificates of broker 2'])
})

it('nodes of a cluster know each other by certificates of an authority of its own', async () => {
  await create({ ClientBroker: 'PLAINTEXT' })
  expect(listeners()).toEqual([['CLIENT'], ['CLIENT'], ['CLIENT'], ['CONTROLLER_SECURE']])
  const [{ identity } = {}] = engine.plans.at(-1)?.nodes.slice(3) ?? []
  expect(identity).toEqual({
    keystore: `${directory}/authority/controller-10001.pem`,
    truststore: `${directory}/authority/ca.pem`,
  })
  const [authority, node] = ['ca', 'controller-10001'].map(
    (name) => new X509Certificate(read(`${directory}/authority/${name}.pem`)),
  )
  if (!authority || !node) throw new Error('there are two')
  expect(node.verify(authority.publicKey)).toBe(true)
  expect(node.subject).toBe(`O=Sluice\nCN=nodes.${directory.split('/').at(-1)}`)
  // Nobody has asked the local authority for anything.
  expect(fleet.authority.certificate()).toBe(null)
})

it('nodes that shall not be encrypted have no certificates', async () => {
  await create({ ClientBroker: 'PLAINTEXT', InCluster: false })
  expect(listeners()).toEqual([['CLIENT'], ['CLIENT'], ['CLIENT'], ['CONTROLLER']])
  expect(disk.existsSync(`${directory}/authority`)).toBe(false)
})
