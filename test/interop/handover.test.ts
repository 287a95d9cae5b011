import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ensureBuilt, Sandbox } from '../cli/sluice.ts'
import { ApacheKafkaProcess } from '../oracle/apache-kafka-process.ts'
import { locateApacheKafka } from '../oracle/locate-apache-kafka.ts'

// A cluster of ours is stopped and handed over: Apache Kafka starts on its very directories, and everything is there.

const { ConfigResourceTypes, Kafka: KafkaClient, logLevel } = kafkajs
const found = process.env.SLUICE_INTEROP ? await locateApacheKafka((line) => console.log(line)) : undefined
const topic = 'orders'
const groupId = 'billing'
const partitions = 3
const records = 300
/** How long a cluster that has just come up may take to be whole. */
const settled = { timeout: 60_000, interval: 200 }

describe.skipIf(!found || 'missing' in found)('a cluster that is handed over', { timeout: 300_000 }, () => {
  const sandbox = new Sandbox()
  const out = mkdtempSync(join(tmpdir(), 'sluice-handover-'))
  const nodes: ApacheKafkaProcess[] = []
  let files: string[] = []
  let brokers: string[] = []
  let before: Seen
  let scram: Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'>

  beforeAll(async () => {
    if (!found || 'missing' in found) return
    await ensureBuilt()
    await sandbox.start('--cluster', 'demo')
    const [cluster] = (await sandbox.status()).clusters
    brokers = cluster?.bootstrapServers.split(',') ?? []
    const kafka = clientOf(brokers)
    await fill(kafka)
    before = await lookAt(kafka)
    scram = scramLogin(JSON.parse((await sandbox.run('env', '-o', 'json')).stdout))
    await sandbox.run('stop')
    const { exitCode, stdout, stderr } = await sandbox.run('cluster handover', 'demo', '--out', out)
    expect(`${exitCode}${stderr}`).toMatch(/^0/)
    files = stdout.trim().split('\n')
    for (const file of files) nodes.push(new ApacheKafkaProcess(found, file, join(dirname(file), 'node.log')))
  }, 300_000)

  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill()))
    await sandbox.close()
    rmSync(out, { recursive: true, force: true })
  })

  it('has a server.properties for each node, the controller first', () => {
    expect(files.map((file) => file.slice(out.length))).toEqual([
      '/controller/server.properties',
      '/broker-1/server.properties',
      '/broker-2/server.properties',
      '/broker-3/server.properties',
    ])
  })

  it('goes on with every record, configuration and committed offset', async () => {
    const kafka = clientOf(brokers)
    try {
      expect(await lookAt(kafka)).toEqual(before)
    } catch (error) {
      for (const file of files) console.error(tail(join(dirname(file), 'node.log')))
      throw error
    }
    expect(before.values).toHaveLength(records)
    expect(before.committed).toBeGreaterThan(0)
  })

  it('takes every partition for its own, also those that nobody has written to', () => {
    const names = readdirSync(sandbox.dataDirectory, { recursive: true, encoding: 'utf8' })
    expect(names.filter((name) => name.endsWith('-stray'))).toEqual([])
    expect(names.filter((name) => /broker-1\/volume-1\/__consumer_offsets-\d+$/.test(name))).toHaveLength(50)
  })

  it('knows who may log in by SCRAM', async () => {
    const admin = new KafkaClient({ ...scram, logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    expect(await admin.listTopics()).toContain(topic)
    await admin.disconnect()
  })

  it('takes what is written from then on, with all replicas in sync', async () => {
    const kafka = clientOf(brokers)
    const producer = kafka.producer({ idempotent: true })
    await producer.connect()
    await producer.send({ topic, acks: -1, messages: [{ key: 'more', value: 'more' }] })
    await producer.disconnect()
    const admin = kafka.admin()
    await admin.connect()
    // The brokers came up one after the other, and enter the ISR as they catch up.
    await vi.waitFor(async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      expect(topics[0]?.partitions.map(({ isr }) => isr.length)).toEqual([3, 3, 3])
    }, settled)
    await admin.disconnect()
  })
})

interface Seen {
  values: string[]
  retentionMs: string | undefined
  committed: number
  offsets: string[]
}

/** As `sluice env` tells it. */
function scramLogin(environment: Record<string, string>) {
  const { BOOTSTRAP_SERVERS_SCRAM = '', SCRAM_USERNAME = '', SCRAM_PASSWORD = '' } = environment
  return {
    brokers: BOOTSTRAP_SERVERS_SCRAM.split(','),
    ssl: { ca: [readFileSync(environment.SLUICE_CA_FILE ?? '', 'utf8')] },
    sasl: { mechanism: 'scram-sha-512' as const, username: SCRAM_USERNAME, password: SCRAM_PASSWORD },
  }
}

function clientOf(brokers: string[]): Kafka {
  return new KafkaClient({
    clientId: 'interop',
    brokers,
    logLevel: logLevel.NOTHING,
    retry: { retries: 60, initialRetryTime: 500, maxRetryTime: 1_000 },
  })
}

async function fill(kafka: Kafka): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({
    topics: [
      {
        topic,
        numPartitions: partitions,
        replicationFactor: 3,
        configEntries: [{ name: 'retention.ms', value: '123456789' }],
      },
    ],
  })
  await admin.disconnect()
  const producer = kafka.producer({ idempotent: true })
  await producer.connect()
  const messages = Array.from({ length: records }, (_, index) => ({
    key: `key-${index}`,
    value: `value-${index}`,
    partition: index % partitions,
  }))
  await producer.send({ topic, acks: -1, messages })
  await producer.disconnect()
  const consumer = kafka.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise<void>((resolve) => {
    let seen = 0
    void consumer.run({ eachMessage: async () => void (++seen === records && resolve()) })
  })
  await consumer.disconnect()
}

/** What a client finds: every record, in the order of its partition, and what is known of topic and group. */
async function lookAt(kafka: Kafka): Promise<Seen> {
  const admin = kafka.admin()
  await admin.connect()
  // This client waits neither for leaders that have just been elected nor while a coordinator loads.
  const offsets = await vi.waitFor(() => admin.fetchTopicOffsets(topic), settled)
  const [group] = await vi.waitFor(() => admin.fetchOffsets({ groupId, topics: [topic] }), settled)
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] })
  await admin.disconnect()
  const values: string[] = []
  const consumer = kafka.consumer({ groupId: `reader-${Date.now()}` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachMessage: async ({ partition, message }) => {
        values.push([partition, message.offset, message.key, message.value].join(' '))
        if (values.length === records) resolve()
      },
    })
  })
  await consumer.disconnect()
  return {
    values: values.sort(),
    retentionMs: resources[0]?.configEntries.find(({ configName }) => configName === 'retention.ms')
      ?.configValue,
    committed: group?.partitions.reduce((sum, { offset }) => sum + Number(offset), 0) ?? 0,
    offsets: offsets.map(({ partition, high }) => `${partition} ${high}`).sort(),
  }
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').slice(-3_000)
}
