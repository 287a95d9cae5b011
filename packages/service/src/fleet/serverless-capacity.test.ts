import {
  Connection,
  createTopic,
  describeTopics,
  fetchRecords,
  type KafkaError,
  produce,
} from '@sluice/client'
import { TestClock } from '@sluice/effects'
import { ErrorCode, InitProducerId } from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { NodeAuthority } from './authority/node-authority.ts'
import type { ClusterRecord } from './clusters/cluster-record.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// A serverless cluster with a process a node: brokers join and leave under load, and what was acknowledged is there.

const worlds: EmbeddedFleet[] = []
afterEach(async () => {
  for (const one of worlds.splice(0).reverse()) await one.driven(one.fleet.stop())
})

async function open(
  before: Pick<Partial<EmbeddedFleet>, 'clock' | 'disk' | 'network' | 'processes'>,
): Promise<EmbeddedFleet> {
  const opened = new EmbeddedFleet(before, { hosting: 'process' })
  worlds.push(opened)
  await opened.driven(opened.fleet.start())
  return opened
}

async function serverlessCluster(): Promise<EmbeddedFleet> {
  const world = await open({ clock: new TestClock() })
  const result = world.fleet.clusters.createServerless({
    ClusterName: 'orders',
    Serverless: { VpcConfigs: [{ SubnetIds: ['a', 'b'] }] },
  })
  if ('refusal' in result) throw new Error(result.refusal.message)
  await world.eventually(() => expect(recordOf(world).state).toBe('ACTIVE'))
  return world
}

function recordOf({ fleet }: EmbeddedFleet): ClusterRecord {
  const [record] = fleet.clusters.list()
  if (!record) throw new Error('no cluster')
  return record
}

/** By the listener of the nodes, as one of them: who clients are is tried elsewhere. */
async function clientOf(world: EmbeddedFleet, brokerId: number): Promise<Connection> {
  const [status] = world.fleet.status()
  const broker = status?.brokers.find(({ id }) => id === brokerId)
  const port = broker?.listeners.find(({ name }) => name === 'REPLICATION_SECURE')?.port ?? 0
  const { network, clock } = world
  const tls = new NodeAuthority(world, status?.directory ?? '', recordOf(world).uuid).credentials()
  return Connection.open({ network, clock, host: '127.0.0.1', port, tls })
}

async function partitionsOf(world: EmbeddedFleet) {
  const client = await clientOf(world, 1)
  const { topics } = await world.driven(describeTopics(client, ['events']))
  await client.close()
  return topics[0]?.partitions ?? []
}

/** Writes to each partition again and again, wherever it is led, as an idempotent producer: what is not acknowledged is sent again. */
function load(world: EmbeddedFleet) {
  const acknowledged = Array.from({ length: 6 }, () => [] as string[])
  /** Of the cluster, as they were seen meanwhile. */
  const states = new Set<string>()
  /** What no producer must ever be told that sends one after the other. */
  const outOfOrder: number[] = []
  let isOver = false
  const write = async (partition: number) => {
    const first = await clientOf(world, 1)
    const { producerId } = await first.request(InitProducerId, {
      transactionalId: null,
      transactionTimeoutMs: 0,
    })
    await first.close()
    let leader: Connection | null = null
    for (let n = 0; !isOver || (acknowledged[partition]?.length ?? 0) < n; await world.clock.sleep(50)) {
      states.add(recordOf(world).state)
      const options = { acks: -1 as const, producerId, producerEpoch: 0, baseSequence: n }
      const value = `${partition}-${n}`
      try {
        leader ??= await clientOf(world, (await partitionsOf(world))[partition]?.leaderId ?? 1)
        await produce(leader, 'events', partition, [{ key: null, value: Buffer.from(value) }], options)
        acknowledged[partition]?.push(value)
        n++
      } catch (error) {
        // Another one leads by now.
        if ((error as KafkaError).code === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) outOfOrder.push(partition)
        await leader?.close()
        leader = null
      }
    }
    await leader?.close()
  }
  const writers = acknowledged.map((_, partition) => write(partition))
  return {
    acknowledged,
    states,
    outOfOrder,
    /** To each partition something more is written. */
    goesOn: async () => {
      const before = acknowledged.map(({ length }) => length)
      await world.eventually(() =>
        expect(acknowledged.filter(({ length }, at) => length <= (before[at] ?? 0))).toEqual([]),
      )
    },
    end: async () => {
      isOver = true
      await world.driven(Promise.all(writers))
    },
  }
}

