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
          ['types', 'tsc', ['-b']],
          ['lint', 'oxlint', ['--type-aware', '--quiet']],
          ['format', 'biome', ['format']],
        ]
  const broken = checks.filter(([name, command, args]) => {
    const passed = run(command, args)
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${name}`)
    return !passed
  })
  // The tests of the command line run what is built.
  await ensureBuilt()
  const passed = run('vitest', ['run', ...only])
  for (const [name] of broken)
    console.error(`The check "${name}" failed; its messages stand above the tests.`)
  process.exitCode = passed && broken.length === 0 ? 0 : 1
}

test()
