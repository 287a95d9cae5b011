import { afterEach, describe, expect, it } from 'vitest'
import { brokerStorageChange, updateStorage } from './clusters/changes/storage.ts'
import { rebootBroker } from './clusters/changes/reboot.ts'
import type { Update } from './clusters/changes/update.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

const minute = 60_000
let world: EmbeddedFleet

afterEach(() => world.driven(world.fleet.stop()))

async function open(options: ConstructorParameters<typeof EmbeddedFleet>[1]): Promise<void> {
  world = new EmbeddedFleet({}, options)
  await world.driven(world.fleet.start())
}

const stateOf = (name: string) => world.fleet.status().find((one) => one.name === name)?.state
const becomes = (name: string, state: string) => world.eventually(() => expect(stateOf(name)).toBe(state))
const pass = (ms: number) => world.driven(world.clock.advance(ms))

/** How long it takes until the cluster is ACTIVE, in seconds. */
async function secondsUntilActive(name: string): Promise<number> {
  const since = world.clock.now()
  await becomes(name, 'ACTIVE')
  return (world.clock.now() - since) / 1_000
}

function update(name: string, change: (version: string) => Update): void {
  const record = world.fleet.clusters.byName(name)
  if (!record) throw new Error('the cluster is gone')
  const result = world.fleet.clusters.update(record, change(record.currentVersion), 'request')
  expect(result).not.toHaveProperty('refusal')
}
const grow = (version: string) =>
  updateStorage(brokerStorageChange, { volumeGiB: 200, throughput: undefined }, version)

describe('the pace of creations and updates', { timeout: 120_000 }, () => {
  it('is no slower than it must be unless it is asked for', async () => {
    await open({})
    world.create('orders')
    expect(await secondsUntilActive('orders')).toBeLessThan(60)
    update('orders', grow)
    expect(await secondsUntilActive('orders')).toBeLessThan(60)
  })

  it('can be a sixtieth of AWS’s, while brokers serve long before', async () => {
    await open({ pace: 'x60' })
    world.create('orders')
    const since = world.clock.now()
    await world.eventually(() => expect(world.fleet.status()[0]?.brokers).toHaveLength(3))
    expect(stateOf('orders')).toBe('CREATING')
    await secondsUntilActive('orders')
    expect(world.clock.now() - since).toBeGreaterThanOrEqual(20_000)
    update('orders', grow)
    const grown = await secondsUntilActive('orders')
    expect(grown).toBeGreaterThanOrEqual(10)
    expect(grown).toBeLessThan(60)
    update('orders', () => rebootBroker(['1']))
    expect(await secondsUntilActive('orders')).toBeGreaterThanOrEqual(5)
  })

  it('can be AWS’s own', async () => {
    await open({ pace: 'real' })
    world.create('orders')
    await pass(19 * minute)
    expect(stateOf('orders')).toBe('CREATING')
    expect(await secondsUntilActive('orders')).toBeLessThan(120)
    await world.driven(world.fleet.stop())
    world = new EmbeddedFleet(world, { pace: 'real' })
    await world.driven(world.fleet.start())
    await becomes('orders', 'ACTIVE')
  })

  it('holds up no start of the service for its own cluster', async () => {
    await open({ pace: 'real', hurried: 'demo' })
    world.create('demo')
    world.create('orders')
    expect(await secondsUntilActive('demo')).toBeLessThan(60)
    expect(stateOf('orders')).toBe('CREATING')
  })
})
