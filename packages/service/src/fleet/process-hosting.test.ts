import type { Socket, SocketHandler } from '@sluice/effects'
import { Connection, createTopic, describeTopics, fetchRecords, produce } from '@sluice/client'
import { AlterPartitionReassignments } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { testProgram } from './engines/embedded/testing/node-processes.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// Embedded clusters with a process a node: what the service sees of them, does for them, and leaves behind.

const host = '127.0.0.1'
const record = { key: null, value: Buffer.from('kept') }
const worlds: EmbeddedFleet[] = []
let world: EmbeddedFleet

beforeEach(async () => {
  world = await open({})
  world.create('demo')
  await becomes('ACTIVE')
})
afterEach(async () => {
  for (const one of worlds.splice(0).reverse()) await one.driven(one.fleet.stop())
})

async function open(
  before: Pick<Partial<EmbeddedFleet>, 'clock' | 'disk' | 'network' | 'processes'>,
  program = testProgram,
): Promise<EmbeddedFleet> {
  const opened = new EmbeddedFleet(before, { hosting: 'process', program })
  worlds.push(opened)
  await opened.driven(opened.fleet.start())
  return opened
}

/** A service that is started after this one was killed: what this one has started runs on. */
const openLater = (program = testProgram) => {
  worlds.splice(worlds.indexOf(world), 1)
  return open(world.killed(), program)
}

const status = (of = world) => {
  const [cluster] = of.fleet.status()
  if (!cluster) throw new Error('no cluster')
  return cluster
}
const becomes = (state: string, of = world) => of.eventually(() => expect(status(of).state).toBe(state))
const pids = (of = world) => [...status(of).brokers, ...status(of).quorum].map(({ local }) => local?.pid)
const connect = (port = 9092) => Connection.open({ network: world.network, clock: world.clock, host, port })

/** Another program's port. */
const hangsUp = (socket: Socket): SocketHandler => ({
  receiveBuffer: () => new Uint8Array(1_000),
  onRead: () => socket.destroy(),
  onDrain() {},
  onClose() {},
})

function processOf(directory: string) {
  const found = world.processes.running.find(({ args }) => args.at(-1)?.includes(`/${directory}/`))
  if (!found) throw new Error(`${directory} does not run`)
  return found
}

async function partitionOf(topic: string, port: number) {
  const client = await connect(port)
  const { topics } = await describeTopics(client, [topic])
  await client.close()
  return topics[0]?.partitions[0]
}

it('each node has a process, which is told where its data is and who its controller is', () => {
  expect(status()).toMatchObject({
    hosting: 'process',
    bootstrap: { CLIENT: `${host}:9092,${host}:19092,${host}:29092` },
    brokers: [{ id: 1 }, { id: 2 }, { id: 3 }],
    quorum: [{ role: 'controller', id: 10_001 }],
  })
  expect(new Set(pids()).size).toBe(4)
  expect(processOf('broker-2')).toMatchObject({ command: 'node', pid: pids()[1] })
  expect(processOf('broker-2').args[0]).toBe('node.js')
})

describe('a broker that is killed', () => {
  it('has its partitions led by others within a second, comes back with its address, and leads again', async () => {
    const client = await connect(19_092)
    await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
    await world.eventually(async () =>
      expect((await partitionOf('events', 19_092))?.isrNodes).toHaveLength(3),
    )
    const before = pids()
    processOf('broker-1').end({ signal: 'SIGKILL' })
    const killedAt = world.clock.monotonic()
    // It may be well again as soon as somebody has heard of the other leader: looked for together.
    const leaders = new Set<number | undefined>()
    let healing: unknown
    await world.eventually(async () => {
      if (status().state === 'HEALING') healing ??= status().stateInfo
      leaders.add((await partitionOf('events', 19_092))?.leaderId)
      expect(leaders).toContain(2)
      expect(healing).toEqual({ code: 'BROKER_FAILED', message: 'Broker 1 of demo was ended by SIGKILL.' })
    })
    expect(world.clock.monotonic() - killedAt).toBeLessThanOrEqual(1_000)
    await world.eventually(() =>
      produce(client, 'events', 0, [record]).catch(async () => {
        await produce(await connect(9092), 'events', 0, [record])
      }),
    )
    await becomes('ACTIVE')
    await world.eventually(async () => expect((await partitionOf('events', 9092))?.leaderId).toBe(1))
    expect((await partitionOf('events', 9092))?.isrNodes).toHaveLength(3)
    expect(pids().slice(1)).toEqual(before.slice(1))
    expect(await fetchRecords(await connect(9092), 'events', 0, 0)).toHaveLength(1)
  })

  it('with its disk is filled again from the others', async () => {
    const client = await connect(19_092)
    await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
    await world.eventually(() =>
      produce(client, 'events', 0, [record]).catch(async () => {
        const leader = await connect(9092)
        await produce(leader, 'events', 0, [record])
      }),
    )
    processOf('broker-1').end({ signal: 'SIGKILL' })
    world.disk.removeSync(`${status().directory}/broker-1/volume-1`)
    await becomes('HEALING')
    await becomes('ACTIVE')
    await world.eventually(async () => expect((await partitionOf('events', 9092))?.leaderId).toBe(1))
    expect((await fetchRecords(await connect(9092), 'events', 0, 0)).length).toBeGreaterThanOrEqual(1)
  })
})

