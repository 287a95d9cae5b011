import { Deferred, MemoryDisk, type Processes } from '@sluice/effects'
import {
  AllocateProducerIds,
  ConfigResourceType,
  CreateTopics,
  DeleteTopics,
  ErrorCode,
  IncrementalAlterConfigs,
  TopicRecord,
  UnregisterBroker,
  UpdateFeatures,
  zeroUuid,
} from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { sealRecord } from '../metadata/records.ts'
import { metadataBatches } from './batches.ts'
import { TestController, valuesOf } from './testing/test-controller.ts'

const open: TestController[] = []
async function opened(...args: ConstructorParameters<typeof TestController>): Promise<TestController> {
  const controller = await new TestController(...args).open()
  open.push(controller)
  return controller
}

afterEach(async () => {
  for (const controller of open.splice(0)) await controller.close()
})

const logPath = '/controller/__cluster_metadata-0/00000000000000000000.log'
const text = (controller: TestController, name: string) =>
  controller.disk.readFileSync(`/controller/__cluster_metadata-0/${name}`).toString()

function imageOf(controller: TestController): string[] {
  return controller.image
    .records()
    .map((record) => JSON.stringify([record.record.name, record.version, sealRecord(record).decoded.value]))
    .sort()
}

/** From here on each sync of the metadata log waits until it is let go on. */
async function withHeldSyncs(): Promise<{ controller: TestController; letSync: () => Promise<void> }> {
  const disk = new MemoryDisk()
  const controller = await (await opened({ disk })).brokers(1)
  const held: Deferred<void>[] = []
  disk.duringSync = (path) => {
    if (path !== logPath) return Promise.resolve()
    const sync = new Deferred<void>()
    held.push(sync)
    return sync.promise
  }
  const letSync = async () => {
    await controller.clock.advance(0)
    held.shift()?.resolve()
    await controller.clock.advance(0)
  }
  return { controller, letSync }
}

const topicsOf = (controller: TestController) => [...controller.image.topics()].map(({ name }) => name)

