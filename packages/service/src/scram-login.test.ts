import { pbkdf2Sync } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BatchAssociateScramSecretCommand,
  BatchDisassociateScramSecretCommand,
  KafkaClient,
} from '@aws-sdk/client-kafka'
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { Connection } from '@sluice/client'
import { systemClock, systemNetwork } from '@sluice/effects'
import { AlterUserScramCredentials } from '@sluice/wire'
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadAccessKey } from './credentials.ts'
import type { Service } from './service.ts'
import { loggedEffects, startOwnService } from './testing/own-service.ts'

/** A busy machine may take a while for what is to be seen within a second. */
const patience = { timeout: 20_000, interval: 50 }

const lines: string[] = []
const effects = loggedEffects(lines)
let dataDirectory: string
let service: Service
let kafka: KafkaClient
let secrets: SecretsManagerClient

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-scram-'))
  await begin()
})

async function begin(): Promise<void> {
  service = await startOwnService(dataDirectory, effects)
  const { endpoint, region } = service.report()
  const credentials = loadAccessKey(effects.disk, dataDirectory)
  const options = { endpoint, region, ...(credentials && { credentials }) }
  kafka = new KafkaClient(options)
  secrets = new SecretsManagerClient(options)
}

afterAll(async () => {
  kafka.destroy()
  secrets.destroy()
  await service.stop()
  rmSync(dataDirectory, { recursive: true, force: true })
})

const demo = () => {
  const [cluster] = service.report().clusters
  if (!cluster) throw new Error('there is no cluster')
  return cluster
}

const addresses = () => (demo().listeners.CLIENT_SASL_SCRAM ?? '').split(',')

function clientOf(username: string, password: string, brokers = addresses()): Kafka {
  const { trust } = service.report()
  return new Kafka({
    brokers,
    ssl: { ca: [readFileSync(trust?.caFile ?? '', 'utf8')] },
    sasl: { mechanism: 'scram-sha-512', username, password },
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  })
}

/** What becomes of such a login at each broker: `in`, or why not. */
function logins(username: string, password: string): Promise<string[]> {
  return Promise.all(
    addresses().map(async (address) => {
      const admin = clientOf(username, password, [address]).admin()
      try {
        await admin.connect()
        return 'in'
      } catch (error) {
        return (error as Error).message
      } finally {
        await admin.disconnect()
      }
    }),
  )
}

/** Every broker hears of it for itself. */
const areIn = (username: string, password: string) =>
  vi.waitFor(async () => expect(await logins(username, password)).toEqual(['in', 'in', 'in']), patience)
const areOut = (username: string, password: string) =>
  vi.waitFor(async () => {
    const refusal = expect.stringMatching(/invalid credentials with SASL mechanism SCRAM-SHA-512/)
    expect(await logins(username, password)).toEqual([refusal, refusal, refusal])
  }, patience)

/** As a client of Kafka makes them. */
async function makeUsers(names: string[], password: string): Promise<void> {
  const [host = '', port] = (demo().listeners.CLIENT ?? '').split(',')[0]?.split(':') ?? []
  const connection = await Connection.open({
    network: systemNetwork(),
    clock: systemClock(),
    host,
    port: Number(port),
    requestTimeoutMs: 20_000,
  })
  const { id, hash, bytes } = { id: 2, hash: 'sha512', bytes: 64 }
  const [salt, iterations] = [Buffer.from('salt of users'), 4_096]
  const saltedPassword = pbkdf2Sync(password, salt, iterations, bytes, hash)
  const upsertions = names.map((name) => ({ name, mechanism: id, iterations, salt, saltedPassword }))
  await connection.request(AlterUserScramCredentials, { deletions: [], upsertions })
  await connection.close()
}

const value = (username: string, password: string) => JSON.stringify({ username, password })

async function userWith(name: string, password: string): Promise<string> {
  const { ARN = '' } = await secrets.send(
    new CreateSecretCommand({
      Name: `AmazonMSK_${name}`,
      KmsKeyId: 'key',
      SecretString: value(name, password),
    }),
  )
  const request = { ClusterArn: demo().arn, SecretArnList: [ARN] }
  const answer = await kafka.send(new BatchAssociateScramSecretCommand(request))
  expect(answer.UnprocessedScramSecrets).toEqual([])
  return ARN
}

describe('the cluster of a start', () => {
  it('has a user that logs in', async () => {
    const { scramUser } = demo()
    expect(scramUser).toMatchObject({
      name: 'demo',
      secretArn: expect.stringContaining(':AmazonMSK_demo_demo-'),
    })
    const secret = await secrets.send(new GetSecretValueCommand({ SecretId: scramUser?.secretArn }))
    const { username, password } = JSON.parse(secret.SecretString ?? '')
    await areIn(username, password)
    const producer = clientOf(username, password).producer()
    await producer.connect()
    const [sent] = await producer.send({ topic: 'greetings', messages: [{ value: 'hi' }] })
    expect(sent?.errorCode).toBe(0)
    await producer.disconnect()
    await areOut(username, `${password}x`)
  })
})

