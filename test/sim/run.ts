import { parseArgs } from 'node:util'
import { type Feed, simulate } from './simulation.ts'

/** `npm run sim`. Gives the exit code. */
export async function runSimulations(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      feed: { type: 'string' },
      brokers: { type: 'string', default: '3' },
      story: { type: 'boolean', default: false },
    },
  })
  const first = Number(values.seed)
  const feeds: Feed[] =
    values.feed === 'inline' || values.feed === 'fetch' ? [values.feed] : ['inline', 'fetch']
  let failed = 0
  for (const feed of feeds) {
    const began = process.cpuUsage()
    let promises = 0
    for (let seed = first; seed < first + Number(values.seeds); seed++) {
      const outcome = await simulate({ seed, feed, brokers: Number(values.brokers) })
      promises += outcome.promises
      if (outcome.violation === null && !values.story) continue
      console.log(`seed ${seed}, feed ${feed}\n${outcome.story.join('\n')}\n`)
      if (outcome.violation === null) continue
      failed++
      console.log(`seed ${seed}, feed ${feed}: ${outcome.violation}\n`)
    }
    const { user, system } = process.cpuUsage(began)
    console.log(
      `${values.seeds} seeds, feed ${feed}: ${failed} failed; ${promises} records promised; ${((user + system) / 1000 / Number(values.seeds)).toFixed(0)} ms of work a seed`,
    )
  }
  return failed === 0 ? 0 : 1
}
