import { MemoryDisk, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import type { Hosting } from './engines/engine.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// A cluster whose metadata is damaged waits for a person; its neighbour runs.

async function startOn(
  { disk, clock }: { disk: MemoryDisk; clock: TestClock },
  hosting: Hosting,
  metadataLossAccepted: string[] = [],
): Promise<EmbeddedFleet> {
  const world = new EmbeddedFleet({ disk, clock }, { metadataLossAccepted, hosting })
  let isStarted = false
  void world.fleet.start().then(() => (isStarted = true))
  await world.eventually(() => expect(isStarted).toBe(true))
  return world
}

const byName = ({ fleet }: EmbeddedFleet) => fleet.status().sort((a, b) => (a.name < b.name ? -1 : 1))
const statesOf = (world: EmbeddedFleet) => byName(world).map(({ name, state }) => `${name} ${state}`)

async function become(world: EmbeddedFleet, ...states: string[]): Promise<void> {
  await world.eventually(() => expect(statesOf(world)).toEqual(states))
}

const story =
  'is FAILED with what is at stake and how to go on, until the loss is accepted, which it then tells'
it.each(['inline', 'process'] as const)(`hosted %s, it ${story}`, async (hosting) => {
  const disk = new MemoryDisk()
  const clock = new TestClock()
  const start = (accepted: string[] = []) => startOn({ disk, clock }, hosting, accepted)
  const first = await start()
  for (const name of ['broken', 'whole']) first.create(name)
  await become(first, 'broken ACTIVE', 'whole ACTIVE')
  const directory = byName(first)[0]?.directory ?? ''
  await first.fleet.stop()
  disk.removeSync(`${directory}/controller`)

  for (const again of [1, 2]) {
    const world = await start()
    expect([again, ...statesOf(world)]).toEqual([again, 'broken FAILED', 'whole ACTIVE'])
    const info = byName(world)[0]?.stateInfo
    expect(info?.code).toBe('METADATA_DAMAGED')
    expect(info?.message).toMatch(/topics with all their partitions.*--accept-metadata-loss broken/)
    // Nobody tries again by himself.
    disk.beforeOperation = (operation, path) => {
      if (operation === 'mkdir' && path.includes('controller')) throw new Error('tried again')
    }
    await clock.advance(120_000)
    disk.beforeOperation = () => {}
    await world.fleet.stop()
  }

  const accepted = await start(['broken'])
  await become(accepted, 'broken ACTIVE', 'whole ACTIVE')
  const [broken, whole] = byName(accepted)
  expect(broken?.stateInfo?.message).toContain('Controller 10001: 1 log lost records: __cluster_metadata-0')
  expect(whole?.stateInfo?.message ?? '').not.toContain('lost')
  await accepted.fleet.stop()

  const later = await start()
  expect(statesOf(later)).toEqual(['broken ACTIVE', 'whole ACTIVE'])
  expect(byName(later)[0]?.stateInfo?.message ?? '').not.toContain('lost')
  await later.fleet.stop()
})
