import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMechanism } from '@jm18457/kafkajs-msk-iam-authentication-mechanism'
import { GetBootstrapBrokersCommand, KafkaClient } from '@aws-sdk/client-kafka'
import { Connection, describeTopics } from '@sluice/client'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccessKey, loadAccessKey } from './credentials.ts'
import type { Reach } from './fleet/reach.ts'
import { type Service, startService } from './service.ts'
import { loggedEffects, startOwnService } from './testing/own-service.ts'
import { UsageError } from './usage-error.ts'

// Brokers and endpoint at another address than the usual one, and by other names: 127.0.0.2 is this machine's, too.

const host = '127.0.0.2'
const reach: Reach = { host, advertisedHost: null, advertisedHosts: { CLIENT: 'kafka.test' } }
const effects = loggedEffects([])
let dataDirectory: string
let service: Service
let key: AccessKey

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-reach-'))
  service = await startOwnService(dataDirectory, effects, { reach })
  const made = loadAccessKey(effects.disk, dataDirectory)
  if (!made) throw new Error('a start has made no key')
  key = made
}, 60_000)
afterAll(async () => {
  await service?.stop()
  rmSync(dataDirectory, { recursive: true, force: true })
})

const serversOf = (listener: 'CLIENT' | 'CLIENT_SECURE' | 'CLIENT_IAM') =>
  service.report().clusters[0]?.listeners[listener]?.split(',') ?? []
const ssl = () => ({ ca: [readFileSync(service.report().trust?.caFile ?? '', 'utf8')] })

async function namesTold(kafka: Kafka): Promise<string[]> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    return (await admin.describeCluster()).brokers.map((broker) => broker.host)
  } finally {
    await admin.disconnect()
  }
}

describe('a service with --host and --advertised-host', () => {
  it('is there, and tells the names that it was given', async () => {
    const { endpoint, region, clusters } = service.report()
    expect(new URL(endpoint).hostname).toBe(host)
    const client = new KafkaClient({ endpoint, region, credentials: key })
    const told = await client.send(new GetBootstrapBrokersCommand({ ClusterArn: clusters[0]?.arn }))
    expect(told.BootstrapBrokerString).toMatch(/^(kafka\.test:\d+,?){3}$/)
    expect(told.BootstrapBrokerStringTls).toMatch(/^(127\.0\.0\.2:\d+,?){3}$/)
    expect(serversOf('CLIENT').join()).toBe(told.BootstrapBrokerString)
  })

  it('has certificates for that address, and logins by IAM are signed for it', async () => {
    const common = { retry: { retries: 0 }, logLevel: logLevel.NOTHING, ssl: ssl() }
    expect(await namesTold(new Kafka({ ...common, brokers: serversOf('CLIENT_SECURE') }))).toEqual([
      host,
      host,
      host,
    ])
    const sasl = createMechanism({ region: service.report().region, credentials: key })
    expect(await namesTold(new Kafka({ ...common, sasl, brokers: serversOf('CLIENT_IAM') }))).toEqual([
      host,
      host,
      host,
    ])
  })

  it('tells the advertised name to whoever came by that listener, whatever was dialled', async () => {
    const port = Number(serversOf('CLIENT')[0]?.split(':')[1])
    const connection = await Connection.open({ ...effects, host, port })
    const { brokers } = await describeTopics(connection, [])
    expect(brokers.map((broker) => broker.host)).toEqual(['kafka.test', 'kafka.test', 'kafka.test'])
    await connection.close()
  })
})

it('an endpoint that accepts any signature is for this machine alone', async () => {
  const started = startService({
    ...{ dataDirectory, apiPort: 0, kafkaPort: 0, cluster: { kind: 'none' }, properties: {}, effects },
    ...{ region: undefined, engines: [], engine: undefined, hosting: undefined },
    acceptAnySignature: true,
    reach: { ...reach, host: '0.0.0.0' },
  })
  await expect(started).rejects.toThrow(UsageError)
})
