import { Connection, createTopic, describeTopics, produce } from '@sluice/client'
import { AssertionFailure } from '@sluice/effects'
import { FindCoordinator } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { updateBrokerCount } from './clusters/changes/broker-count.ts'
import { rebootBroker } from './clusters/changes/reboot.ts'
import type { Update } from './clusters/changes/update.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// Several brokers of our own under the fleet: who holds what, and who leads, after each thing that befalls them.

const host = '127.0.0.1'
let world: EmbeddedFleet

afterEach(() => world.driven(world.fleet.stop()))

async function create(brokers: number): Promise<void> {
  world.create('demo', brokers, { 'sluice:set:offsets.topic.num.partitions': '6' })
  await becomes('ACTIVE')
}

/** Time goes on until it is so. */
async function becomes(state: string): Promise<void> {
  await eventually(() => expect(world.fleet.clusters.byName('demo')?.state).toBe(state))
}

function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  return world.eventually(look)
}

function change(update: (currentVersion: string) => Update) {
  const record = world.fleet.clusters.byName('demo')
  if (!record) throw new Error('no cluster')
  expect(world.fleet.clusters.update(record, update(record.currentVersion), 'request-1')).toHaveProperty(
    'record',
  )
}

const lastChange = () => world.fleet.clusters.byName('demo')?.changes.at(-1)
const connect = () => Connection.open({ network: world.network, clock: world.clock, host, port: 9092 })

/** Of each partition of the topic, on the broker that clients come to. */
async function partitionsOf(topic: string) {
  const client = await connect()
  const { topics } = await describeTopics(client, [topic])
  await client.close()
  return topics.flatMap(({ partitions }) => partitions)
}

async function makeInternalTopic(): Promise<void> {
  await eventually(async () => {
    const client = await connect()
    await client.request(FindCoordinator, { keyType: 0, coordinatorKeys: ['readers'] })
    await client.close()
    expect(await partitionsOf('__consumer_offsets')).toHaveLength(6)
  })
}

describe.each(['inline', 'process'] as const)('hosted %s', (hosting) => {
  beforeEach(async () => {
    world = new EmbeddedFleet({}, { hosting })
    await world.fleet.start()
  })

  it('a broker that has failed leads again what it led before, when the cluster is ACTIVE', async () => {
    await create(3)
    const client = await connect()
    await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
    await eventually(() => produce(client, 'events', 0, [{ key: null, value: Buffer.from('kept') }]))
    world.disk.beforeOperation = (operation, path) => {
      if (operation !== 'write' || !path.includes('broker-1/volume-1/events-0')) return
      world.disk.beforeOperation = () => {}
      throw new AssertionFailure('two and two are not four')
    }
    await produce(client, 'events', 0, [{ key: null, value: Buffer.from('asked') }]).catch(() => {})
    await becomes('HEALING')
    expect(world.fleet.clusters.byName('demo')?.stateInfo?.message).toMatch(/^Broker 1 failed/)
    await becomes('ACTIVE')
    const [partition] = await partitionsOf('events')
    expect(partition).toMatchObject({ leaderId: 1, replicaNodes: [1, 2, 3] })
    expect([...(partition?.isrNodes ?? [])].sort()).toEqual([1, 2, 3])
    expect(partition?.leaderEpoch).toBeGreaterThan(1)
  })

  it('a reboot starts one broker anew, and it leads again what it led before', async () => {
    await create(3)
    const client = await connect()
    await createTopic(client, 'events', { assignments: [[2, 3, 1]] })
    change(() => rebootBroker(['2']))
    await becomes('ACTIVE')
    expect(lastChange()?.state).toBe('REBOOT_COMPLETE')
    expect(await partitionsOf('events')).toMatchObject([{ leaderId: 2 }])
  })

  it('brokers that leave hold nothing of internal topics any more, and are forgotten', async () => {
    await create(6)
    await makeInternalTopic()
    const holders = (await partitionsOf('__consumer_offsets')).flatMap(({ replicaNodes }) => replicaNodes)
    expect(Math.max(...holders)).toBeGreaterThan(3)
    change((currentVersion) => updateBrokerCount(3, currentVersion))
    await becomes('ACTIVE')
    expect(lastChange()).toMatchObject({ state: 'UPDATE_COMPLETE', error: null })
    for (const { replicaNodes, isrNodes } of await partitionsOf('__consumer_offsets')) {
      expect([...replicaNodes].sort()).toEqual([1, 2, 3])
      expect(isrNodes).toHaveLength(3)
    }
    const { brokers } = await describeTopics(await connect(), [])
    expect(brokers.map(({ nodeId }) => nodeId).sort()).toEqual([1, 2, 3])
    expect(world.fleet.status()[0]?.brokers.map(({ id }) => id)).toEqual([1, 2, 3])
  })

  it('a broker that holds a user’s partition stays, and the change says why', async () => {
    await create(6)
    await createTopic(await connect(), 'events', { assignments: [[5, 1, 3]] })
    change((currentVersion) => updateBrokerCount(3, currentVersion))
    await becomes('ACTIVE')
    expect(lastChange()).toMatchObject({
      state: 'UPDATE_FAILED',
      error: { message: expect.stringMatching(/^Broker 5 holds 1 partition of topics/) },
    })
    expect(world.fleet.status()[0]?.brokers).toHaveLength(6)
  })
})
