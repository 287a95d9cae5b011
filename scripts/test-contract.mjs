// `npm run test:contract -- --engine embedded|apache-kafka|both [--brokers 3] [filter …]`: the contract tests on our engine, on
// Apache Kafka, or on both with a comparison of their answers. test/oracle/run.ts does it; this loads it.
import { checkNode, ensureInstalled, repositoryRoot } from './prepare.mjs'

async function testContract() {
  checkNode()
  await ensureInstalled()
  const { join } = await import('node:path')
  const { withSource } = await import('./import-source.mjs')
  process.exitCode = await withSource(join(await repositoryRoot(), 'test/oracle/run.ts'), ({ runContract }) =>
    runContract(process.argv.slice(2)),
  )
}

testContract().catch((error) => {
  console.error(error)
  process.exit(1)
})
