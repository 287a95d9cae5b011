import {
  Connection,
  createTopic,
  deleteTopics,
  describeTopics,
  fetchRecords,
  listOffset,
  OffsetSpec,
  produce,
} from '@sluice/client'
import { MemoryDisk, MemoryNetwork, seededRandom, silentLogger, TestClock } from '@sluice/effects'
import {
  buildBatchSync,
  ConfigRecord,
  ConfigResourceType,
  DescribeConfigs,
  IncrementalAlterConfigs,
  RecordBatch,
  type ValueOf,
} from '@sluice/wire'
import { describe, expect, it, vi } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'
import { MetadataDamagedError } from './controller/metadata-damage.ts'
import { newRecord, sealRecord } from './metadata/records.ts'
import { type Loss, lossSentences, noticeSentences } from './storage/losses.ts'

// Files that are broken or gone between two starts: what is lost is told, and nothing is made worse.

const home = '/data/clusters/one'
const metadata = `${home}/controller/volume-1/__cluster_metadata-0`
const metadataLog = `${metadata}/00000000000000000000.log`
const brokerHome = `${home}/broker-1/volume-1`
const eventsLog = `${brokerHome}/events-0/00000000000000000000.log`
const topics = ['events', 'orders', 'users']

/** A cluster that was stopped, with three topics, and five records in one of them. */
class Stopped {
  readonly clock = new TestClock()
  readonly disk: MemoryDisk
  losses: Loss[] = []
  #cluster: Cluster | null = null
  #network = new MemoryNetwork()

  readonly brokers: number

  constructor(disk?: MemoryDisk, brokers = 1) {
    this.brokers = brokers
    this.disk = disk ?? new MemoryDisk(() => this.clock.now())
  }

