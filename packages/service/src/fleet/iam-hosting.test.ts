import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Connection, createTopic, produce } from '@sluice/client'
import { systemDisk, TestClock } from '@sluice/effects'
import { SaslAuthenticate, SaslHandshake } from '@sluice/wire'
import { afterEach, expect, it } from 'vitest'
import { NodeAuthority } from './authority/node-authority.ts'
import { key, messageOf, presignedConnect, signedAtMs } from '../iam/testing/presigned-connect.ts'
import { keepIamFile } from './engines/embedded/node-file.ts'
import { testIdentities } from '../iam/testing/identities.ts'
import { noAccess } from '../iam/testing/no-access.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// Brokers that have a process each are told who can log in by IAM, and nobody else is.

const host = '127.0.0.1'
const rotated = { accessKeyId: 'AKIDROTATED', secretAccessKey: 'another+secret' }
const worlds: EmbeddedFleet[] = []

afterEach(async () => {
  for (const one of worlds.splice(0).reverse()) await one.driven(one.fleet.stop())
})

async function open(
  before: Pick<Partial<EmbeddedFleet>, 'clock' | 'disk' | 'network' | 'processes'>,
  accessKey: typeof key,
): Promise<EmbeddedFleet> {
  const identities = testIdentities({ ownerKey: accessKey })
  const opened = new EmbeddedFleet(before, { hosting: 'process', identities })
  worlds.push(opened)
  await opened.driven(opened.fleet.start())
  return opened
}

const becomes = (world: EmbeddedFleet, state: string) =>
  world.eventually(() => expect(world.fleet.status()[0]?.state).toBe(state))

async function secureCluster(): Promise<EmbeddedFleet> {
  const world = await open({ clock: new TestClock(signedAtMs - 60_000) }, key)
  world.create('demo', 3, {}, { ClientAuthentication: { Sasl: { Iam: { Enabled: true } } } })
  await becomes(world, 'ACTIVE')
  return world
}

/** The code with which a broker answers a login that is signed now. */
async function loginAt(world: EmbeddedFleet, credentials: typeof key): Promise<number> {
  const { connection, errorCode } = await loggedIn(world, credentials)
  await connection.close()
  return errorCode
}

async function loggedIn(
  world: EmbeddedFleet,
  credentials: typeof key,
): Promise<{ connection: Connection; errorCode: number }> {
  const { network, clock } = world
  const members = await presignedConnect({ host, credentials, atMs: clock.now() })
  const tls = { authorities: '' }
  const connection = await Connection.open({ network, clock, host, port: 9098, tls })
  await world.driven(connection.send(SaslHandshake, 1, { mechanism: 'AWS_MSK_IAM' }))
  const authBytes = Buffer.from(JSON.stringify(messageOf(host, members)))
  const { errorCode } = await world.driven(connection.send(SaslAuthenticate, 2, { authBytes }))
  return { connection, errorCode }
}

it('a broker’s process lets in who has the key, by a file that the file of the node only names', async () => {
  const world = await secureCluster()
  expect(world.fleet.status()[0]?.bootstrap).toEqual({
    CLIENT_IAM: `${host}:9098,${host}:19098,${host}:29098`,
  })
  expect(await loginAt(world, key)).toBe(0)
  expect(await loginAt(world, rotated)).toBe(58)
  const directory = world.fleet.status()[0]?.directory ?? ''
  const read = (path: string) => world.disk.readFileSync(join(directory, path)).toString()
  expect(read('broker-1/config/iam.json')).toContain(key.secretAccessKey)
  expect(read('broker-1/config/node.json')).not.toContain(key.secretAccessKey)
  expect(JSON.parse(read('broker-1/config/node.json')).iamFile).toMatch(/broker-1\/config\/iam\.json$/)
  expect(world.disk.existsSync(join(directory, 'controller/config/iam.json'))).toBe(false)
  expect(JSON.stringify(world.processes.running)).not.toContain(key.secretAccessKey)
})

it('a broker’s process takes up within seconds what policies say by now, for connections that are open, too', async () => {
  const arn = 'arn:aws:iam::000000000000:user/alice'
  const world = await secureCluster()
  const { identities } = world.fleet
  const may = (...Action: string[]) => {
    const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } }
    const table = JSON.stringify({ users: { alice: { policies: [policy] } } })
    identities.replace({ ...identities.snapshot, keys: [{ ...rotated, identity: arn }], table })
  }
  may('kafka-cluster:Connect', 'kafka-cluster:*Topic', 'kafka-cluster:WriteData')
  await world.eventually(async () => expect(await loginAt(world, rotated)).toBe(0))
  const { connection } = await loggedIn(world, rotated)
  await world.driven(createTopic(connection, 'events', { assignments: [[1, 2, 3]] }))
  const write = () =>
    world.driven(produce(connection, 'events', 0, [{ key: null, value: Buffer.from('kept') }], { acks: -1 }))
  await write()
  may('kafka-cluster:Connect', 'kafka-cluster:*Topic')
  await world.eventually(() => expect(write()).rejects.toThrow(/TOPIC_AUTHORIZATION_FAILED|29/))
  may('kafka-cluster:*Topic')
  await world.eventually(async () => expect(await loginAt(world, rotated)).toBe(58))
  await connection.close()
})

it('brokers whose clients all log in replicate by the listener that is theirs', async () => {
  const world = await secureCluster()
  const [status] = world.fleet.status()
  const inner = status?.brokers[0]?.listeners.find(({ name }) => name === 'REPLICATION_SECURE')
  const { network, clock } = world
  const uuid = status?.arn.split('/').at(-1) ?? ''
  const tls = new NodeAuthority(world, status?.directory ?? '', uuid).credentials()
  const client = await Connection.open({ network, clock, host, port: inner?.port ?? 0, tls })
  await world.driven(createTopic(client, 'events', { assignments: [[1, 2, 3]] }))
  const record = { key: null, value: Buffer.from('kept') }
  await world.driven(produce(client, 'events', 0, [record], { acks: -1 }))
  await client.close()
})

it('the brokers that a former service has left take another key from a later one, and it alone', async () => {
  const world = await secureCluster()
  worlds.pop()
  const later = await open(world.killed(), rotated)
  await later.eventually(async () => expect(await loginAt(later, rotated)).toBe(0))
  expect(await loginAt(later, key)).toBe(58)
})

it('the file of the keys is for its owner alone, and gone where nobody logs in by IAM', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-iam-'))
  try {
    const directories = {
      node: directory,
      data: directory,
      config: join(directory, 'config'),
      logs: directory,
    }
    const path = keepIamFile(systemDisk(), directories, noAccess.snapshot)
    expect(statSync(path ?? '').mode & 0o777).toBe(0o600)
    expect(keepIamFile(systemDisk(), directories, null)).toBeNull()
    expect(existsSync(path ?? '')).toBe(false)
    expect(keepIamFile(systemDisk(), directories, null)).toBeNull()
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
