// `npm run chaos -- [--hosting inline] [--seconds N] [--kills N] [--seed N]`: a cluster under load while its processes are
// killed and stopped, and an account of every record. test/chaos/run.ts does it; this loads it.
import { checkNode, ensureInstalled, repositoryRoot } from './prepare.mjs'

async function chaos() {
  checkNode()
  await ensureInstalled()
  const { join } = await import('node:path')
  const { withSource } = await import('./import-source.mjs')
  process.exitCode = await withSource(join(await repositoryRoot(), 'test/chaos/run.ts'), ({ runChaos }) =>
    runChaos(process.argv.slice(2)),
  )
}

chaos().catch((error) => {
  console.error(error)
  process.exit(1)
})
