import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Loads a module of the simulation with all that it imports from the sources, as one file: so it runs as fast as what is
 * built. A mutation changes sources on their way.
 */
export async function bundleSimulation(root, entry, mutation) {
  const bundle = await bundleFile(root, entry, mutation)
  try {
    return await import(pathToFileURL(bundle.file).href)
  } finally {
    await bundle.remove()
  }
}

/** The same as a file, for threads that run it; it is there until it is removed. */
export async function bundleFile(root, entry, mutation = { edits: [] }) {
  const { build } = await import('esbuild')
  const cache = join(root, 'node_modules', '.cache')
  await mkdir(cache, { recursive: true })
  const directory = await mkdtemp(join(cache, 'sim-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  const file = join(directory, 'sim.mjs')
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['sluice-source'],
      sourcemap: 'inline',
      logLevel: 'error',
      plugins: [await mutating(root, mutation)],
    })
    return { file, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Fails where a text that is to be changed does not stand there exactly once. */
async function mutating(root, { name, edits }) {
  const texts = new Map()
  for (const { file, from, to } of edits) {
    const path = join(root, file)
    const text = texts.get(path) ?? (await readFile(path, 'utf8'))
    if (text.split(from).length !== 2) throw new Error(`'${name}': ${file} has not once: ${from}`)
    texts.set(
      path,
      text.replace(from, () => to),
    )
  }
  return {
    name: 'mutation',
    setup: ({ onLoad }) =>
      void onLoad({ filter: /\.ts$/ }, ({ path }) =>
        texts.has(path) ? { contents: texts.get(path), loader: 'ts' } : undefined,
      ),
  }
}
