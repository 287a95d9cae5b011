// `npm run test:hostile -- --engine embedded|apache-kafka|both [filter …]`: the worst requests of each API in their long
// form, with a table of what they did to others. SLUICE_HOSTILE_SCALE says how long. With `--write`, and both engines,
// docs/hostile.md gets the table; then the form is that of `npm test`, for Apache Kafka takes minutes for it.
import { checkNode, ensureInstalled, repositoryRoot } from './prepare.mjs'

async function testHostile() {
  checkNode()
  await ensureInstalled()
  const { mkdtempSync, rmSync } = await import('node:fs')
  const { tmpdir } = await import('node:os')
  const { join } = await import('node:path')
  const { withSource } = await import('./import-source.mjs')
  const root = await repositoryRoot()
  const results = mkdtempSync(join(tmpdir(), 'sluice-hostile-'))
  const args = process.argv.slice(2)
  const isWritten = args.includes('--write')
  process.env.SLUICE_HOSTILE_SCALE ??= isWritten ? '1' : '5'
  process.env.SLUICE_HOSTILE_RESULTS = results
  try {
    process.exitCode = await withSource(join(root, 'test/oracle/run.ts'), ({ runContract }) =>
      runContract(args.filter((arg) => arg !== '--write')),
    )
    if (isWritten)
      await withSource(join(root, 'test/hostile/page.ts'), ({ writePage }) => writePage(results, root))
  } finally {
    rmSync(results, { recursive: true, force: true })
  }
}

testHostile().catch((error) => {
  console.error(error)
  process.exit(1)
})
