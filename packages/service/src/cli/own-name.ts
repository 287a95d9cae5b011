import { delimiter, dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where a command that is printed will be typed. */
export interface Surroundings {
  directory: string
  /** The variable PATH. */
  path: string
  /** The committed launcher of this package. */
  launcher: string
  exists: (path: string) => boolean
}

/** How this program is called from here. `npx` with no package of ours around would ask the registry for one. */
export function ownName({ directory, path, launcher, exists }: Surroundings): string {
  for (let at = directory; ; at = dirname(at)) {
    if (exists(join(at, 'node_modules', '.bin', 'sluice'))) return 'npx sluice'
    if (at === dirname(at)) break
  }
  // Where npx has fetched the package itself, it does so again.
  if (launcher.includes(`${sep}_npx${sep}`)) return 'npx sluice'
  const isInstalled = path.split(delimiter).some((place) => place !== '' && exists(join(place, 'sluice')))
  return isInstalled ? 'sluice' : `node ${shellWord(shortPath(launcher))}`
}

/** The committed launcher, from the bundle (dist/bundle/…) as from the sources. */
export function launcher(): string {
  const [packageRoot] = fileURLToPath(import.meta.url).split(/[\\/](?:dist[\\/]bundle|src[\\/]cli)[\\/]/)
  return join(packageRoot ?? '', 'bin', 'sluice.mjs')
}

/** Relative to where the user is, if that is shorter to read. */
export function shortPath(path: string): string {
  const from = relative(process.cwd(), path)
  if (from === '') return '.'
  return from.startsWith('..') ? path : `./${from}`
}

/** Quoted where a shell would read it as something else. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