  async start(options: { acceptsMetadataLoss?: boolean } = {}): Promise<Cluster> {
    this.losses = []
    this.#network = new MemoryNetwork()
    this.#cluster = await startCluster({
      directory: home,
      controller: { nodeId: 10_001, host: '127.0.0.1', port: 19_093 },
      brokers: Array.from({ length: this.brokers }, (_, at) => ({
        nodeId: at + 1,
        rack: null,
        listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host: '127.0.0.1', port: 9092 + at }],
      })),
      properties: {
        'default.replication.factor': `${this.brokers}`,
        'min.insync.replicas': `${this.brokers}`,
        'offsets.topic.replication.factor': '1',
      },
      effects: {
        clock: this.clock,
        disk: this.disk,
        network: this.#network,
        random: seededRandom(7),
        logger: silentLogger,
      },
      onLoss: (_, loss) => void this.losses.push(loss),
      ...options,
    })
    return this.#cluster
  }

  async stop(): Promise<void> {
    await this.#cluster?.stop()
  }

  async crash(): Promise<void> {
    // What a kill leaves: no mark of a clean stop, and the locks.
    await this.stop()
    this.disk.removeSync(`${brokerHome}/.kafka_cleanshutdown`)
    for (const lock of [`${brokerHome}/.lock`, `${home}/controller/volume-1/.lock`])
      this.disk.writeFileAtomicSync(lock, '')
  }

  connect(): Promise<Connection> {
    return Connection.open({ network: this.#network, host: '127.0.0.1', port: 9092 })
  }

  async names(): Promise<string[]> {
    const client = await this.connect()
    const names = (await describeTopics(client)).topics.map(({ name }) => name ?? '')
    await client.close()
    return names.sort()
  }

  /** As an older build may have written them. */
  appendConfigs(records: readonly ValueOf<typeof ConfigRecord>[]): void {
    const log = this.disk.readFileSync(metadataLog)
    let end = 0
    for (let at = 0; at < log.length; at += RecordBatch.sizeInBytes(log, at))
      end = RecordBatch.nextOffset(log, at)
    const batch = buildBatchSync({
      baseOffset: end,
      partitionLeaderEpoch: 1,
      timestamp: 0,
      records: records.map((value) => ({
        key: null,
        value: sealRecord(newRecord(ConfigRecord, value)).bytes,
      })),
    })
    this.disk.writeFileAtomicSync(metadataLog, Buffer.concat([log, batch]))
  }

  flip(path: string, position: (size: number) => number): void {
    const bytes = this.disk.readFileSync(path)
    const at = position(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ 0x10
    this.disk.writeFileAtomicSync(path, bytes)
  }
}

async function stopped(how: 'clean' | 'crashed' = 'clean', brokers = 1): Promise<Stopped> {
  const world = new Stopped(undefined, brokers)
  await world.start()
  const client = await world.connect()
  const replicas = Array.from({ length: brokers }, (_, at) => at + 1)
  for (const topic of topics) await createTopic(client, topic, { assignments: [replicas] })
  for (const topic of ['orders', 'users'])
    await produce(client, topic, 0, [{ key: null, value: Buffer.from('0') }])
  for (let i = 0; i < 5; i++) await produce(client, 'events', 0, [{ key: null, value: Buffer.from(`${i}`) }])
  await client.close()
  if (how === 'clean') await world.stop()
  else await world.crash()
  return world
}

/** Somewhere in the middle of the batch that makes the first topic: behind it stand the others. */
const inTheMiddle = (size: number) => Math.floor(size / 2)

describe('a start on what a clean stop has left', () => {
  it('has nothing to tell', async () => {
    const world = await stopped()
    await world.start()
    expect(world.losses).toEqual([])
    await world.stop()
  })

  it('is refused where a batch of the metadata log is broken, and changes nothing', async () => {
    const world = await stopped()
    world.flip(metadataLog, inTheMiddle)
    const before = world.disk.readFileSync(metadataLog)
    const refused = world.start()
    await expect(refused).rejects.toThrow(MetadataDamagedError)
    await expect(refused).rejects.toThrow(/broken at offset \d+: \d+ records \(\d+ bytes\)/)
    expect(world.disk.readFileSync(metadataLog)).toEqual(before)
    // It stays so: the refusal is no stop of which anybody knows whether it was clean.
    await expect(world.start()).rejects.toThrow(MetadataDamagedError)
    world.flip(metadataLog, inTheMiddle)
    await world.start()
    expect(await world.names()).toEqual(topics)
    await world.stop()
  })

  it('goes on without the rest of the metadata where that is accepted, keeps it in a file, and tells all', async () => {
    const world = await stopped()
    world.flip(metadataLog, inTheMiddle)
    const before = world.disk.readFileSync(metadataLog)
    await world.start({ acceptsMetadataLoss: true })
    expect((await world.names()).length).toBeLessThan(topics.length)
    const [cut] = world.losses
    if (cut?.kind !== 'log cut' || cut.keptIn === undefined) throw new Error('no cut was told')
    const kept = world.disk.readFileSync(cut.keptIn)
    expect(kept).toEqual(before.subarray(before.length - kept.length))
    expect(kept.length).toBe(cut.bytes)
    expect(world.losses.filter(({ kind }) => kind === 'log put aside').length).toBeGreaterThan(0)
    await world.stop()
    await world.start()
    expect(world.losses).toEqual([])
    await world.stop()
  })

  it('is refused where the end of the metadata log is torn, or is missing with a whole epoch', async () => {
    for (const size of [(all: number) => all - 3, () => 0]) {
      const world = await stopped()
      const file = world.disk.openSync(metadataLog, 'write')
      file.truncateSync(size(file.sizeSync()))
      await expect(world.start()).rejects.toThrow(MetadataDamagedError)
    }
  })

  it('is refused where the metadata is gone and brokers are there', async () => {
    const world = await stopped()
    world.disk.removeSync(`${home}/controller`)
    await expect(world.start()).rejects.toThrow(/is empty, and more was written to it/)
    await world.start({ acceptsMetadataLoss: true })
    expect(await world.names()).toEqual([])
    expect(lossSentences(world.losses)).toEqual([
      '1 log lost records: __cluster_metadata-0 from offset 0 on.',
      expect.stringMatching(/^3 logs of partitions that the metadata does not have there, put aside: /),
    ])
    await world.stop()
  })

  it('does without a snapshot of the metadata or a quorum state that is broken', async () => {
    const world = await stopped()
    const quorumState = `${metadata}/quorum-state`
    const snapshot = `${metadata}/00000000000000000003-0000000001.checkpoint`
    world.disk.writeFileAtomicSync(quorumState, 'x')
    world.disk.writeFileAtomicSync(snapshot, 'x')
    await world.start()
    expect(await world.names()).toEqual(topics)
    expect(world.losses).toMatchObject([
      { kind: 'file unreadable', path: quorumState },
      { kind: 'file unreadable', path: snapshot },
    ])
    expect(world.disk.existsSync(snapshot)).toBe(false)
    await world.stop()
  })

  it('tells of records that a log lacks at its end, of logs that are gone and of checkpoints that are none', async () => {
    const world = await stopped()
    const size = world.disk.readFileSync(eventsLog).length
    world.disk.openSync(eventsLog, 'write').truncateSync((size / 5) * 3)
    world.disk.removeSync(`${brokerHome}/orders-0`)
    const checkpoint = `${brokerHome}/log-start-offset-checkpoint`
    world.disk.writeFileAtomicSync(checkpoint, 'what?')
    await world.start()
    expect(lossSentences(world.losses)).toEqual([
      '1 log lost records: events-0 from offset 3 on (2 records).',
      '1 log had vanished, and no other broker is known to have all of its records: orders-0.',
      `${checkpoint} could not be read: records that DeleteRecords has removed may be there again.`,
    ])
    await world.stop()
  })

  it.each([1, 40, 60])('tells of a log that lacks %i bytes of its last batch', async (lacking) => {
    const world = await stopped()
    const { length } = world.disk.readFileSync(eventsLog)
    world.disk.openSync(eventsLog, 'write').truncateSync(length - lacking)
    await world.start()
    expect(lossSentences(world.losses)).toEqual([
      expect.stringMatching(/^1 log lost records: events-0 from offset 4 on \(1 record/),
    ])
    const client = await world.connect()
    expect(await fetchRecords(client, 'events', 0, 0)).toHaveLength(4)
    await produce(client, 'events', 0, [{ key: null, value: Buffer.from('4') }])
    expect(await fetchRecords(client, 'events', 0, 0)).toHaveLength(5)
    await client.close()
    await world.stop()
  })

  it('tells of a snapshot of producers that cannot be read', async () => {
    const world = await stopped()
    const snapshot = `${brokerHome}/events-0/00000000000000000005.snapshot`
    expect(world.disk.existsSync(snapshot)).toBe(true)
    world.disk.writeFileAtomicSync(snapshot, 'x')
    await world.start()
    expect(world.losses).toMatchObject([{ kind: 'file unreadable', path: snapshot }])
    await world.stop()
  })

  it('ignores dynamic configs that an older build took and with which nobody gets in, and tells them', async () => {
    const world = await stopped()
    world.appendConfigs([
      { resourceType: ConfigResourceType.broker, resourceName: '', name: 'max.connections', value: '0' },
      {
        resourceType: ConfigResourceType.broker,
        resourceName: '1',
        name: 'listener.name.client.sasl.enabled.mechanisms',
        value: 'GSSAPI',
      },
      { resourceType: ConfigResourceType.broker, resourceName: '1', name: 'log.roll.ms', value: '-1' },
      { resourceType: ConfigResourceType.broker, resourceName: '1', name: 'log.retention.ms', value: '777' },
      {
        resourceType: ConfigResourceType.topic,
        resourceName: 'events',
        name: 'segment.bytes',
        value: 'many',
      },
    ])
    await world.start()
    expect(world.losses).toMatchObject([
      { kind: 'config ignored', name: 'listener.name.client.sasl.enabled.mechanisms' },
      { kind: 'config ignored', name: 'max.connections', value: '0' },
      { kind: 'config ignored', name: 'log.roll.ms', value: '-1' },
      { kind: 'config ignored', name: 'segment.bytes of events', value: 'many' },
    ])
    expect(noticeSentences(world.losses)).toEqual([
      expect.stringMatching(
        /^Dynamic configs .* are ignored: listener.name.client.sasl.enabled.mechanisms=.*, max.connections=0 \(.*\), log.roll.ms=-1 \(.*\) and 1 more\. Delete/,
      ),
    ])
    const client = await world.connect()
    const { results } = await client.request(DescribeConfigs, {
      resources: [
        { resourceType: ConfigResourceType.broker, resourceName: '1' },
        { resourceType: ConfigResourceType.topic, resourceName: 'events' },
      ],
    })
    const inForce = results.flatMap(({ configs }) => configs.map(({ name, value }) => [name, value] as const))
    expect(Object.fromEntries(inForce)).toMatchObject({
      'max.connections': '2147483647',
      'log.retention.ms': '777',
      'segment.bytes': '1073741824',
    })
    // What is ignored can be taken back.
    const gone = { name: 'max.connections', configOperation: 1, value: null }
    const roll = { ...gone, name: 'log.roll.ms' }
    for (const [resourceName, configs] of [
      ['1', [roll]],
      ['1', [{ ...gone, name: 'listener.name.client.sasl.enabled.mechanisms' }]],
      ['', [gone]],
    ] as const)
      await client.request(IncrementalAlterConfigs, {
        resources: [{ resourceType: ConfigResourceType.broker, resourceName, configs: [...configs] }],
      })
    await client.request(IncrementalAlterConfigs, {
      resources: [
        {
          resourceType: ConfigResourceType.topic,
          resourceName: 'events',
          configs: [{ ...gone, name: 'segment.bytes' }],
        },
      ],
    })
    await client.close()
    await world.stop()
    await world.start()
    expect(world.losses).toEqual([])
    await world.stop()
  })

  it('tells of logs that were emptied out with all that says of them, but not where other replicas have them', async () => {
    for (const [brokers, told] of [
      [
        1,
        [
          '3 logs had vanished, and no other broker is known to have all of their records: events-0, orders-0, users-0.',
        ],
      ],
      [2, []],
    ] as const) {
      const world = await stopped('clean', brokers)
      for (const { name } of world.disk.readdirSync(brokerHome))
        if (name !== 'meta.properties') world.disk.removeSync(`${brokerHome}/${name}`)
      await world.start()
      expect(lossSentences(world.losses)).toEqual(told)
      await world.stop()
      await world.start()
      expect(world.losses).toEqual([])
      await world.stop()
    }
  })

  it('tells that a log that lacks records at its end is filled again where other replicas have them', async () => {
    const world = await stopped('clean', 2)
    const size = world.disk.readFileSync(eventsLog).length
    world.disk.openSync(eventsLog, 'write').truncateSync((size / 5) * 3)
    await world.start()
    expect(lossSentences(world.losses)).toEqual([
      '1 log lost records, and is filled again with what the other replicas have: events-0 from offset 3 on (2 records).',
    ])
    await world.stop()
  })

  it('tells what a whole broker has lost', async () => {
    const world = await stopped()
    world.disk.removeSync(`${home}/broker-1`)
    await world.start()
    expect(lossSentences(world.losses)).toEqual([
      '3 logs had vanished, and no other broker is known to have all of their records: events-0, orders-0, users-0.',
    ])
    await world.stop()
  })
})

describe('a start on what a crash has left', () => {
  it('has nothing to tell where nothing is broken', async () => {
    const world = await stopped('crashed')
    await world.start()
    expect(world.losses).toEqual([])
    await world.stop()
  })

  it('cuts a torn end of the metadata log, and is refused where whole batches follow a broken one', async () => {
    const world = await stopped('crashed')
    const whole = world.disk.readFileSync(metadataLog)
    world.disk.openSync(metadataLog, 'write').truncateSync(whole.length - 3)
    await world.start()
    const [cut] = world.losses
    expect(world.losses).toMatchObject([{ kind: 'log cut', log: '__cluster_metadata-0' }])
    if (cut?.kind !== 'log cut' || cut.keptIn === undefined) throw new Error('nothing was kept')
    const kept = world.disk.readFileSync(cut.keptIn)
    expect(kept).toEqual(whole.subarray(whole.length - 3 - kept.length, whole.length - 3))
    expect(kept.length).toBe(cut.bytes)
    await world.crash()
    world.flip(metadataLog, inTheMiddle)
    await expect(world.start()).rejects.toThrow(MetadataDamagedError)
  })

  it('tells how many records recovery has cut from a log', async () => {
    const world = await stopped('crashed')
    const bytes = world.disk.readFileSync(eventsLog).length
    world.disk.removeSync(`${brokerHome}/recovery-point-offset-checkpoint`)
    world.flip(eventsLog, (size) => (size / 5) * 2 + 65)
    await world.start()
    expect(lossSentences(world.losses)).toEqual([
      `1 log lost records: events-0 from offset 2 on (3 records, ${(bytes / 5) * 3} bytes).`,
    ])
    const client = await world.connect()
    expect(await listOffset(client, 'events', 0, OffsetSpec.latest)).toMatchObject({ offset: 2 })
    expect(await fetchRecords(client, 'events', 0, 0)).toHaveLength(2)
    await client.close()
    await world.stop()
  })
})

describe('a log that was put aside before a kill', () => {
  it('is not missed, however soon that came, where its topic was made anew', async () => {
    const world = await stopped()
    await world.start()
    const client = await world.connect()
    const left: MemoryDisk[] = []
    world.disk.beforeOperation = (operation, path) => {
      if (path.startsWith(brokerHome) && /rename|write/i.test(operation)) left.push(world.disk.copy())
    }
    await deleteTopics(client, ['events'])
    await createTopic(client, 'events', { partitions: 1, replicationFactor: 1 })
    await vi.waitFor(async () => {
      await world.clock.advance(10)
      expect(left.length).toBeGreaterThan(2)
    })
    left.push(world.disk.copy())
    world.disk.beforeOperation = () => {}
    await client.close()
    await world.stop()
    for (const disk of left) {
      const after = new Stopped(disk)
      await after.start()
      expect(after.losses.filter(({ kind }) => kind !== 'log put aside')).toEqual([])
      await after.stop()
    }
  })
})
