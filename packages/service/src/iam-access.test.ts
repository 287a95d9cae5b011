import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeClusterV2Command, KafkaClient } from '@aws-sdk/client-kafka'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { lineLogger, systemEffects } from '@sluice/effects'
import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { writeAccessKeys } from './access-keys.ts'
import { loadAccessKey } from './credentials.ts'
import { embeddedEngine } from './fleet/engines/embedded.ts'
import { type Service, startService } from './service.ts'

// Users and roles of iam.json, with the official SDK and MSK's own signer, on the cluster that a start makes.

const region = 'us-east-1'
const account = '000000000000'
const aliceKey = { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }
const lines: string[] = []
const logger = lineLogger(
  (line) => lines.push(line),
  'debug',
  () => 0,
)
const effects = { ...systemEffects(), logger }
let dataDirectory: string
let service: Service

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-iam-access-'))
  writeAccessKeys(effects.disk, dataDirectory, [
    { ...aliceKey, identity: `arn:aws:iam::${account}:user/alice` },
  ])
  service = await startService({
    dataDirectory,
    apiPort: 0,
    kafkaPort: 0,
    cluster: { kind: 'default' },
    properties: { 'connection.failed.authentication.delay.ms': '0' },
    region,
    acceptAnySignature: false,
    effects,
    engines: [embeddedEngine(effects)],
    engine: undefined,
    hosting: undefined,
  })
}, 60_000)
afterAll(async () => {
  await service.stop()
  rmSync(dataDirectory, { recursive: true, force: true })
})

const statement = (Action: string | string[], Resource = '*') => ({ Effect: 'Allow', Action, Resource })
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement })

/** What alice may do, and the role that she may assume, from about now on. */
function write(alice: object, writer: object): void {
  const trust = policy({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:user/alice` },
    Action: 'sts:AssumeRole',
  })
  const table = { users: { alice: { policies: [alice] } }, roles: { writer: { trust, policies: [writer] } } }
  writeFileSync(join(dataDirectory, 'iam.json'), JSON.stringify(table))
}

type Key = typeof aliceKey & { sessionToken?: string }

function kafkaOf(key: Key): Kafka {
  const value = async () => {
    const awsCredentialsProvider = async () => key
    return (await generateAuthTokenFromCredentialsProvider({ region, awsCredentialsProvider })).token
  }
  return new Kafka({
    brokers: service.report().clusters[0]?.listeners.CLIENT_IAM?.split(',') ?? [],
    ssl: { ca: [readFileSync(service.report().trust?.caFile ?? '', 'utf8')] },
    sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await value() }) },
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  })
}

async function asAdmin<Result>(key: Key, act: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = kafkaOf(key).admin()
  try {
    await admin.connect()
    return await act(admin)
  } finally {
    await admin.disconnect()
  }
}

async function assume(): Promise<Key> {
  const { endpoint } = service.report()
  const sts = new STSClient({ region, endpoint, credentials: aliceKey, maxAttempts: 1 })
  const role = { RoleArn: `arn:aws:iam::${account}:role/writer`, RoleSessionName: 'job' }
  const { Credentials: given } = await sts.send(new AssumeRoleCommand(role))
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  }
}

const writes = policy(
  statement([
    'kafka-cluster:Connect',
    'kafka-cluster:WriteDataIdempotently',
    'kafka-cluster:DescribeCluster',
  ]),
  statement(
    ['kafka-cluster:CreateTopic', 'kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
    `arn:aws:kafka:${region}:${account}:topic/demo/*/jobs-*`,
  ),
)

describe('a session of a role', () => {
  it('writes where the role may, and is refused elsewhere; another policy counts within seconds', async () => {
    write(policy(statement('kafka:DescribeCluster*')), writes)
    const key = await vi.waitFor(assume, { timeout: 30_000, interval: 200 })
    await asAdmin(key, async (admin) => {
      await admin.createTopics({ topics: [{ topic: 'jobs-a' }] })
      await expect(admin.createTopics({ topics: [{ topic: 'other' }] })).rejects.toMatchObject({
        errors: [expect.objectContaining({ type: 'TOPIC_AUTHORIZATION_FAILED' })],
      })
      expect(await admin.listTopics()).toEqual(['jobs-a'])
    })
    const producer = kafkaOf(key).producer()
    await producer.connect()
    const send = () => producer.send({ topic: 'jobs-a', messages: [{ value: 'hi' }] })
    await send()
    write(
      policy(statement('kafka:DescribeCluster*')),
      policy(statement(['kafka-cluster:Connect', 'kafka-cluster:Describe*'])),
    )
    await vi.waitFor(() => expect(send()).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' }), {
      timeout: 30_000,
      interval: 200,
    })
    await producer.disconnect()
    const told = lines.filter((line) =>
      line.includes('not authorized to perform: kafka-cluster:WriteData on'),
    )
    expect(told).toHaveLength(1)
    expect(told[0]).toContain(`assumed-role/writer/job`)
    expect(lines.join('\n')).not.toContain(key.secretAccessKey)
  }, 90_000)

  it('is let in no more where the role may not connect', async () => {
    write(policy(statement('kafka:DescribeCluster*')), writes)
    const key = await vi.waitFor(
      async () => {
        const one = await assume()
        await asAdmin(one, (admin) => admin.listTopics())
        return one
      },
      { timeout: 30_000, interval: 200 },
    )
    write(policy(statement('kafka:DescribeCluster*')), policy(statement('kafka-cluster:Describe*')))
    await vi.waitFor(
      () =>
        expect(asAdmin(key, (admin) => admin.listTopics())).rejects.toThrow(
          /Access denied|Closed connection/,
        ),
      { timeout: 30_000, interval: 200 },
    )
    expect(lines.some((line) => line.includes('not authorized to perform: kafka-cluster:Connect on'))).toBe(
      true,
    )
  }, 90_000)
})

it('the SDK is refused in AWS’s words, and the audit log has the call', async () => {
  write(policy(statement('kafka:ListClusters')), writes)
  const { endpoint, clusters } = service.report()
  const client = new KafkaClient({ region, endpoint, credentials: aliceKey, maxAttempts: 1 })
  const ClusterArn = clusters[0]?.arn ?? ''
  await vi.waitFor(
    () =>
      expect(client.send(new DescribeClusterV2Command({ ClusterArn }))).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: `User: arn:aws:iam::${account}:user/alice is not authorized to perform: kafka:DescribeClusterV2 on resource: ${ClusterArn} because no identity-based policy allows the kafka:DescribeClusterV2 action`,
      }),
    { timeout: 30_000, interval: 200 },
  )
  const audited = readFileSync(join(dataDirectory, 'audit.log'), 'utf8')
  const entries = audited
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(entries.at(-1)).toMatchObject({
    eventName: 'DescribeClusterV2',
    decision: 'deny',
    errorCode: 'AccessDeniedException',
    sourceIPAddress: '127.0.0.1',
    userIdentity: { arn: `arn:aws:iam::${account}:user/alice` },
  })
  const secrets = [
    aliceKey.secretAccessKey,
    loadAccessKey(effects.disk, dataDirectory)?.secretAccessKey ?? '',
  ]
  expect(secrets.filter((secret) => audited.includes(secret))).toEqual([])
  expect(statSync(join(dataDirectory, 'access-keys.json')).mode & 0o777).toBe(0o600)
}, 60_000)
