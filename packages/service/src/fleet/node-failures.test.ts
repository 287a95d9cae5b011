import { Connection, createTopic, fetchRecords, produce } from '@sluice/client'
import { AssertionFailure } from '@sluice/effects'
import { ErrorCode } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// A bug in a node of an embedded cluster: nobody else ends, the cluster says what is wrong, and heals.

const bug = new AssertionFailure('two and two are not four')
const host = '127.0.0.1'
const record = { key: null, value: Buffer.from('kept') }

let world: EmbeddedFleet

beforeEach(async () => {
  world = new EmbeddedFleet()
  await world.fleet.start()
  for (const name of ['first', 'second']) {
    world.create(name)
    await world.eventually(() => expect(statusOf(name).state).toBe('ACTIVE'))
  }
})

afterEach(() => world.fleet.stop())

function statusOf(name: string) {
  const found = world.fleet.status().find((cluster) => cluster.name === name)
  if (!found) throw new Error(`no cluster ${name}`)
  return found
}

/** A client of the cluster's broker, as it is reached now. */
async function connect(name: string): Promise<Connection> {
  const port = statusOf(name).brokers[0]?.listeners[0]?.port ?? 0
  return Connection.open({ network: world.network, host, port })
}

/** The next of these operations in this directory of the cluster finds the bug. */
function breaks(name: string, operation: string, directory: string): void {
  const { directory: cluster } = statusOf(name)
  world.disk.beforeOperation = (operated, path) => {
    if (operated !== operation || !path.startsWith(`${cluster}/${directory}`)) return
    world.disk.beforeOperation = () => {}
    throw bug
  }
}

async function becomes(name: string, state: string): Promise<void> {
  await vi.waitFor(
    async () => {
      await world.clock.advance(state === 'HEALING' ? 0 : 500)
      expect(statusOf(name).state).toBe(state)
    },
    { timeout: 10_000, interval: 1 },
  )
}

describe('a cluster whose broker has a bug', () => {
  it('is HEALING with the sentence, and heals, while its neighbour serves', async () => {
    const client = await connect('first')
    await createTopic(client, 'events', { assignments: [[1]] })
    await produce(client, 'events', 0, [record])
    breaks('first', 'write', 'broker-1/volume-1/events-0')
    await produce(client, 'events', 0, [record]).catch(() => {})
    await becomes('first', 'HEALING')
    expect(statusOf('first').stateInfo).toEqual({
      code: 'BROKER_FAILED',
      message: `Broker 1 failed: ${bug.message}`,
    })
    expect(statusOf('second').state).toBe('ACTIVE')
    await createTopic(await connect('second'), 'untouched', { partitions: 1, replicationFactor: 1 })
    await becomes('first', 'ACTIVE')
    expect(await fetchRecords(await connect('first'), 'events', 0, 0)).toHaveLength(1)
  })
})

describe('a cluster whose controller has a bug', () => {
  it('is HEALING with the sentence, and heals, while its broker serves', async () => {
    const client = await connect('first')
    await createTopic(client, 'events', { assignments: [[1]] })
    breaks('first', 'sync', 'controller/')
    // Nobody knows what becomes of it: it is put to the next controller, which finds it made.
    const made = createTopic(client, 'asked', { partitions: 1, replicationFactor: 1 })
    const asked = expect(made).rejects.toMatchObject({ code: ErrorCode.TOPIC_ALREADY_EXISTS })
    await becomes('first', 'HEALING')
    expect(statusOf('first').stateInfo).toEqual({
      code: 'CONTROLLER_FAILED',
      message: `Controller 10001 failed: ${bug.message}`,
    })
    const other = await connect('first')
    await produce(other, 'events', 0, [record])
    expect(await fetchRecords(other, 'events', 0, 0)).toHaveLength(1)
    await becomes('first', 'ACTIVE')
    await asked
    await createTopic(other, 'later', { partitions: 1, replicationFactor: 1 })
  })
})
