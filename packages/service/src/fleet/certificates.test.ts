import { X509Certificate } from 'node:crypto'
import type { ClientAuthentication, EncryptionInTransit } from '@aws-sdk/client-kafka'
import {
  MemoryDisk,
  MemoryNetwork,
  seededRandom,
  silentLogger,
  systemProcesses,
  TestClock,
} from '@sluice/effects'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Issued, makeAuthority } from './authority/certificates.ts'
import { revocationList, revokedEntry } from './authority/revocation-list.ts'
import { enginesOf } from './engines/engines.ts'
import { FakeEngine } from './engines/testing/fake-engine.ts'
import { createFleet, type Fleet } from './fleet.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
const nodes = ['controller 10001', 'broker 1', 'broker 2', 'broker 3']
const starts = nodes.map((node) => `start ${node}`)
let clock: TestClock
let disk: MemoryDisk
let network: MemoryNetwork
let engine: FakeEngine
let fleet: Fleet
let directory: string

beforeEach(async () => {
  clock = new TestClock()
  disk = new MemoryDisk()
  network = new MemoryNetwork()
  engine = new FakeEngine({ disk, network })
  await begin()
})
afterEach(() => fleet.stop())

async function begin(): Promise<void> {
  const random = seededRandom(1)
  fleet = createFleet({
    dataDirectory: '/data',
    engines: enginesOf([engine], engine.name, 'process'),
    region: 'us-east-1',
    account: '000000000000',
    effects: { clock, disk, network, random, logger: silentLogger, processes: systemProcesses() },
  })
  await fleet.start()
}

async function create(
  EncryptionInTransit: EncryptionInTransit,
  ClientAuthentication?: ClientAuthentication,
): Promise<void> {
  const result = fleet.clusters.create({
    ClusterName: 'demo',
    KafkaVersion: '4.4.x.kraft',
    NumberOfBrokerNodes: 3,
    BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b', 'c'], InstanceType: 'kafka.m7g.large' },
    EncryptionInfo: { EncryptionInTransit },
    ClientAuthentication,
  })
  if (!('record' in result)) throw new Error(`not created: ${JSON.stringify(result)}`)
  await fleet.idle(result.record.uuid)
  directory = `/data/clusters/${result.record.uuid}`
}

/** And what is due then is done. */
async function pass(ms: number): Promise<void> {
  await clock.advance(ms)
  await fleet.idle(directory.split('/').at(-1) ?? '')
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
  await pass(hourMs)
  expect([...forClients(), ...forNodes()].map(read)).toEqual(before)
  clock.moveWallClock(10 * dayMs)
  await pass(hourMs)
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
  await pass(hourMs)
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
    principal: expect.stringMatching(/^User:CN=nodes\.[\w-]+,O=Sluice$/),
  })
  const [authority, node] = ['ca', 'controller-10001'].map(
    (name) => new X509Certificate(read(`${directory}/authority/${name}.pem`)),
  )
  if (!authority || !node) throw new Error('there are two')
  expect(node.verify(authority.publicKey)).toBe(true)
  const name = `CN=nodes.${directory.split('/').at(-1)}`
  expect(node.subject).toBe(`O=Sluice\n${name}`)
  expect(engine.plans.at(-1)?.properties).toMatchObject({
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'true',
    'super.users': `User:${name},O=Sluice`,
  })
  // Nobody has asked the local authority for anything.
  expect(fleet.authority.certificate()).toBe(null)
})

it('a certificate of a client that has the name of the nodes makes nobody one of them', async () => {
  await create({ ClientBroker: 'TLS' }, { Tls: { Enabled: true } })
  const [{ tls } = {}] = engine.plans.at(-1)?.nodes ?? []
  expect(tls?.principalMapping).toMatch(/^RULE:\^CN=nodes\\\.[\w-]+,O=Sluice\$\/CN=impostor\/,DEFAULT$/)
})

it('nodes that shall not be encrypted have no certificates', async () => {
  await create({ ClientBroker: 'PLAINTEXT', InCluster: false })
  expect(listeners()).toEqual([['CLIENT'], ['CLIENT'], ['CLIENT'], ['CONTROLLER']])
  expect(disk.existsSync(`${directory}/authority`)).toBe(false)
})

it('a cluster of an older build keeps the listeners that it has, and says so', async () => {
  await create({ ClientBroker: 'PLAINTEXT', InCluster: false })
  expect(fleet.status()[0]?.stateInfo).toBe(null)
  await fleet.stop()
  const record = JSON.parse(read(`${directory}/cluster.json`))
  delete record.hasSecureNodes
  delete record.spec.encryption.EncryptionInTransit.InCluster
  disk.writeFileAtomicSync(`${directory}/cluster.json`, JSON.stringify(record))
  await begin()
  expect(listeners()).toEqual([['CLIENT'], ['CLIENT'], ['CLIENT'], ['CONTROLLER']])
  expect(fleet.status()[0]).toMatchObject({
    state: 'ACTIVE',
    stateInfo: { message: expect.stringMatching(/^Its nodes speak to each other in plain text/) },
  })
})

describe('clients that show certificates of a private authority', () => {
  const arn = 'arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/mine'
  const files = '/data/certificate-authorities/mine'
  let mine: Issued
  const tls = { Tls: { Enabled: true, CertificateAuthorityArnList: [arn] } }
  const truststore = () => engine.plans.at(-1)?.nodes[0]?.tls?.truststore ?? ''
  const stateInfo = () => fleet.status()[0]?.stateInfo?.message ?? null

  beforeAll(async () => {
    mine = await makeAuthority({ subject: 'CN=mine', days: 1_000, nowMs: 1_700_000_000_000 })
  })

  beforeEach(async () => {
    disk.mkdirSync(files)
    disk.writeFileAtomicSync(`${files}/ca.pem`, mine.certificate)
    await create({ ClientBroker: 'TLS' }, tls)
  })

  it('are believed by it alone', () => {
    expect(truststore()).toBe(`${directory}/client-authorities.pem`)
    expect(read(truststore())).toBe(mine.certificate)
    expect(stateInfo()).toBe(null)
  })

  it('are revoked while brokers run, which take that up', async () => {
    const fromMs = clock.now()
    const revoked = [revokedEntry(mine.certificate, fromMs)]
    const list = await revocationList(mine, revoked, { fromMs, untilMs: fromMs + dayMs })
    disk.writeFileAtomicSync(`${files}/crl.pem`, list)
    await pass(60_000)
    expect(read(truststore())).toBe(mine.certificate + list)
    expect(engine.log.slice(4)).toEqual([1, 2, 3].map((id) => `certificates of broker ${id}`))
  })

  it('are told to be out where its files are gone', async () => {
    disk.unlinkSync(`${files}/ca.pem`)
    await pass(60_000)
    expect(read(truststore())).toBe('')
    expect(stateInfo()).toContain(`put its certificate (PEM) into ${files}/ca.pem`)
    disk.writeFileAtomicSync(`${files}/ca.pem`, mine.certificate)
    await pass(60_000)
    expect(stateInfo()).toBe(null)
  })
})

it('a cluster that names an authority that is not there is refused', async () => {
  const arn = 'arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/mine'
  const tls = { Tls: { Enabled: true, CertificateAuthorityArnList: [arn] } }
  await expect(create({ ClientBroker: 'TLS' }, tls)).rejects.toThrow(
    /put its certificate \(PEM\) into .*"parameter":"certificateAuthorityArnList"/,
  )
  expect(fleet.clusters.list()).toEqual([])
})