describe('a new controller', () => {
  it('formats its directory and writes what a new cluster begins with', async () => {
    const controller = await opened()
    const batches = [...metadataBatches(controller.disk.readFileSync(logPath))]
    expect(
      batches.map((batch) => [batch.controlTypes, batch.records.map(({ record }) => record.name)]),
    ).toEqual([
      [[2], []],
      [
        [],
        [
          'BeginTransactionRecord',
          'FeatureLevelRecord',
          'FeatureLevelRecord',
          'FeatureLevelRecord',
          'FeatureLevelRecord',
          'ConfigRecord',
          'EndTransactionRecord',
        ],
      ],
      [[], ['RegisterControllerRecord']],
    ])
    expect(batches.every(({ epoch }) => epoch === 1)).toBe(true)
    expect(text(controller, 'quorum-state')).toBe(
      '{"clusterId":"","leaderId":3000,"leaderEpoch":1,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":3000}],"data_version":0}',
    )
    expect(text(controller, 'partition.metadata')).toBe('version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ')
    const bootstrap = [
      ...metadataBatches(
        controller.disk.readFileSync(
          '/controller/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint',
        ),
      ),
    ]
    expect(bootstrap.map(({ controlTypes }) => controlTypes)).toEqual([[3], [], [4]])
    expect(controller.image.metadataVersion).toBe(33)
  })

  it('begins an epoch with each start, and forgets nothing', async () => {
    const controller = await (await opened()).brokers(1)
    await controller.createTopic({
      name: 'a',
      numPartitions: 2,
      configs: [{ name: 'retention.ms', value: '5' }],
    })
    await controller.channel.request(AllocateProducerIds, 0, {
      brokerId: 1,
      brokerEpoch: controller.image.broker(1)?.epoch ?? -1,
    })
    const before = imageOf(controller).filter((line) => !line.includes('RegisterController'))
    await controller.reopen()
    expect(imageOf(controller).filter((line) => !line.includes('RegisterController'))).toEqual(before)
    expect(controller.image.epoch).toBe(2)
    expect(controller.image.nextProducerId).toBe(1000)
    await controller.close()
    expect(text(controller, 'leader-epoch-checkpoint')).toMatch(/^0\n2\n1 0\n2 \d+\n$/)
  })

  it('loads the newest snapshot and what the log says after it', async () => {
    const properties = { 'metadata.log.max.record.bytes.between.snapshots': '2000' }
    const controller = await (await opened({ properties })).brokers(1)
    for (let i = 0; i < 30; i++) await controller.createTopic({ name: `topic-${i}`, numPartitions: 1 })
    const names = controller.disk
      .readdirSync('/controller/__cluster_metadata-0')
      .map(({ name }) => name)
      .filter((name) => name.endsWith('.checkpoint'))
    expect(names.length).toBeGreaterThan(2)
    const before = topicsOf(controller)
    const newest = Number(names.sort().at(-1)?.slice(0, 20))
    await controller.close()
    // Only the snapshot can tell now what was before it.
    controller.disk.removeSync(logPath)
    await controller.open()
    const after = topicsOf(controller)
    expect(after.length).toBeGreaterThan(15)
    expect(before.slice(0, after.length)).toEqual(after)
    expect(controller.image.offset).toBeGreaterThanOrEqual(newest)
  })

  it('leaves the event loop to others while it loads a long log', async () => {
    const controller = await (await opened()).brokers(1)
    for (let n = 0; n < 150; n++) await controller.createTopic({ name: `topic-${n}` })
    await controller.close()
    const { clock } = controller
    const monotonic = clock.monotonic.bind(clock)
    // Each look at the clock takes a millisecond.
    clock.monotonic = () => {
      clock.jump(1)
      return monotonic()
    }
    let turns = 0
    let loading = true
    const turn = () => {
      turns++
      if (loading) clock.defer(turn)
    }
    turn()
    await controller.open()
    loading = false
    expect(turns).toBeGreaterThan(10)
    expect(topicsOf(controller)).toHaveLength(150)
  })

  it('writes a snapshot in slices, of what was there when it began', async () => {
    const properties = { 'metadata.log.max.record.bytes.between.snapshots': '20000' }
    const controller = await (await opened({ properties })).brokers(1)
    const { clock } = controller
    const monotonic = clock.monotonic.bind(clock)
    clock.monotonic = () => {
      clock.jump(1)
      return monotonic()
    }
    const topics = Array.from({ length: 300 }, (_, i) => ({
      name: `a-${i}`,
      numPartitions: 1,
      replicationFactor: 1,
    }))
    await controller.channel.request(CreateTopics, 7, { topics, timeoutMs: 1000 })
    const snapshots = () =>
      controller.disk
        .readdirSync('/controller/__cluster_metadata-0')
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.checkpoint') && !name.startsWith('00000000000000000000'))
    expect(snapshots()).toEqual([])
    await controller.createTopic({ name: 'later' })
    for (let turn = 0; snapshots().length === 0 && turn < 1_000; turn++)
      await new Promise<void>((resolve) => clock.defer(resolve))
    const [name = ''] = snapshots()
    const file = controller.disk.readFileSync(`/controller/__cluster_metadata-0/${name}`)
    const names = [...metadataBatches(file)]
      .flatMap(({ records }) => records)
      .flatMap(({ type, value }) =>
        type === TopicRecord.recordType ? [(value as { name: string }).name] : [],
      )
    expect(names).toEqual(topics.map((topic) => topic.name))
    await controller.reopen()
    expect(topicsOf(controller)).toHaveLength(301)
  })

  it('removes old snapshots and the log before them', async () => {
    const properties = {
      'metadata.log.max.record.bytes.between.snapshots': '20000',
      'metadata.max.retention.bytes': '60000',
      'metadata.log.segment.bytes': '8388608',
      'internal.metadata.delete.delay.millis': '0',
    }
    const controller = await (await opened({ properties })).brokers(1)
    for (let i = 0; i < 300; i++) {
      await controller.createTopic({ name: 'again', numPartitions: 5 })
      await controller.channel.request(DeleteTopics, 6, {
        topics: [{ name: 'again', topicId: zeroUuid }],
        timeoutMs: 1,
      })
    }
    const names = controller.disk.readdirSync('/controller/__cluster_metadata-0').map(({ name }) => name)
    expect(
      names.filter((name) => name.endsWith('.checkpoint') && !name.startsWith('0'.repeat(20))),
    ).toHaveLength(1)
    await controller.reopen()
    expect(controller.image.topicCount).toBe(0)
  })

  it('cuts a batch off the log that a crash has torn', async () => {
    const disk = new MemoryDisk()
    const controller = await (await opened({ disk })).brokers(1)
    await controller.createTopic({ name: 'kept', numPartitions: 1 })
    await controller.createTopic({ name: 'torn', numPartitions: 1 })
    await controller.close()
    const bytes = disk.readFileSync(logPath)
    const file = disk.openSync(logPath, 'write')
    file.truncateSync(bytes.length - 3)
    file.closeSync()
    disk.writeFileAtomicSync('/controller/.lock', '')
    await controller.open()
    expect(controller.image.topic('kept')).toBeDefined()
    expect(controller.image.topic('torn')).toBeUndefined()
  })

  it('refuses the directory of another cluster', async () => {
    const controller = await opened()
    await controller.close()
    const path = '/controller/meta.properties'
    const properties = controller.disk.readFileSync(path).toString()
    controller.disk.writeFileAtomicSync(path, properties.replace(/cluster\.id=.*/, 'cluster.id=another'))
    await expect(controller.open()).rejects.toThrow(/belongs to the cluster another/)
  })
})

