import type { SimArguments } from './arguments.ts'
import { type Mutation, mutations } from './mutations.ts'
import { type MakeBundle, playAll } from './players.ts'
import type { Outcome, SimulationOptions } from './simulation.ts'

interface Finding {
  readonly play: SimulationOptions
  readonly violation: string
}

/** Plays until each of the bugs is found, and prints by whom. Gives the exit code. */
export async function findMutations(chosen: SimArguments, makeBundle: MakeBundle): Promise<number> {
  const wanted = mutations.filter(({ name }) => name.includes(chosen.only))
  if (wanted.length === 0) {
    console.error(`No bug has "${chosen.only}" in its name: ${mutations.map(({ name }) => name).join('; ')}`)
    return 2
  }
  let missed = 0
  for (const mutation of wanted) {
    const finding = await firstFinding(mutation, chosen, makeBundle)
    if (!finding) missed++
    const [what = ''] = (finding?.violation ?? '').split('\n')
    const by = finding
      ? `seed ${finding.play.seed}, ${finding.play.feed}, ${finding.play.clients}`
      : 'NOT FOUND'
    console.log(`| ${mutation.name} | ${by} | ${what.slice(0, 200)} |`)
  }
  return missed === 0 ? 0 : 1
}

/** The first seed that finds the bug, on any feed; null where none of so many does. */
async function firstFinding(
  mutation: Mutation,
  { seed: first, seeds, feeds, clients: kinds, brokers, jobs }: SimArguments,
  makeBundle: MakeBundle,
): Promise<Finding | null> {
  const plays = Array.from({ length: seeds }, (_, at) =>
    feeds.flatMap((feed) =>
      kinds.map((clients) => ({ seed: first + at, feed, clients, brokers, isOneService: at % 2 === 1 })),
    ),
  ).flat()
  const found = new Map<SimulationOptions, Outcome>()
  const bundle = await makeBundle(mutation)
  try {
    await playAll(bundle, jobs, plays, (play, outcome) => {
      if (outcome.violation !== null) found.set(play, outcome)
      return found.size > 0
    })
  } finally {
    await bundle.remove()
  }
  const play = plays.find((each) => found.has(each))
  return play ? { play, violation: found.get(play)?.violation ?? '' } : null
}
