import {
  commitOffset,
  committedOffset,
  Connection,
  createTopic,
  describeTopics,
  fetchRecords,
  produce,
} from '@sluice/client'
import { AlterPartitionReassignments, FindCoordinator } from '@sluice/wire'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { noCredentials } from './engines/testing/no-credentials.ts'
import type { ClusterPlan } from './engines/engine.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'
import { noAccess } from '../iam/testing/no-access.ts'

// The directory of an older build, which ran one broker of the three that a cluster has.

const host = '127.0.0.1'
const uuid = '3f2b8c44-6c0e-4b8e-9a31-0a4f6f6f2f10-7'
const arn = `arn:aws:kafka:us-east-1:000000000000:cluster/demo/${uuid}`
const directory = `/data/clusters/${uuid}`

/** cluster.json as that build kept it. */
const oldRecord = {
  formatVersion: 3,
  arn,
  uuid,
  name: 'demo',
  createdAtMs: 1_795_000_000_000,
  currentVersion: 'K3AEGXETSR30VB',
  state: 'ACTIVE',
  stateInfo: {
    code: 'NOT_ALL_SERVED',
    message:
      'One of the 3 brokers runs: brokers do not replicate yet, so replication factors and min.insync.replicas are 1.',
  },
  engine: 'embedded',
  spec: {
    kafkaVersion: '4.4.x.kraft',
    numberOfBrokerNodes: 3,
    brokerNodeGroup: {
      BrokerAZDistribution: 'DEFAULT',
      ClientSubnets: ['subnet-1', 'subnet-2', 'subnet-3'],
      InstanceType: 'kafka.m7g.large',
      ZoneIds: ['use1-az1', 'use1-az2', 'use1-az3'],
    },
    encryption: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT', InCluster: true } },
    enhancedMonitoring: 'DEFAULT',
    brokerProperties: { 'offsets.topic.num.partitions': '4' },
    configuration: null,
  },
  tags: {},
  nodes: [
    {
      role: 'broker',
      nodeId: 1,
      uuid: '0d4e1c1e-7a44-4d5e-9d0b-3c9b2f7d6a01',
      zone: 0,
      addedAtMs: 1_795_000_000_000,
      interfaceId: 'eni-0123456789abcdef0',
      generation: 0,
    },
    {
      role: 'controller',
      nodeId: 10_001,
      uuid: '5b8a7f10-2a1c-4f0e-8d5e-0b1c2d3e4f50',
      zone: 0,
      addedAtMs: 1_795_000_000_000,
      interfaceId: 'eni-0123456789abcdef1',
      generation: 0,
    },
  ],
  ports: [
    { role: 'broker', nodeId: 1, listener: 'CLIENT', port: 9092, explicit: false },
    { role: 'controller', nodeId: 10_001, listener: 'CONTROLLER', port: 19_093, explicit: false },
  ],
  changes: [],
}

const oldPlan: ClusterPlan = {
  kafkaVersion: '4.4.x.kraft',
  nodes: [
    {
      role: 'broker',
      nodeId: 1,
      rack: 'use1-az1',
      generation: 0,
      listeners: [{ name: 'CLIENT', host, port: 9092 }],
    },
    {
      role: 'controller',
      nodeId: 10_001,
      rack: 'use1-az1',
      generation: 0,
      listeners: [{ name: 'CONTROLLER', host, port: 19_093 }],
    },
  ],
  properties: {
    'default.replication.factor': '1',
    'min.insync.replicas': '1',
    'offsets.topic.num.partitions': '4',
    'offsets.topic.replication.factor': '1',
  },
}

let world: EmbeddedFleet

beforeEach(async () => {
  world = new EmbeddedFleet()
  await runOneBroker()
})
afterEach(() => world.fleet.stop())

/** Leaves a topic with a record and a group's offset behind. */
async function runOneBroker(): Promise<void> {
  const cluster = await world.engine.open({
    name: 'demo',
    hosting: 'inline',
    directory,
    credentials: noCredentials,
    access: noAccess,
    onChange: () => {},
    onDoubt: () => {},
  })
  await cluster.startNode(oldPlan, { role: 'controller', nodeId: 10_001 })
  await cluster.startNode(oldPlan, { role: 'broker', nodeId: 1 })
  const client = await connect(9092)
  await createTopic(client, 'orders')
  await produce(client, 'orders', 0, [{ key: null, value: Buffer.from('kept') }])
  await eventually(async () => {
    await client.request(FindCoordinator, { keyType: 0, coordinatorKeys: ['readers'] })
    await commitOffset(client, 'readers', 'orders', 0, 1)
  })
  await cluster.stop()
  world.disk.writeFileAtomicSync(`${directory}/cluster.json`, JSON.stringify(oldRecord))
}

function connect(port: number): Promise<Connection> {
  return Connection.open({ network: world.network, clock: world.clock, host, port })
}

function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  return world.eventually(look)
}

const status = () => world.fleet.status()[0]
const replicas = async (client: Connection, topic: string) =>
  (await describeTopics(client, [topic])).topics.flatMap(({ partitions }) =>
    partitions.map(({ replicaNodes, isrNodes }) => [replicaNodes.length, isrNodes.length]),
  )

it('the missing brokers join it, internal topics get their replicas, and users’ topics stay as they are', async () => {
  void world.fleet.start()
  await eventually(() => expect(status()?.state).toBe('ACTIVE'))
  expect(status()).toMatchObject({
    bootstrap: { CLIENT: `${host}:9092,${host}:19092,${host}:29092` },
    brokers: [{ id: 1 }, { id: 2 }, { id: 3 }],
    stateInfo: {
      message: expect.stringMatching(/have one replica each until they are reassigned: orders\.$/),
    },
  })
  const client = await connect(19_092)
  expect(await replicas(client, '__consumer_offsets')).toEqual(Array.from({ length: 4 }, () => [3, 3]))
  expect(await replicas(client, 'orders')).toEqual([[1, 1]])
  const first = await connect(9092)
  expect(await fetchRecords(first, 'orders', 0, 0)).toHaveLength(1)
  const offset = async () => {
    for (const port of [9092, 19_092, 29_092]) {
      const found = await committedOffset(await connect(port), 'readers', 'orders', 0).catch(() => null)
      if (found) return found.offset
    }
    throw new Error('no broker coordinates the group')
  }
  expect(await eventually(offset)).toBe(1)
})

it('what it says of them ends when their owner has reassigned them', async () => {
  void world.fleet.start()
  await eventually(() => expect(status()?.stateInfo?.message).toMatch(/orders/))
  const client = await connect(9092)
  const partitions = [{ partitionIndex: 0, replicas: [1, 2, 3] }]
  await client.request(AlterPartitionReassignments, { topics: [{ name: 'orders', partitions }] })
  await eventually(async () => expect(await replicas(client, 'orders')).toEqual([[3, 3]]))
  await world.clock.advance(60_000)
  await eventually(() => expect(status()).toMatchObject({ state: 'ACTIVE', stateInfo: null }))
})
