import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../source-tree.ts'
import type { Feed, simulate as Simulate } from './simulation.ts'

/** How many seeds are played a feed. */
const seeds = 12
const timeoutMs = 120_000

let simulate: typeof Simulate
beforeAll(async () => {
  const { bundleSimulation } = await import(join(root, 'scripts/bundle-simulation.mjs'))
  ;({ simulate } = await bundleSimulation(root, 'test/sim/simulation.ts'))
})

describe.each<Feed>(['inline', 'fetch'])('clusters whose followers are fed by %s', (feed) => {
  it(
    'keep what they have promised, whatever goes wrong, and heal',
    async () => {
      for (let seed = 1; seed <= seeds; seed++) {
        const { violation, story } = await simulate({ seed, feed, brokers: seed % 5 === 0 ? 1 : 3 })
        if (violation !== null) expect.fail(`seed ${seed}: ${violation}\n${story.join('\n')}`)
      }
    },
    timeoutMs,
  )

  it('tell the same story for the same seed', async () => {
    const [one, other] = [
      await simulate({ seed: 4, feed, brokers: 3 }),
      await simulate({ seed: 4, feed, brokers: 3 }),
    ]
    expect(one.story.length).toBeGreaterThan(100)
    expect(one).toEqual(other)
  })
})
