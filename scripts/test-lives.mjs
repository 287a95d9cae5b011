// `npm run test:lives -- --engine apache-kafka [--version 3.9.x.kraft]`, or `--engine embedded --hosting process`: the life of a cluster of several brokers by
// the MSK API, with a timeline. test/lives/run.ts does it; this loads it.
import { checkNode, ensureInstalled, repositoryRoot } from './prepare.mjs'

async function testLives() {
  checkNode()
  await ensureInstalled()
  const { join } = await import('node:path')
  const { withSource } = await import('./import-source.mjs')
  process.exitCode = await withSource(join(await repositoryRoot(), 'test/lives/run.ts'), ({ runLives }) =>
    runLives(process.argv.slice(2)),
  )
}

testLives().catch((error) => {
  console.error(error)
  process.exit(1)
})
