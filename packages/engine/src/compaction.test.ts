import { commitOffset, committedOffset, createTopic } from '@sluice/client'
import { afterEach, expect, it, vi } from 'vitest'
import { node, properties, World } from './testing/two-brokers.ts'

const offsets = '__consumer_offsets'
const cleanedWithinMs = 40_000

let world: World
afterEach(() => world.close())

function bytesOfOffsets(): number {
  const directory = `/data/broker-1/volume-1/${offsets}-0`
  const logs = world.disk.readdirSync(directory).filter(({ name }) => name.endsWith('.log'))
  return logs.reduce((bytes, { name }) => bytes + world.disk.statSync(`${directory}/${name}`).size, 0)
}

it('the topic of offsets does not grow with what is committed, and its coordinator finds all of it', async () => {
  world = await new World().start()
  await world.events()
  const configs = { 'cleanup.policy': 'compact', 'segment.ms': '1000' }
  await createTopic(world.client, offsets, { assignments: [[1]], configs })
  await vi.waitFor(() => commitOffset(world.client, 'group', 'events', 0, 0))
  const sizes: number[] = []
  for (let round = 1; round <= 4; round++) {
    for (let offset = 0; offset < 40; offset++) {
      await commitOffset(world.client, 'group', 'events', 0, round * 100 + offset)
      await world.pass(100)
    }
    await world.pass(cleanedWithinMs)
    sizes.push(bytesOfOffsets())
  }
  const [first = 0, last = 0] = [sizes[0], sizes.at(-1)]
  expect(last).toBeLessThan(first * 1.5)
  await world.cluster.kill(1)
  await world.cluster.startBroker(node(1), properties)
  const client = await world.connect(1)
  await vi.waitFor(async () => {
    await world.pass(100)
    expect(await committedOffset(client, 'group', 'events', 0)).toMatchObject({ offset: 439 })
  })
})