describe('the lock of the directory', () => {
  it('is there while the controller runs', async () => {
    const controller = await opened()
    expect(controller.disk.existsSync('/controller/.lock')).toBe(true)
    await controller.close()
    expect(controller.disk.existsSync('/controller/.lock')).toBe(false)
  })

  it('keeps a second process out, which writes nothing', async () => {
    const disk = new MemoryDisk()
    const processes = (pid: number): Processes => ({
      pid,
      isRunning: () => true,
      signal: () => {},
      startedAt: (id) => `start-of-${id}`,
    })
    const first = await opened({ disk, processes: processes(1) })
    const before = disk.readFileSync(logPath)
    const second = new TestController({ disk, processes: processes(2) })
    await expect(second.open()).rejects.toThrow(/in use by process 1/)
    expect(disk.readFileSync(logPath)).toEqual(before)
    expect((await first.register(1)).errorCode).toBe(ErrorCode.NONE)
  })
})

describe('durability', () => {
  it('answers only what is on the disk, and shares one fdatasync between decisions', async () => {
    const controller = await (await opened()).brokers(1)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => controller.createTopic({ name: `t${i}`, numPartitions: 1 })),
    )
    expect(answers.every(({ errorCode }) => errorCode === ErrorCode.NONE)).toBe(true)
    // A subscriber has the records before the answers come.
    expect(controller.image.topicCount).toBe(20)
    expect(valuesOf(controller.take(), TopicRecord).map(({ name }) => name)).toEqual(
      Array.from({ length: 20 }, (_, i) => `t${i}`),
    )
  })

  it('answers nobody before what they asked for is durable, also those who have waited for the sync before', async () => {
    const { controller, letSync } = await withHeldSyncs()
    const answered: string[] = []
    const ask = async (name: string) => {
      await controller.createTopic({ name, numPartitions: 1 })
      answered.push(name)
    }
    const first = ask('a')
    await controller.clock.advance(0)
    const later = [ask('b'), ask('c')]
    await letSync()
    expect(answered).toEqual(['a'])
    await letSync()
    await Promise.all([first, ...later])
    expect(answered).toEqual(['a', 'b', 'c'])
  })

  it('tells a new subscriber everything once, whatever is on its way to the disk', async () => {
    const { controller, letSync } = await withHeldSyncs()
    const ask = (name: string) => controller.createTopic({ name, numPartitions: 1 })
    const first = ask('a')
    await controller.clock.advance(0)
    const later = ask('b')
    const topics: string[] = []
    const subscribed = controller.channel.subscribe(
      (records) =>
        topics.push(...records.flatMap(({ value }) => ('name' in value ? [String(value.name)] : []))),
      (work) => work(),
    )
    await letSync()
    await letSync()
    await Promise.all([subscribed, first, later])
    const ofTopics = topics.filter((name) => 'ab'.includes(name))
    expect(ofTopics).toEqual(['a', 'b'])
  })

  it('sees in the next decision what the last one has decided, before it is durable', async () => {
    const controller = await (await opened()).brokers(1)
    const [first, second] = await Promise.all([
      controller.createTopic({ name: 'same', numPartitions: 1 }),
      controller.createTopic({ name: 'same', numPartitions: 1 }),
    ])
    expect([first.errorCode, second.errorCode]).toEqual([ErrorCode.NONE, ErrorCode.TOPIC_ALREADY_EXISTS])
  })

  it('refuses with a storage error while the disk is full, and goes on afterwards', async () => {
    const disk = new MemoryDisk()
    const controller = await (await opened({ disk })).brokers(1)
    disk.failNext('write', 'ENOSPC')
    const refused = await controller.createTopic({ name: 'a', numPartitions: 1 })
    expect(refused.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect(refused.errorMessage).toMatch(/ENOSPC/)
    const accepted = await controller.createTopic({ name: 'a', numPartitions: 1 })
    expect(accepted.errorCode).toBe(ErrorCode.NONE)
    await controller.reopen()
    expect(controller.image.topicCount).toBe(1)
  })

  it('stops deciding when nobody knows what is on the disk', async () => {
    const disk = new MemoryDisk()
    const controller = await (await opened({ disk })).brokers(1)
    disk.failNext('sync', 'EIO')
    const lost = await controller.createTopic({ name: 'a', numPartitions: 1 })
    expect(lost.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    const later = await controller.createTopic({ name: 'b', numPartitions: 1 })
    expect(later.errorCode).toBe(ErrorCode.NOT_CONTROLLER)
    expect(controller.failure).toMatchObject({ code: 'EIO' })
    expect(controller.image.topicCount).toBe(0)
    await controller.reopen()
    expect((await controller.createTopic({ name: 'b', numPartitions: 1 })).errorCode).toBe(ErrorCode.NONE)
  })
})

