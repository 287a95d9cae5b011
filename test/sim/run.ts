import { simArguments } from './arguments.ts'
import { simulate } from './simulation.ts'

/** `npm run sim`. Gives the exit code. */
export async function runSimulations(args: readonly string[]): Promise<number> {
  const chosen = simArguments(args)
  if (!chosen) return 2
  const { seed: first, seeds, feeds, brokers, story } = chosen
  let failed = 0
  for (const feed of feeds) {
    const began = process.cpuUsage()
    let promises = 0
    for (let seed = first; seed < first + seeds; seed++) {
      const outcome = await simulate({ seed, feed, brokers: brokers })
      promises += outcome.promises
      if (outcome.violation === null && !story) continue
      console.log(`seed ${seed}, feed ${feed}\n${outcome.story.join('\n')}\n`)
      if (outcome.violation === null) continue
      failed++
      console.log(`seed ${seed}, feed ${feed}: ${outcome.violation}\n`)
    }
    const { user, system } = process.cpuUsage(began)
    console.log(
      `${seeds} seeds, feed ${feed}: ${failed} failed; ${promises} records promised; ${((user + system) / 1000 / seeds).toFixed(0)} ms of work a seed`,
    )
  }
  return failed === 0 ? 0 : 1
}
