// `npm run sim -- --seed N [--seeds COUNT] [--jobs COUNT] [--feed inline|fetch] [--story]`: whole clusters on a simulated
// clock, disk and network, under faults that the seed picks. The same seed tells the same story.
// `npm run sim -- --mutations [--seeds COUNT]`: the same with bugs put in on purpose, until some seed finds each of them.
import { checkNode, ensureInstalled, repositoryRoot } from './prepare.mjs'

async function sim() {
  checkNode()
  await ensureInstalled()
  const root = await repositoryRoot()
  const { bundleFile, bundleSimulation } = await import('./bundle-simulation.mjs')
  const { runSimulations } = await bundleSimulation(root, 'test/sim/run.ts')
  const bundle = (mutation) => bundleFile(root, 'test/sim/player.ts', mutation)
  process.exitCode = await runSimulations(process.argv.slice(2), bundle)
}

sim().catch((error) => {
  console.error(error)
  process.exit(1)
})