describe('AllocateProducerIds', () => {
  it('gives each block once', async () => {
    const controller = await (await opened()).brokers(1)
    const ask = () =>
      controller.channel.request(AllocateProducerIds, 0, {
        brokerId: 1,
        brokerEpoch: controller.image.broker(1)?.epoch ?? -1,
      })
    expect(await ask()).toMatchObject({ errorCode: 0, producerIdStart: 0, producerIdLen: 1000 })
    await controller.reopen()
    expect(await ask()).toMatchObject({ errorCode: 0, producerIdStart: 1000, producerIdLen: 1000 })
    const stale = await controller.channel.request(AllocateProducerIds, 0, { brokerId: 1, brokerEpoch: 0 })
    expect(stale.errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH)
  })
})

describe('UpdateFeatures', () => {
  const minIsr = 'min.insync.replicas'
  const update = (controller: TestController, feature: string, maxVersionLevel: number, upgradeType = 1) =>
    controller.channel.request(UpdateFeatures, 2, {
      featureUpdates: [{ feature, maxVersionLevel, upgradeType }],
    })

  it('takes what stands already and refuses what is not supported', async () => {
    const controller = await opened()
    expect((await update(controller, 'metadata.version', 33)).errorCode).toBe(ErrorCode.NONE)
    const elr = 'eligible.leader.replicas.version'
    const cases: [string, number, number, RegExp][] = [
      ['metadata.version', 99, 1, /Local controller 3000 only supports versions 33-33/],
      ['metadata.version', 7, 2, /only supports versions/],
      ['share.version', 1, 1, /Local controller 3000 does not support this feature/],
      ['nonsense', 1, 1, /does not support this feature/],
      ['metadata.version', 33, 0, /given upgrade type/],
      [elr, -1, 1, /cannot be less than 0/],
      [elr, 0, 1, /without setting the upgrade type/],
    ]
    for (const [feature, level, type, message] of cases) {
      const response = await update(controller, feature, level, type)
      expect(response).toMatchObject({ errorCode: ErrorCode.INVALID_UPDATE_VERSION, results: [] })
      expect(response.errorMessage).toMatch(/^The update failed for all features/)
      expect(response.errorMessage).toMatch(message)
    }
    expect(controller.image.metadataVersion).toBe(33)
  })

  it('asks every broker first, and takes a level back only on purpose', async () => {
    const controller = await (await opened()).brokers(1)
    await controller.dropElr()
    const tooHigh = await update(controller, 'eligible.leader.replicas.version', 1, 2)
    expect(tooHigh.errorMessage).toMatch(/downgrade to a newer version/)
    const features = [
      { name: 'metadata.version', minSupportedVersion: 33, maxSupportedVersion: 33 },
      { name: 'transaction.version', minSupportedVersion: 0, maxSupportedVersion: 2 },
      { name: 'group.version', minSupportedVersion: 0, maxSupportedVersion: 1 },
    ]
    await controller.register(2, { features })
    const name = 'eligible.leader.replicas.version'
    expect((await update(controller, name, 1)).errorMessage).toMatch(/Broker 2 does not support/)
    await controller.channel.request(UnregisterBroker, 0, { brokerId: 2 })
    expect((await update(controller, name, 1)).errorCode).toBe(ErrorCode.NONE)
    expect((await update(controller, name, 0)).errorMessage).toMatch(/safe or unsafe downgrade/)
    expect((await update(controller, name, 0, 2)).errorCode).toBe(ErrorCode.NONE)
    expect(controller.image.features.has(name)).toBe(false)
  })

  it('makes min.insync.replicas one for all brokers before replicas are eligible by it', async () => {
    const controller = await (await opened({ properties: { 'min.insync.replicas': '2' } })).brokers(1)
    const forAll = () => controller.image.configs.of(ConfigResourceType.broker, '').get(minIsr)
    expect(forAll()).toBe('2')
    await controller.dropElr()
    const alter = (resourceName: string, configOperation: number, value: string | null) =>
      controller.channel.request(IncrementalAlterConfigs, 1, {
        resources: [
          {
            resourceType: ConfigResourceType.broker,
            resourceName,
            configs: [{ name: minIsr, configOperation, value }],
          },
        ],
      })
    await alter('', 1, null)
    await alter('1', 0, '3')
    controller.take()
    await update(controller, 'eligible.leader.replicas.version', 1)
    expect(controller.take()).toMatchObject([
      { type: 'ConfigRecord', value: { resourceName: '', name: minIsr, value: '2' } },
      { type: 'ConfigRecord', value: { resourceName: '1', name: minIsr, value: null } },
      { type: 'FeatureLevelRecord', value: { featureLevel: 1 } },
    ])
    await update(controller, 'eligible.leader.replicas.version', 1)
    expect(controller.take()).toMatchObject([{ type: 'FeatureLevelRecord' }])
  })
})

describe('UnregisterBroker', () => {
  it('knows only registered brokers', async () => {
    const controller = await opened()
    const response = await controller.channel.request(UnregisterBroker, 0, { brokerId: 9 })
    expect(response).toMatchObject({
      errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED,
      errorMessage: 'Broker ID 9 is not currently registered',
    })
  })
})

describe('the channel', () => {
  it('carries what the version of a message carries', async () => {
    const controller = await (await opened()).brokers(1)
    const old = await controller.channel.request(CreateTopics, 2, {
      topics: [{ name: 'old', numPartitions: 1, replicationFactor: 1 }],
      timeoutMs: 1000,
    })
    expect(old.topics[0]).toMatchObject({ errorCode: 0, topicId: zeroUuid, configs: [], numPartitions: -1 })
  })
})
