import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeAccessKeys } from './access-keys.ts'
import { Api } from './console/page/api.ts'
import {
  below,
  type BrokersReport,
  brokersPath,
  type ClusterInfo,
  type Group,
  type GroupDescription,
  groupsPath,
  type ListedTopic,
  type Node,
  type Partition,
} from './console/page/kafka/kafka.ts'
import type { Credentials } from './console/page/sign.ts'
import { loadAccessKey } from './credentials.ts'
import type { Service } from './service.ts'
import { loggedEffects, startOwnService } from './testing/own-service.ts'

// What a service tells the console of the groups, topics and disks of its brokers.

const effects = loggedEffects([])
const alice = { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }
const strange = '<b>"it\'s"</b> & ./ü'
let directory: string
let service: Service
let kafka: Kafka
let admin: Admin

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-own-brokers-'))
  writeAccessKeys(effects.disk, directory, [{ ...alice, identity: 'arn:aws:iam::000000000000:user/alice' }])
  service = await startOwnService(directory, effects)
  const brokers = (service.report().clusters[0]?.bootstrapServers ?? '').split(',')
  kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
  admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({
    topics: [{ topic: 'orders', numPartitions: 2, replicationFactor: 3 }],
    waitForLeaders: true,
  })
  const producer = kafka.producer()
  await producer.connect()
  const messages = [0, 1].flatMap((partition) => [1, 2, 3].map((value) => ({ partition, value: `${value}` })))
  await producer.send({ topic: 'orders', messages, acks: -1 })
  await producer.disconnect()
  const partitions = [
    { partition: 0, offset: '1' },
    { partition: 1, offset: '3' },
  ]
  await admin.setOffsets({ groupId: strange, topic: 'orders', partitions })
}, 60_000)
afterAll(async () => {
  await admin?.disconnect()
  await service?.stop()
  rmSync(directory, { recursive: true, force: true })
})

function apiOf(credentials: Credentials | null = loadAccessKey(effects.disk, directory) ?? null): Api {
  const { local, region } = service.report()
  return new Api({ credentials, region, origin: `http://127.0.0.1:${local.port}` })
}

const groups = async () => (await apiOf().page<{ groups: Group[] }>(groupsPath('demo'))).groups
const group = (name: string) => apiOf().page<GroupDescription>(groupsPath('demo', { group: name }))

describe('the groups of a cluster', () => {
  it('are told with how far each is behind, whatever they are called', async () => {
    expect(await groups()).toEqual([
      { group: strange, state: 'Empty', type: 'classic', topics: [{ topic: 'orders', lag: 2 }] },
    ])
    const one = await group(strange)
    expect(one).toMatchObject({ group: strange, state: 'Empty', members: [] })
    expect(one.offsets.toSorted((a, b) => a.partition - b.partition)).toEqual([
      { topic: 'orders', partition: 0, committedOffset: 1, endOffset: 3 },
      { topic: 'orders', partition: 1, committedOffset: 3, endOffset: 3 },
    ])
  })

  it('are told with their members', async () => {
    const consumer = kafka.consumer({ groupId: 'billing' })
    await consumer.connect()
    await consumer.subscribe({ topic: 'orders' })
    await consumer.run({ eachMessage: async () => {} })
    await expect
      .poll(() => group('billing'), { timeout: 30_000, interval: 100 })
      .toMatchObject({
        state: 'Stable',
        members: [{ clientId: 'kafkajs', partitions: [{ topic: 'orders' }, { topic: 'orders' }] }],
      })
    await consumer.disconnect()
  })

  it('are none of nobody: neither of a cluster nor of a name that there is not', async () => {
    const absent = { code: 'NotFoundException' }
    await expect(apiOf().page(groupsPath('nowhere'))).rejects.toMatchObject(absent)
    await expect(apiOf().page(groupsPath(''))).rejects.toMatchObject(absent)
    await expect(group('nobody')).rejects.toMatchObject(absent)
  })
})

it('tells what brokers lead and hold', async () => {
  const { brokers, topics } = await apiOf().page<BrokersReport>(brokersPath('demo'))
  expect(brokers.map(({ broker }) => broker)).toEqual([1, 2, 3])
  expect(brokers.reduce((sum, { leads }) => sum + leads, 0)).toBeGreaterThanOrEqual(2)
  for (const { replicas, inSync, bytes, volumeBytes } of brokers) {
    expect(inSync).toBe(replicas)
    expect(bytes).toBeGreaterThan(0)
    expect(volumeBytes).toBeGreaterThan(bytes ?? 0)
  }
  expect(topics).toContainEqual({
    ...{ topic: 'orders', partitions: 2, replicas: 3, outOfSync: 0, leaderless: 0 },
    bytes: expect.any(Number),
  })
  const path = brokersPath('demo', { topic: 'orders' })
  const { partitions } = await apiOf().page<{ partitions: Partition[] }>(path)
  expect(partitions.map(({ partition, isr }) => [partition, isr.length])).toEqual([
    [0, 3],
    [1, 3],
  ])
  await expect(apiOf().page(brokersPath('demo', { topic: '..' }))).rejects.toMatchObject({
    code: 'NotFoundException',
  })
})

it('tells that to the account alone', async () => {
  for (const path of [groupsPath('demo'), groupsPath('demo', { group: 'a' }), brokersPath('demo')])
    await expect(apiOf(alice).page(path)).rejects.toMatchObject({ code: 'AccessDeniedException' })
})

it('is beside what the MSK API tells the console of topics', async () => {
  const api = apiOf()
  const [cluster] = await api.pages<ClusterInfo>(
    '/api/v2/clusters',
    { clusterNameFilter: 'demo' },
    'clusterInfoList',
  )
  const arn = cluster?.clusterArn ?? ''
  const many = Array.from({ length: 120 }, (_, at) => ({ topic: `t-${at}`, numPartitions: 1 }))
  await admin.createTopics({ topics: many })
  const topics = () => api.pages<ListedTopic>(below(arn, 'topics'), {}, 'topics')
  await expect.poll(async () => (await topics()).length, { timeout: 20_000 }).toBeGreaterThan(120)
  expect(await topics()).toContainEqual(
    expect.objectContaining({
      topicName: 'orders',
      partitionCount: 2,
      replicationFactor: 3,
      outOfSyncReplicaCount: 0,
    }),
  )
  const partitions = await api.pages<Partition>(
    below(arn, 'topics', 'orders', 'partitions'),
    {},
    'partitions',
  )
  expect(partitions.map(({ partition, isr }) => [partition, isr.length])).toEqual([
    [0, 3],
    [1, 3],
  ])
  const { configs } = await api.page<{ configs: string }>(below(arn, 'topics', 'orders'))
  expect(JSON.parse(atob(configs))).toMatchObject({ 'cleanup.policy': 'delete' })
  const nodes = await api.pages<Node>(below(arn, 'nodes'), {}, 'nodeInfoList')
  expect(nodes.flatMap(({ brokerNodeInfo }) => brokerNodeInfo?.brokerId ?? [])).toEqual([1, 2, 3])
})