async function valuesOf(world: EmbeddedFleet, partition: number): Promise<string[]> {
  const { leaderId = 1 } = (await partitionsOf(world))[partition] ?? {}
  const client = await clientOf(world, leaderId)
  const values: string[] = []
  for (let offset = 0; ; ) {
    const records = await world.driven(fetchRecords(client, 'events', partition, offset))
    if (records.length === 0) break
    for (const { value } of records) values.push(String(value))
    offset = Number(records.at(-1)?.offset) + 1
  }
  await client.close()
  return values
}

const replicasAre = (world: EmbeddedFleet, brokers: number[]) =>
  world.eventually(async () => {
    const partitions = await partitionsOf(world)
    const held = new Set(partitions.flatMap(({ replicaNodes }) => replicaNodes))
    expect([...held].sort()).toEqual(brokers)
    expect(
      partitions.every(({ isrNodes, replicaNodes }) => isrNodes.length === 3 && replicaNodes.length === 3),
    ).toBe(true)
  })

const brokersAre = (world: EmbeddedFleet, ids: number[]) =>
  world.eventually(() => {
    expect(world.fleet.status()[0]?.brokers.map(({ id }) => id)).toEqual(ids)
    expect(recordOf(world).nodes.filter(({ role }) => role === 'broker')).toHaveLength(ids.length)
  })

describe('the brokers behind a serverless cluster', { timeout: 120_000 }, () => {
  it('become more and fewer under load, with nothing lost, and nobody is told', async () => {
    const world = await serverlessCluster()
    const client = await clientOf(world, 1)
    await world.driven(createTopic(client, 'events', { partitions: 6 }))
    // Its controller, too, has a process, and knows the limits.
    await expect(world.driven(createTopic(client, 'small', { replicationFactor: 1 }))).rejects.toThrow(
      /replication factor of every topic is 3/,
    )
    await client.close()
    const writing = load(world)

    world.fleet.clusters.setCapacity(recordOf(world), 6)
    await brokersAre(world, [1, 2, 3, 4, 5, 6])
    await replicasAre(world, [1, 2, 3, 4, 5, 6])
    await writing.goesOn()
    world.fleet.clusters.setCapacity(recordOf(world), 3)
    await brokersAre(world, [1, 2, 3])
    await replicasAre(world, [1, 2, 3])
    await writing.goesOn()
    await writing.end()

    expect([...writing.states]).toEqual(['ACTIVE'])
    expect(world.processes.running.filter(({ args }) => args.at(-1)?.includes('/broker-'))).toHaveLength(3)
    expect(world.disk.existsSync(`${world.fleet.status()[0]?.directory}/broker-4`)).toBe(false)
    expect(writing.outOfOrder).toEqual([])
    for (const [partition, values] of writing.acknowledged.entries()) {
      expect(await valuesOf(world, partition)).toEqual(values)
    }
  })

  it('go on joining and leaving where a service that was killed has left off', async () => {
    const world = await serverlessCluster()
    const client = await clientOf(world, 1)
    await world.driven(createTopic(client, 'events', { partitions: 6 }))
    await client.close()
    world.fleet.clusters.setCapacity(recordOf(world), 6)
    await world.eventually(() => expect(recordOf(world).nodes).toHaveLength(7))
    worlds.pop()
    const second = await open(world.killed())
    await brokersAre(second, [1, 2, 3, 4, 5, 6])
    await replicasAre(second, [1, 2, 3, 4, 5, 6])
    second.fleet.clusters.setCapacity(recordOf(second), 3)
    await second.clock.advance(20)
    worlds.pop()
    const third = await open(second.killed())
    await brokersAre(third, [1, 2, 3])
    await replicasAre(third, [1, 2, 3])
  })
})
