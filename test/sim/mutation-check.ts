import { simArguments } from './arguments.ts'
import { type Mutation, mutations } from './mutations.ts'
import type { Feed, simulate as Simulate } from './simulation.ts'

type Load = (mutation: Mutation) => Promise<{ readonly simulate: typeof Simulate }>

interface Finding {
  readonly seed: number
  readonly feed: Feed
  readonly violation: string
}

/** The first seed that finds the bug, on either feed; null where none of so many does. */
async function firstFinding(mutation: Mutation, load: Load, seeds: number): Promise<Finding | null> {
  const { simulate } = await load(mutation)
  for (let seed = 1; seed <= seeds; seed++)
    for (const feed of ['inline', 'fetch'] as const) {
      const { violation } = await simulate({ seed, feed, brokers: 3 })
      if (violation !== null) return { seed, feed, violation }
    }
  return null
}

/** Plays until each of the bugs is found, and prints by whom. Gives the exit code. */
export async function findMutations(load: Load, args: readonly string[]): Promise<number> {
  const chosen = simArguments(args)
  if (!chosen) return 2
  const wanted = mutations.filter(({ name }) => name.includes(chosen.only))
  if (wanted.length === 0) {
    console.error(`No bug has "${chosen.only}" in its name: ${mutations.map(({ name }) => name).join('; ')}`)
    return 2
  }
  let missed = 0
  for (const mutation of wanted) {
    const finding = await firstFinding(mutation, load, chosen.seeds)
    if (!finding) missed++
    const [what = ''] = (finding?.violation ?? '').split('\n')
    const by = finding ? `seed ${finding.seed}, ${finding.feed}` : 'NOT FOUND'
    console.log(`| ${mutation.name} | ${by} | ${what.slice(0, 200)} |`)
  }
  return missed === 0 ? 0 : 1
}
