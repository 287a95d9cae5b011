import { Connection, createTopic, fetchRecords, produce } from '@sluice/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// A disk that refuses, and directories that are gone while their nodes run: where people look, until all is well.

const host = '127.0.0.1'
let world: EmbeddedFleet

beforeEach(async () => {
  world = new EmbeddedFleet()
  await world.fleet.start()
})
afterEach(() => world.fleet.stop())

async function create(): Promise<Connection> {
  world.create('demo')
  await becomes('ACTIVE')
  return connect()
}

const connect = () => Connection.open({ network: world.network, clock: world.clock, host, port: 9092 })
const status = () => world.fleet.status()[0]
const info = () => status()?.stateInfo ?? null

async function becomes(state: string): Promise<void> {
  await world.eventually(() => expect(status()?.state).toBe(state))
}

function send(client: Connection, topic: string, text: string): Promise<unknown> {
  // Younger than what retention takes.
  const timestamp = world.clock.now()
  return produce(client, topic, 0, [{ key: null, value: Buffer.from(text) }], { timestamp })
}

/** The disk takes nothing more of what stands below such a path. */
function refuse(isMeant: (path: string) => boolean): void {
  world.disk.beforeOperation = (operation, path) => {
    if (['write', 'writeFileAtomic'].includes(operation) && isMeant(path))
      throw Object.assign(new Error(`ENOSPC: no space left on device, ${operation}`), {
        code: 'ENOSPC',
        syscall: operation,
      })
  }
}

describe('a full disk', () => {
  it('of a broker is in stateInfo until it serves again, by itself', async () => {
    const client = await create()
    await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
    await world.eventually(() => send(client, 'events', 'before'))
    expect(info()).toBe(null)
    refuse((path) => path.includes('broker-1/'))
    await expect(send(client, 'events', 'refused')).rejects.toThrow()
    await world.eventually(() => expect(info()?.code).toBe('DISK_FAILING'))
    expect(info()?.message).toMatch(/^The disk refuses reads or writes of broker 1 since 20.*ENOSPC/)
    expect(status()?.state).toBe('ACTIVE')
    refuse(() => false)
    await world.eventually(() => expect(info()).toBe(null))
    await world.eventually(() => send(client, 'events', 'after'))
    await client.close()
  })

  it('of the controller is in stateInfo until it serves again, by itself', async () => {
    const client = await create()
    refuse((path) => path.includes('/controller/'))
    await expect(createTopic(client, 'events', { assignments: [[1]] })).rejects.toThrow()
    expect(info()?.message).toMatch(/^The disk refuses reads or writes of controller 10001 since/)
    refuse(() => false)
    await world.eventually(() => expect(info()).toBe(null))
    await createTopic(client, 'events', { assignments: [[1]] })
    await client.close()
  })
})

describe('a directory that is removed while its node runs', () => {
  it('of a broker is made anew and filled again from the others', async () => {
    const client = await create()
    await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
    await createTopic(client, 'alone', { assignments: [[2]] })
    const second = await Connection.open({ network: world.network, clock: world.clock, host, port: 19_092 })
    for (const text of ['a', 'b', 'c']) await world.eventually(() => send(client, 'events', text))
    await world.eventually(() => send(second, 'alone', 'lost'))
    await second.close()
    const directory = `${status()?.directory}/broker-2`
    world.disk.removeSync(directory)
    await becomes('HEALING')
    expect(info()?.message).toContain(`Broker 2 failed: its directory ${directory}/volume-1 was removed`)
    await becomes('ACTIVE')
    const log = `${directory}/volume-1/events-0/00000000000000000000.log`
    expect(world.disk.readFileSync(log)).toEqual(world.disk.readFileSync(log.replace('broker-2', 'broker-1')))
    // Nobody else had it.
    expect(info()?.message).toMatch(
      /Broker 2: 1 log had vanished, and no other broker is known to have all of its records: alone-0/,
    )
    const again = await Connection.open({ network: world.network, clock: world.clock, host, port: 19_092 })
    await world.eventually(() => send(again, 'alone', 'found'))
    expect(await fetchRecords(again, 'alone', 0, 0)).toHaveLength(1)
    await again.close()
    await client.close()
  })

  it('of the controller is told as lost metadata, and nothing is begun anew', async () => {
    const client = await create()
    await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
    await client.close()
    world.disk.removeSync(`${status()?.directory}/controller`)
    await becomes('FAILED')
    expect(info()).toMatchObject({ code: 'METADATA_DAMAGED' })
    expect(info()?.message).toContain('--accept-metadata-loss demo')
    await world.eventually(() => expect(status()?.brokers).toEqual([]))
  })

  it('of a cluster is told as lost metadata, and the cluster can be deleted', async () => {
    await (await create()).close()
    world.disk.removeSync(status()?.directory ?? '')
    await becomes('FAILED')
    expect(info()).toMatchObject({ code: 'METADATA_DAMAGED' })
    const record = world.fleet.clusters.byName('demo')
    if (record) world.fleet.clusters.delete(record, undefined)
    await world.eventually(() => expect(world.fleet.status()).toEqual([]))
  })
})
