// `npm run test:hostile -- --engine embedded|apache-kafka|both [filter …]`: the worst requests of each API in their long
// form, with a table of what they did to others. SLUICE_HOSTILE_SCALE says how long.
import { checkNode, ensureInstalled, repositoryRoot } from './prepare.mjs'

async function testHostile() {
  checkNode()
  await ensureInstalled()
  process.env.SLUICE_HOSTILE_SCALE ??= '5'
  const { join } = await import('node:path')
  const { withSource } = await import('./import-source.mjs')
  process.exitCode = await withSource(join(await repositoryRoot(), 'test/oracle/run.ts'), ({ runContract }) =>
    runContract(process.argv.slice(2)),
  )
}

testHostile().catch((error) => {
  console.error(error)
  process.exit(1)
})
