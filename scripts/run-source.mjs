import { checkNode, ensureInstalled, repositoryRoot } from './prepare.mjs'

/** Is the command that a TypeScript module of this repository exports as `name`: its arguments in, its exit code out. */
export function runSource(path, name) {
  run(path, name).catch((error) => {
    console.error(error)
    process.exit(1)
  })
}

async function run(path, name) {
  checkNode()
  await ensureInstalled()
  const { join } = await import('node:path')
  const { withSource } = await import('./import-source.mjs')
  process.exitCode = await withSource(join(await repositoryRoot(), path), ({ [name]: command }) =>
    command(process.argv.slice(2)),
  )
}
