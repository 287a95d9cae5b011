import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import {
  alterConfigs,
  commitOffset,
  committedOffset,
  Connection,
  createTopic,
  describeConfigs,
  describeTopics,
  fetchRecords,
  initProducerId,
  produce,
} from '@sluice/client'
import { silentLogger, systemClock, systemDisk, systemNetwork, systemRandom } from '@sluice/effects'
import { type Cluster, startCluster } from '@sluice/engine'
import {
  AlterPartitionReassignments,
  ConfigResourceType,
  DescribeQuorum,
  ElectLeaders,
  Metadata,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ApacheKafkaProcess, freePort } from '../oracle/apache-kafka-process.ts'
import { NodeAuthority } from 'sluice'
import { locateApacheKafka } from '../oracle/locate-apache-kafka.ts'

// A broker of Apache Kafka joins a cluster of ours: our controller has it as it has our own, and the two replicate for
// each other. The tests are one story, in their order.

const found = process.env.SLUICE_INTEROP ? await locateApacheKafka((line) => console.log(line)) : undefined
const host = '127.0.0.1'
const ours = 1
const theirs = 2
const controllerId = 10_000
const within = { timeout: 60_000, interval: 100 }
/** Both have to agree on how groups are spread. */
const offsetsTopic = { 'offsets.topic.replication.factor': '2', 'offsets.topic.num.partitions': '1' }
const value = (text: string) => ({ key: null, value: Buffer.from(text) })
const texts = (from: number, count: number) => Array.from({ length: count }, (_, at) => `record ${from + at}`)

/** Nodes that know each other by the certificates of the cluster's own authority, or that ask nobody. */
const secured = [
  ['in a cluster whose nodes know each other by certificates', true],
  ['in a cluster whose nodes ask nobody', false],
] as const

const isThere = found && !('missing' in found)