it('nobody has the name of the cluster’s nodes, who may do everything', async () => {
  const username = `CN=nodes.${demo().arn.split('/').at(-1)},O=Sluice`
  // Whoever may alter the cluster makes users by Kafka's own request.
  await makeUsers(['somebody', username], 'password')
  await areIn('somebody', 'password')
  await areOut(username, 'password')
  const { ARN = '' } = await secrets.send(
    new CreateSecretCommand({
      Name: 'AmazonMSK_impostor',
      KmsKeyId: 'key',
      SecretString: value(username, 'password'),
    }),
  )
  const request = { ClusterArn: demo().arn, SecretArnList: [ARN] }
  const { UnprocessedScramSecrets } = await kafka.send(new BatchAssociateScramSecretCommand(request))
  expect(UnprocessedScramSecrets).toMatchObject([
    { SecretArn: ARN, ErrorMessage: expect.stringContaining('name of the cluster’s nodes') },
  ])
})

describe('what ACLs say', () => {
  it('holds for the users of the cluster, and leaves to everyone what they do not speak of', async () => {
    await userWith('reader', 'read-it')
    await areIn('reader', 'read-it')
    const admin = clientOf('reader', 'read-it').admin()
    await admin.connect()
    const topics = ['guarded', 'open'].map((topic) => ({ topic, numPartitions: 1 }))
    await admin.createTopics({ waitForLeaders: true, topics })
    const toRead = {
      resourceType: AclResourceTypes.TOPIC,
      resourceName: 'guarded',
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:reader',
      host: '*',
      operation: AclOperationTypes.READ,
      permissionType: AclPermissionTypes.ALLOW,
    }
    await admin.createAcls({ acl: [toRead] })
    const refusal = expect.stringMatching(/not authorized|authorization failed/i)
    const sent = async (topic: string, producer = clientOf('reader', 'read-it').producer()) => {
      await producer.connect()
      try {
        const [one] = await producer.send({ topic, messages: [{ value: 'hi' }] })
        return one?.errorCode
      } catch (error) {
        return (error as Error).message
      } finally {
        await producer.disconnect()
      }
    }
    await vi.waitFor(async () => expect(await sent('guarded')).toEqual(refusal), patience)
    expect(await sent('open')).toBe(0)
    expect((await admin.fetchTopicOffsets('guarded')).map(({ high }) => high)).toEqual(['0'])
    const { scramUser } = demo()
    const secret = await secrets.send(new GetSecretValueCommand({ SecretId: scramUser?.secretArn }))
    const { username, password } = JSON.parse(secret.SecretString ?? '')
    expect(await sent('guarded', clientOf(username, password).producer())).toEqual(refusal)
    await admin.disconnect()
  })
})

describe('a start', () => {
  const startAnew = async (change: (record: { scramSecrets?: string[] }) => void) => {
    const path = join(dataDirectory, 'clusters', demo().arn.split('/').at(-1) ?? '', 'cluster.json')
    kafka.destroy()
    secrets.destroy()
    await service.stop()
    const record = JSON.parse(readFileSync(path, 'utf8'))
    change(record)
    writeFileSync(path, JSON.stringify(record))
    await begin()
  }

  it('gives the cluster its user where the one before has ended too early', async () => {
    const { scramUser } = demo()
    await startAnew((record) => delete record.scramSecrets)
    expect(demo().scramUser).toEqual(scramUser)
  })

  it('gives none to a cluster that somebody has taken it from', async () => {
    const before = demo().scramUser?.secretArn ?? ''
    await startAnew((record) => (record.scramSecrets = []))
    expect(demo().scramUser).toBe(null)
    await startAnew((record) => (record.scramSecrets = [before]))
    expect(demo().scramUser?.secretArn).toBe(before)
  })
})

describe('a user of a secret', () => {
  it('logs in, by the password of the moment, until the secret is disassociated; what is open stays open', async () => {
    const arn = await userWith('alice', 'first-password')
    await areIn('alice', 'first-password')
    const open = clientOf('alice', 'first-password').producer()
    await open.connect()
    // From now on it has a connection to the leader.
    const greeting = { topic: 'greetings', messages: [{ value: 'hi' }] }
    await open.send(greeting)

    const changed = { SecretId: arn, SecretString: value('alice', 'second-password') }
    await secrets.send(new PutSecretValueCommand(changed))
    await areIn('alice', 'second-password')
    await areOut('alice', 'first-password')

    await kafka.send(
      new BatchDisassociateScramSecretCommand({ ClusterArn: demo().arn, SecretArnList: [arn] }),
    )
    await areOut('alice', 'second-password')
    expect(await open.send(greeting)).toMatchObject([{ errorCode: 0 }])
    await open.disconnect()
  })

  it('leaves its password in the secret alone, which its owner alone can read', async () => {
    const password = 'never-to-be-seen-elsewhere'
    await userWith('bob', password)
    await areIn('bob', password)
    const files = readdirSync(dataDirectory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    const telling = files.filter((path) => readFileSync(path).includes(password))
    expect(telling).toEqual([expect.stringContaining(join(dataDirectory, 'secrets'))])
    expect(statSync(telling[0] ?? '').mode & 0o777).toBe(0o600)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.join('\n')).not.toContain(password)
    expect(JSON.stringify(service.report())).not.toContain(password)
  })
})
