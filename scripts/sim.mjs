// `npm run sim -- --seed N [--seeds COUNT] [--feed inline|fetch]`: whole clusters on a simulated clock, disk and network,
// under faults that the seed picks. The same seed tells the same story.
import { checkNode, ensureInstalled, repositoryRoot } from './prepare.mjs'

async function sim() {
  checkNode()
  await ensureInstalled()
  const { join } = await import('node:path')
  const { bundleSimulation } = await import('./bundle-simulation.mjs')
  const { runSimulations } = await bundleSimulation(await repositoryRoot(), join('test', 'sim', 'run.ts'))
  process.exitCode = await runSimulations(process.argv.slice(2))
}

sim().catch((error) => {
  console.error(error)
  process.exit(1)
})
