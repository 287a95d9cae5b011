import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Loads a module of the simulation with all that it imports from the sources, as one file: so it runs as fast as what is
 * built. `plugins` may change sources on their way.
 */
export async function bundleSimulation(root, entry, plugins = []) {
  const { build } = await import('esbuild')
  const directory = await mkdtemp(join(root, 'node_modules', '.cache', 'sim-'))
  const outfile = join(directory, 'sim.mjs')
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['sluice-source'],
      sourcemap: 'inline',
      logLevel: 'error',
      packages: 'bundle',
      plugins,
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    await rm(directory, { recursive: true })
  }
}
