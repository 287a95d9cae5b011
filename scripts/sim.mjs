// `npm run sim -- --seed N [--seeds COUNT] [--feed inline|fetch] [--story]`: whole clusters on a simulated clock, disk and
// network, under faults that the seed picks. The same seed tells the same story.
// `npm run sim -- --mutations [--seeds COUNT]`: the same with bugs put in on purpose, until some seed finds each of them.
import { checkNode, ensureInstalled, repositoryRoot } from './prepare.mjs'

async function sim() {
  checkNode()
  await ensureInstalled()
  const root = await repositoryRoot()
  const { bundleSimulation } = await import('./bundle-simulation.mjs')
  const args = process.argv.slice(2)
  if (args.includes('--mutations')) {
    const { findMutations } = await bundleSimulation(root, 'test/sim/mutation-check.ts')
    const load = (mutation) => bundleSimulation(root, 'test/sim/simulation.ts', mutation)
    process.exitCode = await findMutations(load, args)
  } else {
    const { runSimulations } = await bundleSimulation(root, 'test/sim/run.ts')
    process.exitCode = await runSimulations(args)
  }
}

sim().catch((error) => {
  console.error(error)
  process.exit(1)
})
