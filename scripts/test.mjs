// `npm test`: installs what is missing, then types, lint, format and all tests. The last line is
// `N passed, N failed, N skipped`. With arguments (`npm test -- packages/wire`) only those tests run.
import { checkNode, ensureBuilt, ensureInstalled, repositoryRoot } from './prepare.mjs'

async function test() {
  checkNode()
  await ensureInstalled()
  const { spawnSync } = await import('node:child_process')
  const { join } = await import('node:path')
  const root = await repositoryRoot()
  const run = (command, args) => {
    const suffix = process.platform === 'win32' ? '.cmd' : ''
    const result = spawnSync(join(root, 'node_modules', '.bin', command + suffix), args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    })
    if (result.error) console.error(`${command}: ${result.error.message}`)
    return result.status === 0
  }
  const only = process.argv.slice(2)
  const checks =
    only.length > 0
      ? []
      : [
          { name: 'types', command: 'tsc', args: ['-b'] },
          { name: 'lint', command: 'oxlint', args: ['--type-aware', '--quiet'] },
          { name: 'format', command: 'biome', args: ['format'] },
        ]
  let broken = ''
  for (const { name, command, args } of checks) {
    const passed = run(command, args)
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${name}`)
    if (!passed) broken += ` ${name}`
  }
  // The tests of the command line run what is built.
  await ensureBuilt()
  const passed = run('vitest', ['run', ...only])
  if (broken) console.error(`Failed checks:${broken}. Their messages stand above the tests.`)
  process.exitCode = passed && !broken ? 0 : 1
}

test().catch((error) => {
  console.error(error)
  process.exit(1)
})