it('a broker whose whole directory is removed while it runs is ended, says why, and is filled again', async () => {
  const before = pids()
  world.disk.removeSync(`${status().directory}/broker-3`)
  await becomes('HEALING')
  expect(status().stateInfo?.message).toMatch(/^Broker 3 of demo lost its directory: /)
  await becomes('ACTIVE')
  expect(pids().filter((pid) => !before.includes(pid))).toHaveLength(1)
})

it('a controller that is killed comes back under running brokers', async () => {
  const before = pids()
  processOf('controller').end({ signal: 'SIGKILL' })
  await becomes('HEALING')
  await becomes('ACTIVE')
  expect(pids().slice(0, 3)).toEqual(before.slice(0, 3))
  await createTopic(await connect(), 'later', { partitions: 1, replicationFactor: 3 })
})

it('a controller whose port another program has taken meanwhile comes back elsewhere, and its brokers follow it', async () => {
  const before = pids()
  await createTopic(await connect(), 'events', { assignments: [[2, 3, 1]] })
  const [{ port } = { port: 0 }] = status().quorum[0]?.listeners ?? []
  processOf('controller').end({ signal: 'SIGKILL' })
  // Before anybody starts it anew: the clock stands.
  const foreign = await vi.waitFor(() => world.network.listen({ host, port }, hangsUp), { interval: 1 })
  await becomes('HEALING')
  await becomes('ACTIVE')
  await foreign.close()
  expect(pids().filter((pid) => before.includes(pid))).toEqual([])
  await createTopic(await connect(), 'later', { partitions: 1, replicationFactor: 3 })
})

describe('a service that is killed', () => {
  it('leaves its nodes serving; the next one takes them over and stops them', async () => {
    const before = pids()
    const client = await connect()
    await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
    const later = await openLater()
    await becomes('ACTIVE', later)
    expect(pids(later)).toEqual(before)
    await world.eventually(() => produce(client, 'events', 0, [record]))
    await later.driven(later.fleet.stop())
    expect(world.processes.running).toEqual([])
  })

  it('is followed by one that gives preferred leaders back what others came to lead meanwhile', async () => {
    const client = await connect()
    await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
    world.processes.die()
    const partitions = [{ partitionIndex: 0, replicas: [2, 3, 1] }]
    const topics = [{ name: 'events', partitions }]
    const moved = { timeoutMs: 10_000, allowReplicationFactorChange: true, topics }
    await world.driven(client.request(AlterPartitionReassignments, moved))
    expect((await partitionOf('events', 9092))?.leaderId).toBe(1)
    const later = await openLater()
    expect(status(later).state).toBe('ACTIVE')
    await later.eventually(async () => expect((await partitionOf('events', 9092))?.leaderId).toBe(2))
    expect(later.clock.monotonic()).toBeLessThan(60_000)
  })

  it('is followed by one of a later build, which rolls them one at a time', async () => {
    const before = pids()
    const later = await openLater({ ...testProgram, build: 'second' })
    await becomes('ACTIVE', later)
    await later.eventually(() => expect(pids(later).filter((pid) => before.includes(pid))).toEqual([]))
    expect(status(later).brokers).toHaveLength(3)
  })

  it('a broker that ended meanwhile is started without waiting for its session to end', async () => {
    const { clock } = world
    const broker = processOf('broker-3')
    const startedAt = clock.monotonic()
    world.processes.die()
    broker.end({ signal: 'SIGKILL' })
    const later = await openLater()
    await becomes('ACTIVE', later)
    expect(clock.monotonic() - startedAt).toBeLessThan(9_000)
  })
})

it('what a service could not serve is told no longer by one that does', async () => {
  const path = `${status().directory}/cluster.json`
  await world.driven(world.fleet.stop())
  const record = JSON.parse(world.disk.readFileSync(path).toString()) as object
  const stateInfo = { code: 'NOT_ALL_SERVED', message: 'Only the plaintext listener is served.' }
  world.disk.writeFileAtomicSync(path, JSON.stringify({ ...record, stateInfo }))
  const later = await openLater()
  await later.eventually(() => expect(status(later)).toMatchObject({ state: 'ACTIVE', stateInfo: null }))
})

it('what a start has lost is told', async () => {
  const { directory } = status()
  await world.driven(world.fleet.stop())
  world.disk.writeFileAtomicSync(
    `${directory}/broker-1/volume-1/recovery-point-offset-checkpoint`,
    'no number',
  )
  const later = await openLater()
  await becomes('ACTIVE', later)
  expect(status(later).stateInfo).toMatchObject({
    code: 'LOSS_FOUND',
    message: expect.stringMatching(/^Broker 1: .*recovery-point-offset-checkpoint could not be read/),
  })
})
