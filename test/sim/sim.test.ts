import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../source-tree.ts'
import { type Mutation, mutations } from './mutations.ts'
import type { Clients, Feed, simulate as Simulate, SimulationOptions } from './simulation.ts'

/** How many seeds are played a feed, as far as the time allows, and in any case. */
const seedsMax = 150
const seedsMin = 10
const budgetMs = 10_000
const timeoutMs = 180_000

const kinds: readonly Clients[] = ['records', 'transactions', 'consumers']

/** Seeds that have found a bug of ours, by feed and clients. */
const remembered: Readonly<Record<Feed, Readonly<Record<Clients, readonly number[]>>>> = {
  inline: {
    // A hole in a log, records told twice, a replica cut inside a batch, two power cuts, an append that cannot be
    // taken back, a removed replica that was waited for, a stop during a slow sync,
    // what a refused append has left behind a log's end, a sync that ends with the machine.
    records: [105, 89, 182, 32, 275, 725, 754, 1033, 1052, 1536, 379, 3447],
    // A torn time index, partitions that a coordinator had read of and that were not committed, a coordinator that
    // read its log again and again without end, a transaction that began by a clock that was ahead.
    transactions: [66, 56, 132, 700038],
    // Whoever coordinates the group had a clock behind that of its predecessor.
    consumers: [14],
  },
  fetch: {
    // An exchanged disk, a stop that a kill overtakes, records that are told after they were cut, a producer whose
    // records are deleted before all replicas have them.
    records: [6, 37, 225, 3636],
    transactions: [],
    // A reassignment back to where the partition was, which never ended.
    consumers: [14, 44],
  },
}

/** The same, of clusters that have a topic that is compacted. */
const rememberedCompacted: Readonly<Record<Feed, readonly { seed: number; clients: Clients }[]>> = {
  inline: [],
  // A log that a power cut had left with a hole, and a torn piece of a batch behind it; epochs whose first records were
  // compacted, and that a recovery had begin later; an offset of a transaction on a disk that refuses.
  fetch: [
    { seed: 700168, clients: 'consumers' },
    { seed: 30235, clients: 'consumers' },
    { seed: 910016, clients: 'transactions' },
  ],
}

/** The same where one service hosts the cluster. */
const rememberedOfOneService = [
  // Leader epochs of before a cut, an empty disk that had refused a log at first.
  { feed: 'fetch', clients: 'transactions', seeds: [1135, 3066], isUnclean: false },
  // A log start that came with the word to truncate, and was not told again.
  { feed: 'fetch', clients: 'consumers', seeds: [70031], isUnclean: true },
] as const

/** Those that a few seeds find. */
const quicklyFound: Readonly<Record<string, { seed: number; feed: Feed; clients: Clients }>> = {
  'the high watermark does not wait for the ISR': { seed: 1, feed: 'inline', clients: 'records' },
  'a new follower truncates to its high watermark, not by epoch': {
    seed: 9,
    feed: 'fetch',
    clients: 'records',
  },
  'followers do not know the producers': { seed: 5, feed: 'fetch', clients: 'records' },
  'the metadata log is not synced': { seed: 1, feed: 'inline', clients: 'records' },
}

let load: (mutation?: Mutation) => Promise<{ simulate: typeof Simulate }>
let simulate: typeof Simulate
beforeAll(async () => {
  const { bundleSimulation } = await import(join(root, 'scripts/bundle-simulation.mjs'))
  load = (mutation) => bundleSimulation(root, 'test/sim/simulation.ts', mutation)
  simulate = (await load()).simulate
}, timeoutMs)

async function expectWell(
  seed: number,
  feed: Feed,
  clients: Clients,
  options: Pick<SimulationOptions, 'compacts' | 'isOneService' | 'isUnclean'>,
): Promise<void> {
  const brokers = seed % 10 === 0 ? 1 : 3
  const { violation, story } = await simulate({ seed, feed, clients, brokers, ...options })
  if (violation !== null)
    expect.fail(`seed ${seed}, feed ${feed}, clients ${clients}: ${violation}\n${story.join('\n')}`)
}

describe.each<Feed>(['inline', 'fetch'])('clusters whose followers are fed by %s', (feed) => {
  it('keep what they have promised, whatever goes wrong, and heal', { timeout: timeoutMs }, async () => {
    const endMs = performance.now() + budgetMs
    for (let seed = 1; seed <= seedsMax && (seed <= seedsMin || performance.now() < endMs); seed++)
      await expectWell(seed, feed, kinds[seed % kinds.length] as Clients, { isOneService: seed % 4 === 0 })
  })

  it('are well where they were not before', { timeout: timeoutMs }, async () => {
    // They were found before there was a topic that is compacted.
    for (const clients of kinds)
      for (const seed of remembered[feed][clients]) await expectWell(seed, feed, clients, { compacts: false })
    for (const { seed, clients } of rememberedCompacted[feed])
      await expectWell(seed, feed, clients, { compacts: true })
  })

  it('tell the same story for the same seed', { timeout: timeoutMs }, async () => {
    const options = { seed: 4, feed, clients: 'transactions', brokers: 3 } as const
    const one = await simulate(options)
    const other = await simulate(options)
    expect(one.story.length).toBeGreaterThan(100)
    expect(one).toEqual(other)
  })
})

describe('clusters of one service', () => {
  it('are well where they were not before', { timeout: timeoutMs }, async () => {
    for (const { feed, clients, seeds, isUnclean } of rememberedOfOneService)
      for (const seed of seeds) await expectWell(seed, feed, clients, { isOneService: true, isUnclean })
  })
})

describe('bugs that are put in on purpose', () => {
  it('change sources that there are', () => {
    const edits = mutations.flatMap((mutation) => mutation.edits)
    const lost = edits.filter(
      ({ file, from }) => readFileSync(join(root, file), 'utf8').split(from).length !== 2,
    )
    expect(lost).toEqual([])
  })

  it.each(Object.entries(quicklyFound))('are found: %s', { timeout: timeoutMs }, async (name, play) => {
    const mutation = mutations.find((each) => each.name === name)
    const { violation } = await (await load(mutation)).simulate({ ...play, brokers: 3 })
    expect(violation).not.toBeNull()
  })
})