describe.skipIf(!isThere).each(secured)('an Apache Kafka broker %s', { timeout: 180_000 }, (_, isSecured) => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-interop-'))
  const network = systemNetwork()
  const authority = new NodeAuthority({ clock: systemClock(), disk: systemDisk() }, directory, 'interop')
  const protocol = isSecured ? 'SSL' : 'PLAINTEXT'
  const connections: Connection[] = []
  const log = join(directory, 'apache-kafka.log')
  let cluster: Cluster
  let start: () => ApacheKafkaProcess
  let broker: ApacheKafkaProcess | null = null
  let ports: Record<number, number>

  beforeAll(async () => {
    if (!found || 'missing' in found) return
    const listener = { name: 'CONTROLLER', protocol } as const
    const controller = { nodeId: controllerId, host, port: await freePort(), listener }
    for (const name of ['ours', 'theirs']) await authority.keepNodeFile(keystoreOf(name), [host])
    await authority.keepNodeFile(authority.servicePath, [host])
    ports = { [ours]: await freePort(), [theirs]: await freePort() }
    cluster = await startCluster({
      directory: join(directory, 'ours'),
      controller,
      brokers: [node(ours)],
      properties: { ...offsetsTopic, ...securityOf('ours') },
      effects: {
        clock: systemClock(),
        disk: systemDisk(),
        network,
        random: systemRandom(),
        logger: silentLogger,
      },
    })
    const properties = join(directory, 'server.properties')
    const logs = join(directory, 'theirs')
    mkdirSync(logs)
    writeFileSync(properties, propertiesText(controller.port, logs))
    await promisify(execFile)(found.java, [
      ...['-cp', found.classPath.join(delimiter), 'kafka.tools.StorageTool', 'format'],
      ...['-t', cluster.clusterId, '-c', properties],
    ])
    start = () => new ApacheKafkaProcess(found, properties, log)
    broker = start()
  }, 60_000)

  afterAll(async () => {
    await broker?.kill()
    for (const connection of connections) await connection.close()
    await cluster?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  function node(nodeId: number) {
    const port = ports[nodeId] ?? 0
    return { nodeId, rack: null, listeners: [{ name: 'CLIENT', protocol, host, port } as const] }
  }

  const keystoreOf = (name: string) => join(directory, `${name}.pem`)

  /** All listeners are for nodes here, and for the service. */
  const securityOf = (name: string) =>
    isSecured && {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': keystoreOf(name),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': authority.certificatePath,
      'ssl.client.auth': 'required',
    }

  const propertiesText = (controllerPort: number, logs: string) =>
    Object.entries({
      'process.roles': 'broker',
      'node.id': theirs,
      'controller.quorum.voters': `${controllerId}@${host}:${controllerPort}`,
      'controller.listener.names': 'CONTROLLER',
      'inter.broker.listener.name': 'CLIENT',
      listeners: `CLIENT://${host}:${ports[theirs]}`,
      'listener.security.protocol.map': `CLIENT:${protocol},CONTROLLER:${protocol}`,
      'log.dirs': logs,
      ...securityOf('theirs'),
      ...offsetsTopic,
    })
      .map(([name, value]) => `${name}=${value}\n`)
      .join('')

  async function connect(nodeId: number): Promise<Connection> {
    const tls = isSecured && { tls: authority.credentials() }
    const connection = await Connection.open({ network, host, port: ports[nodeId] ?? 0, ...tls })
    connections.push(connection)
    return connection
  }

  /** Says what theirs has logged last where it does not come to pass. */
  async function comes(check: () => Promise<void>): Promise<void> {
    try {
      await vi.waitFor(check, within)
    } catch (error) {
      console.error(readFileSync(log, 'utf8').split('\n').slice(-40).join('\n'))
      throw error
    }
  }

  async function partition(topic: string, of = ours) {
    const { topics } = await describeTopics(await connect(of), [topic])
    const [first] = topics[0]?.partitions ?? []
    return { leader: first?.leaderId, isr: first?.isrNodes.toSorted() }
  }

  const inSync = (topic: string, leader: number) =>
    comes(async () => {
      for (const of of [ours, theirs])
        expect(await partition(topic, of)).toEqual({ leader, isr: [ours, theirs] })
    })

  async function readFrom(nodeId: number, topic: string): Promise<string[]> {
    const records = await fetchRecords(await connect(nodeId), topic, 0, 0)
    return records.map((record) => record.value?.toString() ?? '')
  }

  async function alive(of: number): Promise<number[]> {
    const { brokers } = await (await connect(of)).send(Metadata, 12, { topics: [] })
    return brokers.map(({ nodeId }) => nodeId).sort()
  }

  it('registers with our controller, replays our metadata and is unfenced', async () => {
    await createTopic(await connect(ours), 'before', {
      assignments: [[ours]],
      configs: { 'retention.ms': '1234567' },
    })
    await comes(async () => expect(await alive(ours)).toEqual([ours, theirs]))
    await comes(async () => expect(await alive(theirs)).toEqual([ours, theirs]))
    expect(await partition('before', theirs)).toEqual({ leader: ours, isr: [ours] })
    const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }]
    const quorum = await (await connect(ours)).request(DescribeQuorum, { topics })
    expect(quorum.topics[0]?.partitions[0]?.observers.map(({ replicaId }) => replicaId).sort()).toEqual([
      ours,
      theirs,
    ])
  })

  it('follows a leader of ours, in sync', async () => {
    const client = await connect(ours)
    await createTopic(client, 'led-by-us', { assignments: [[ours, theirs]] })
    await inSync('led-by-us', ours)
    for (let from = 0; from < 300; from += 100)
      await produce(client, 'led-by-us', 0, texts(from, 100).map(value), { acks: -1 })
    await inSync('led-by-us', ours)
    expect(await readFrom(ours, 'led-by-us')).toEqual(texts(0, 300))
  })

  it('leads, with a follower of ours in sync', async () => {
    await createTopic(await connect(ours), 'led-by-them', { assignments: [[theirs, ours]] })
    await inSync('led-by-them', theirs)
    const client = await connect(theirs)
    for (let from = 0; from < 300; from += 100)
      await produce(client, 'led-by-them', 0, texts(from, 100).map(value), { acks: -1 })
    await inSync('led-by-them', theirs)
    expect(await readFrom(theirs, 'led-by-them')).toEqual(texts(0, 300))
  })

  it('forwards what its clients ask, and hands out producer ids of ours', async () => {
    const client = await connect(theirs)
    await createTopic(client, 'asked-of-them', { assignments: [[ours]] })
    await comes(async () => expect(await partition('asked-of-them')).toEqual({ leader: ours, isr: [ours] }))
    await expect(createTopic(client, 'asked-of-them', { assignments: [[ours]] })).rejects.toThrow(
      'already exists',
    )
    await alterConfigs(client, ConfigResourceType.topic, 'asked-of-them', { 'retention.ms': '7654321' })
    const configs = await describeConfigs(await connect(ours), ConfigResourceType.topic, 'asked-of-them')
    expect(configs.get('retention.ms')).toBe('7654321')
    const mine = await initProducerId(await connect(ours))
    await comes(async () => expect((await initProducerId(client)).producerId).not.toEqual(mine.producerId))
  })

  it('coordinates groups, and keeps what they commit', async () => {
    await createTopic(await connect(ours), '__consumer_offsets', {
      assignments: [[theirs, ours]],
      configs: { 'cleanup.policy': 'compact' },
    })
    await inSync('__consumer_offsets', theirs)
    const client = await connect(theirs)
    await comes(() => commitOffset(client, 'readers', 'led-by-us', 0, 123))
    expect(await committedOffset(client, 'readers', 'led-by-us', 0)).toMatchObject({ offset: 123 })
  })

  it('takes over what we have led', async () => {
    const client = await connect(ours)
    const topicPartitions = [{ topic: 'led-by-us', partitions: [0] }]
    const replicas = [theirs, ours]
    await client.request(AlterPartitionReassignments, {
      timeoutMs: 10_000,
      topics: [{ name: 'led-by-us', partitions: [{ partitionIndex: 0, replicas }] }],
    })
    await client.request(ElectLeaders, { electionType: 0, topicPartitions, timeoutMs: 10_000 })
    await inSync('led-by-us', theirs)
    const their = await connect(theirs)
    // It may hear of it a moment later than we do.
    await comes(async () => {
      await produce(their, 'led-by-us', 0, texts(300, 100).map(value), { acks: -1 })
    })
    expect(await readFrom(theirs, 'led-by-us')).toEqual(texts(0, 400))
  })

  it('leaves, and we lead what it has led, with every record', async () => {
    await broker?.stop()
    broker = null
    await comes(async () => expect(await alive(ours)).toEqual([ours]))
    for (const [topic, count] of [
      ['led-by-us', 400],
      ['led-by-them', 300],
    ] as const) {
      expect(await partition(topic)).toEqual({ leader: ours, isr: [ours] })
      expect(await readFrom(ours, topic)).toEqual(texts(0, count))
    }
    const client = await connect(ours)
    await comes(async () =>
      expect(await committedOffset(client, 'readers', 'led-by-us', 0)).toMatchObject({ offset: 123 }),
    )
  })

  it('comes back, catches up with what it has missed, and leads again', async () => {
    await produce(await connect(ours), 'led-by-them', 0, texts(300, 100).map(value), { acks: -1 })
    broker = start()
    await inSync('led-by-them', ours)
    const topicPartitions = [{ topic: 'led-by-them', partitions: [0] }]
    await (await connect(ours)).request(ElectLeaders, { electionType: 0, topicPartitions, timeoutMs: 10_000 })
    await inSync('led-by-them', theirs)
    expect(await readFrom(theirs, 'led-by-them')).toEqual(texts(0, 400))
  })

  it('is killed, and we lead what it has led, until it comes back for what it has missed', async () => {
    await broker?.kill()
    broker = null
    await comes(async () => expect(await alive(ours)).toEqual([ours]))
    expect(await partition('led-by-them')).toEqual({ leader: ours, isr: [ours] })
    expect(await readFrom(ours, 'led-by-them')).toEqual(texts(0, 400))
    await produce(await connect(ours), 'led-by-them', 0, texts(400, 100).map(value), { acks: -1 })
    broker = start()
    await inSync('led-by-them', ours)
    expect(await readFrom(ours, 'led-by-them')).toEqual(texts(0, 500))
  })
})
