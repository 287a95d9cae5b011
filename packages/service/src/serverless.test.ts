import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateClusterV2Command,
  DeleteClusterCommand,
  DescribeClusterV2Command,
  GetBootstrapBrokersCommand,
  KafkaClient,
} from '@aws-sdk/client-kafka'
import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js'
import { ConfigResourceTypes, Kafka, KafkaJSProtocolError, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type AccessKey, loadAccessKey } from './credentials.ts'
import type { Service } from './service.ts'
import { loggedEffects, startOwnService } from './testing/own-service.ts'

// The life of a serverless cluster, by the AWS SDK and by a Kafka client that logs in as MSK's own signer has it.

const region = 'eu-central-1'
const effects = loggedEffects([])
let dataDirectory: string
let service: Service
let key: AccessKey
let msk: KafkaClient

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-serverless-'))
  service = await startOwnService(dataDirectory, effects, { region })
  const made = loadAccessKey(effects.disk, dataDirectory)
  if (!made) throw new Error('a start has made no key')
  key = made
  msk = new KafkaClient({ region, endpoint: service.report().endpoint, credentials: key, maxAttempts: 1 })
}, 60_000)
afterAll(async () => {
  await service.stop()
  rmSync(dataDirectory, { recursive: true, force: true })
})

async function stateOf(ClusterArn: string): Promise<string | undefined> {
  const answer = msk.send(new DescribeClusterV2Command({ ClusterArn }))
  return answer.then(
    ({ ClusterInfo }) => ClusterInfo?.State,
    (error: Error) => error.name,
  )
}

const becomes = (ClusterArn: string, state: string) =>
  vi.waitFor(async () => expect(await stateOf(ClusterArn)).toBe(state), { timeout: 60_000, interval: 50 })

function kafkaAt(server: string): Kafka {
  const awsCredentialsProvider = async () => key
  return new Kafka({
    brokers: server.split(','),
    ssl: { ca: [readFileSync(service.report().trust?.caFile ?? '', 'utf8')] },
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => {
        const { token } = await generateAuthTokenFromCredentialsProvider({ region, awsCredentialsProvider })
        return { value: token }
      },
    },
    logLevel: logLevel.NOTHING,
  })
}

/** Kafka's name of the error that a call ends with. */
const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'none',
    (error: { errors?: Error[] }) => {
      const [first = error] = error.errors ?? []
      return first instanceof KafkaJSProtocolError ? first.type : first
    },
  )

it('is made, written to and read from, and deleted', { timeout: 120_000 }, async () => {
  const { ClusterArn = '' } = await msk.send(
    new CreateClusterV2Command({
      ClusterName: 'orders',
      Serverless: {
        VpcConfigs: [{ SubnetIds: ['subnet-1', 'subnet-2'] }],
        ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
      },
    }),
  )
  await becomes(ClusterArn, 'ACTIVE')
  const told = await msk.send(new GetBootstrapBrokersCommand({ ClusterArn }))
  const server = told.BootstrapBrokerStringSaslIam ?? ''
  expect(server).toMatch(/^127\.0\.0\.1:\d+(,127\.0\.0\.1:\d+){2}$/)

  const kafka = kafkaAt(server)
  const admin = kafka.admin()
  await admin.connect()
  const { brokers } = await admin.describeCluster()
  expect(brokers).toHaveLength(3)
  const create = (topic: string, rest: object = {}) =>
    errorOf(admin.createTopics({ topics: [{ topic, numPartitions: 6, ...rest }] }))
  expect(await create('events')).toBe('none')
  expect(await create('small', { replicationFactor: 1 })).toBe('INVALID_REQUEST')
  expect(await create('large', { numPartitions: 2_395 })).toBe('INVALID_REQUEST')
  const segments = { configEntries: [{ name: 'segment.bytes', value: '1048576' }] }
  expect(await create('segmented', segments)).toBe('INVALID_REQUEST')
  const compacted = { configEntries: [{ name: 'cleanup.policy', value: 'compact' }] }
  expect(await create('compacted', { numPartitions: 121, ...compacted })).toBe('INVALID_REQUEST')
  expect(await create('compacted', { numPartitions: 1, ...compacted })).toBe('none')

  const alter = (type: ConfigResourceTypes, name: string, config: string, value: string) =>
    errorOf(
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type, name, configEntries: [{ name: config, value }] }],
      }),
    )
  expect(await alter(ConfigResourceTypes.TOPIC, 'events', 'retention.ms', '-1')).toBe('none')
  expect(await alter(ConfigResourceTypes.TOPIC, 'events', 'cleanup.policy', 'compact')).toBe(
    'INVALID_REQUEST',
  )
  // The owner of the account is no administrator of its brokers.
  expect(await alter(ConfigResourceTypes.BROKER, '1', 'log.cleaner.threads', '2')).toBe(
    'CLUSTER_AUTHORIZATION_FAILED',
  )

  const producer = kafka.producer({ idempotent: true })
  await producer.connect()
  const messages = Array.from({ length: 60 }, (_, at) => ({ key: String(at), value: `order ${at}` }))
  await producer.send({ topic: 'events', messages })
  await producer.disconnect()
  const consumer = kafka.consumer({ groupId: 'readers' })
  await consumer.connect()
  await consumer.subscribe({ topic: 'events', fromBeginning: true })
  const read: string[] = []
  await consumer.run({ eachMessage: async ({ message }) => void read.push(String(message.value)) })
  await vi.waitFor(() => expect(read).toHaveLength(60), { timeout: 60_000 })
  expect([...read].sort()).toEqual(messages.map(({ value }) => value).sort())
  await consumer.disconnect()
  await admin.disconnect()

  await msk.send(new DeleteClusterCommand({ ClusterArn }))
  await becomes(ClusterArn, 'NotFoundException')
})
