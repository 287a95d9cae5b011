import { type SimArguments, simArguments } from './arguments.ts'
import { findMutations } from './mutation-check.ts'
import { type Bundle, type MakeBundle, playAll } from './players.ts'
import type { Clients, Feed } from './simulation.ts'

/** `npm run sim`. Gives the exit code. */
export async function runSimulations(args: readonly string[], makeBundle: MakeBundle): Promise<number> {
  const chosen = simArguments(args)
  if (!chosen) return 2
  if (chosen.mutations) return findMutations(chosen, makeBundle)
  const bundle = await makeBundle()
  try {
    let failed = 0
    for (const clients of chosen.clients)
      for (const feed of chosen.feeds) failed += await runSeeds(chosen, { feed, clients }, bundle)
    return failed === 0 ? 0 : 1
  } finally {
    await bundle.remove()
  }
}

/** Gives how many seeds have failed. */
async function runSeeds(
  chosen: SimArguments,
  { feed, clients }: { feed: Feed; clients: Clients },
  bundle: Bundle,
): Promise<number> {
  const { seed: first, seeds, brokers, jobs, story, isOneService, isUnclean } = chosen
  const plays = Array.from({ length: seeds }, (_, at) => ({
    seed: first + at,
    feed,
    clients,
    brokers,
    isOneService,
    isUnclean,
  }))
  const began = process.cpuUsage()
  let failed = 0
  let promises = 0
  await playAll(bundle, Math.min(jobs, seeds), plays, ({ seed }, outcome) => {
    promises += outcome.promises
    if (outcome.violation === null && !story) return false
    console.log(`seed ${seed}, feed ${feed}, clients ${clients}\n${outcome.story.join('\n')}\n`)
    if (outcome.violation === null) return false
    failed++
    console.log(`seed ${seed}, feed ${feed}, clients ${clients}: ${outcome.violation}\n`)
    return false
  })
  const { user, system } = process.cpuUsage(began)
  const workMs = ((user + system) / 1000 / seeds).toFixed(0)
  console.log(
    `${seeds} seeds, feed ${feed}, clients ${clients}: ${failed} failed; ${promises} records promised; ${workMs} ms of work a seed`,
  )
  return failed
}
