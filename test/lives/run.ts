import { ensureBuilt } from '../cli/sluice.ts'
import { Life } from './life.ts'
import { Timeline } from './timeline.ts'

// `npm run test:lives -- --engine apache-kafka [--version 3.9.x.kraft]`, or `--engine embedded --hosting process`: the life of a cluster of several brokers,
// from its making to its end, by calls of the MSK API alone, with real clients at work. It stops at the first thing
// that is not as it should be.

const usage = `Usage: npm run test:lives -- [--engine apache-kafka|embedded] [--hosting inline|process] [--version NAME]
  --hosting   of the embedded engine. Default: inline
  --version   MSK's name of the version to begin with. Default: 3.9.x.kraft, which is rolled to 4.4.x.kraft`

export async function runLives(args: readonly string[]): Promise<number> {
  const options: Record<string, string> = { engine: 'apache-kafka', hosting: '', version: '3.9.x.kraft' }
  for (let at = 0; at < args.length; at += 2) {
    const name = (args[at] ?? '').replace(/^--/, '')
    const value = args[at + 1]
    if (!(name in options) || value === undefined) {
      console.error(usage)
      return 2
    }
    options[name] = value
  }
  // Six brokers and three controllers on one machine.
  process.env.SLUICE_KAFKA_HEAP_OPTS ??= '-Xms128m -Xmx512m'
  await ensureBuilt()
  const timeline = new Timeline((line) => console.log(line))
  const { engine = '', version = '', hosting } = options
  const life = new Life({ engine, kafkaVersion: version, ...(hosting && { hosting }) }, timeline)
  const interrupted = () => void life.end().finally(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted)
  try {
    await life.live()
    timeline.note('All of it went as it should.')
    return 0
  } catch (error) {
    timeline.note(`FAILED: ${error instanceof Error ? error.stack : String(error)}`)
    return 1
  } finally {
    await life.end()
  }
}
