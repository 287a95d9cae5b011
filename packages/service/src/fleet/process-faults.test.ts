import { Connection, createTopic, produce } from '@sluice/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FaultRequest } from './engines/embedded/faults/fault-request.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// What goes wrong on purpose at brokers that have a process each.

const host = '127.0.0.1'
const ports = [9092, 19_092, 29_092]
const worlds: EmbeddedFleet[] = []
let world: EmbeddedFleet
let clients: Connection[]

beforeEach(async () => {
  world = await open({})
  world.create('demo')
  await becomes('ACTIVE')
  clients = await connectToAll()
  // Partition n is led by broker n+1.
  await createTopic(clients[0]!, 'orders', { assignments: [[1], [2], [3]] })
})
afterEach(async () => {
  for (const client of clients) await client.close()
  for (const one of worlds.splice(0).reverse()) await one.driven(one.fleet.stop())
})

async function open(
  before: Pick<Partial<EmbeddedFleet>, 'clock' | 'disk' | 'network' | 'processes'>,
  isForDevelopment = true,
): Promise<EmbeddedFleet> {
  const opened = new EmbeddedFleet(before, { hosting: 'process', isForDevelopment })
  worlds.push(opened)
  await opened.driven(opened.fleet.start())
  return opened
}

/** A service that is started after this one was killed: its brokers run on. */
async function openLater(isForDevelopment: boolean): Promise<EmbeddedFleet> {
  worlds.splice(worlds.indexOf(world), 1)
  return open(world.killed(), isForDevelopment)
}

const brokers = (of = world) => of.fleet.status().flatMap((cluster) => cluster.brokers)
const pids = (of = world) => brokers(of).flatMap(({ local }) => local?.pid ?? [])
const becomes = (state: string, of = world) =>
  of.eventually(() => expect(of.fleet.status()[0]?.state).toBe(state))
const connectToAll = () =>
  Promise.all(
    ports.map((port) => Connection.open({ network: world.network, clock: world.clock, host, port })),
  )
const faultsOf = ({ faults }: EmbeddedFleet) => {
  if (!faults) throw new Error('it is not for development')
  return faults
}

async function add(request: FaultRequest, of = world): Promise<void> {
  faultsOf(of).add(request)
  await of.driven(faultsOf(of).takenUp(() => pids(of)))
}

/** Null: it is there. */
const send = (partition: number, of = world): Promise<string | null> =>
  of.driven(
    produce(clients[partition]!, 'orders', partition, [{ value: 'x' }]).then(
      () => null,
      (error: Error) => error.message,
    ),
  )

const failure = expect.stringContaining('NOT_ENOUGH_REPLICAS')

describe('a fault', () => {
  it('befalls requests of clients to each broker, until it is taken back', async () => {
    await add({ api: 'Produce', topic: 'orders', error: 'NOT_ENOUGH_REPLICAS' })
    expect([await send(0), await send(1), await send(2)]).toEqual([failure, failure, failure])
    expect(faultsOf(world).list()).toMatchObject([{ fired: 3, left: null }])
    faultsOf(world).clear()
    await world.driven(faultsOf(world).takenUp(() => pids()))
    expect([await send(0), await send(1), await send(2)]).toEqual([null, null, null])
  })

  it('fires so many times at all of them together', async () => {
    await add({ api: 'Produce', error: 'NOT_ENOUGH_REPLICAS', times: 2 })
    expect([await send(0), await send(1), await send(2), await send(0)]).toEqual([
      failure,
      failure,
      null,
      null,
    ])
    expect(faultsOf(world).list()).toEqual([])
  })

  it('befalls one broker where that is said, also in its next process', async () => {
    await add({ api: 'Produce', broker: 2, error: 'NOT_ENOUGH_REPLICAS' })
    expect([await send(0), await send(1)]).toEqual([null, failure])
    const [, killed = 0] = pids()
    world.processes.signal(killed, 'SIGKILL')
    await world.eventually(() => {
      expect(pids()).toHaveLength(3)
      expect(pids()).not.toContain(killed)
    })
    clients = await connectToAll()
    await world.eventually(async () => expect(await send(1)).toEqual(failure))
    expect(faultsOf(world).list()).toMatchObject([{ fired: expect.any(Number), left: null }])
  })

  it('is said to have no effect yet where a process does not take it up', async () => {
    faultsOf(world).add({ api: 'Produce', drop: true })
    await expect(world.driven(faultsOf(world).takenUp(() => [4711]))).rejects.toThrow(/have not taken it up/)
  })
})

describe('a service that was killed leaves brokers with faults', () => {
  it('which the next one takes back, and sets others at the very same processes', async () => {
    await add({ api: 'Produce', error: 'NOT_ENOUGH_REPLICAS' })
    const before = pids()
    const later = await openLater(true)
    await later.driven(faultsOf(later).takenUp(() => pids(later)))
    expect(pids(later)).toEqual(before)
    expect(await send(0, later)).toBeNull()
    await add({ api: 'Produce', error: 'NOT_LEADER_OR_FOLLOWER', times: 1 }, later)
    expect(await send(0, later)).toContain('NOT_LEADER_OR_FOLLOWER')
    expect(await send(1, later)).toBeNull()
  })

  it('and one that is not for development starts them anew, so that nothing can go wrong on purpose', async () => {
    await add({ api: 'Produce', error: 'NOT_ENOUGH_REPLICAS' })
    const before = pids()
    const later = await openLater(false)
    await later.eventually(() => {
      expect(pids(later)).toHaveLength(3)
      expect(pids(later).filter((pid) => before.includes(pid))).toEqual([])
    })
    await becomes('ACTIVE', later)
    clients = await connectToAll()
    await later.eventually(async () => expect(await send(0, later)).toBeNull())
  })
})
