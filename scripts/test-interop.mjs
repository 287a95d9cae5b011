// `npm run test:interop [filter …]`: Apache Kafka beside our nodes and on their directories, and Kafka Streams, for which Java
// is needed (Streams: one that compiles), and Maven or SLUICE_KAFKA_HOME (without them these tests are skipped); Terraform, where it
// is installed; and the package on other releases of Node.
import { checkNode, ensureBuilt, ensureInstalled, repositoryRoot } from './prepare.mjs'

async function testInterop() {
  checkNode()
  await ensureInstalled()
  await ensureBuilt()
  const { spawnSync } = await import('node:child_process')
  const { join } = await import('node:path')
  const root = await repositoryRoot()
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const filters = process.argv.slice(2).map((name) => `test/interop/${name}`)
  const files = filters.length > 0 ? filters : ['test/interop']
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...files], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, SLUICE_INTEROP: '1' },
  })
  process.exitCode = status ?? 1
}

testInterop().catch((error) => {
  console.error(error)
  process.exit(1)
})
