// `npm run demo`: installs what only the demo needs into examples/demo, then runs it.
import { checkNode, ensureBuilt, ensureInstalled, npm, repositoryRoot } from './prepare.mjs'

const usage = `Usage: npm run demo -- [--rounds N]

A week of earthquakes goes through a cluster, and every record is checked.
  --rounds N  how often the week is sent (default 30)`

async function demo() {
  checkNode()
  if (process.argv.includes('--help') || process.argv.includes('-h')) return console.log(usage)
  await ensureInstalled()
  await ensureBuilt()
  const fs = await import('node:fs')
  const { join } = await import('node:path')
  const directory = join(await repositoryRoot(), 'examples', 'demo')
  const lock = fs.readFileSync(join(directory, 'package-lock.json'), 'utf8')
  const stamp = join(directory, 'node_modules', '.installed')
  if (!fs.existsSync(stamp) || fs.readFileSync(stamp, 'utf8') !== lock) {
    console.error('Installing the demo’s data set and Kafka clients into examples/demo …')
    await npm(['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], directory)
    fs.writeFileSync(stamp, lock)
  }
  const { runDemo } = await import('../examples/demo/demo.mjs')
  await runDemo(process.argv.slice(2))
}

demo().catch((error) => {
  console.error(`\nThe demo failed: ${error.stack ?? error}`)
  process.exit(1)
})
