// What every script needs first: a Node that is new enough, the packages of the lock file, a fresh build.
// No dependency, and nothing but dynamic imports, so that an old Node reaches the message instead of a
// syntax or link error.

const nodeWanted = [20, 19]

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > nodeWanted[0] || (major === nodeWanted[0] && minor >= nodeWanted[1])) return
  fail(
    `Sluice needs Node ${nodeWanted.join('.')} or newer; this is Node ${process.versions.node} (${process.execPath}).`,
    'Its sources and libraries use what older versions do not have.',
    'Install a current LTS release of Node, then run the same command again.',
  )
}

/** Every message has the same three parts: what failed, why, what to do next. */
export function fail(what, why, next) {
  process.stderr.write(`\n  ${what}\n  Why:  ${why}\n  Next: ${next}\n\n`)
  process.exit(1)
}

export async function repositoryRoot() {
  const { fileURLToPath } = await import('node:url')
  return fileURLToPath(new URL('..', import.meta.url))
}

/** Installs the packages when the lock file has changed since the last install in this checkout. */
export async function ensureInstalled() {
  const fs = await import('node:fs')
  const { join } = await import('node:path')
  const root = await repositoryRoot()
  const stamp = join(root, 'node_modules', '.sluice-installed')
  const wanted = await digestOfFiles([join(root, 'package-lock.json')])
  const last = readOr(fs, stamp)
  if (last === wanted) return
  if (!installedByHand(fs, join, root)) {
    process.stderr.write(`Installing packages${last === undefined ? '' : ' (the lock file has changed)'} …\n`)
    await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], root)
  }
  fs.writeFileSync(stamp, wanted)
}

/** An `npm ci` without this script leaves npm's own record: it counts when every version is the lock's. */
function installedByHand(fs, join, root) {
  const record = readOr(fs, join(root, 'node_modules', '.package-lock.json'))
  if (record === undefined) return false
  const installed = JSON.parse(record).packages
  const locked = JSON.parse(fs.readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(locked).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true
    const present = installed[path]
    // Packages for other platforms stay away.
    return present ? present.version === entry.version : entry.optional === true
  })
}

/** Builds the service when a source, a dependency or the build itself has changed since the last build. */
export async function ensureBuilt({ always = false } = {}) {
  const fs = await import('node:fs')
  const { join } = await import('node:path')
  const root = await repositoryRoot()
  const stamp = join(root, 'packages', 'service', 'dist', 'bundle', '.built')
  const wanted = await digestOfSources()
  if (!always) {
    const last = readOr(fs, stamp)
    if (last === wanted) return
    process.stderr.write(`Building${last === undefined ? '' : ' (sources have changed)'} …\n`)
  }
  const { bundleAll } = await import('./bundle.mjs')
  try {
    await bundleAll()
  } catch (error) {
    fail('The build failed.', error.message, 'Correct what it names and run the same command again.')
  }
  fs.writeFileSync(stamp, wanted)
}

/** Names, sizes and times of everything that goes into the build; no content is read. */
async function digestOfSources() {
  const fs = await import('node:fs')
  const { join } = await import('node:path')
  const { createHash } = await import('node:crypto')
  const root = await repositoryRoot()
  const hash = createHash('sha256').update(process.versions.node)
  const add = (path) => {
    const stat = fs.statSync(path)
    hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`)
  }
  const walk = (directory) => {
    for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (!entry.name.endsWith('.test.ts')) add(path)
    }
  }
  for (const name of [
    'package-lock.json',
    'scripts/bundle.mjs',
    'scripts/bundle-loader.cjs',
    'bench/engine.mjs',
  ])
    add(join(root, name))
  for (const name of fs.readdirSync(join(root, 'packages'))) {
    add(join(root, 'packages', name, 'package.json'))
    walk(join(root, 'packages', name, 'src'))
  }
  return hash.digest('hex')
}

async function digestOfFiles(paths) {
  const fs = await import('node:fs')
  const { createHash } = await import('node:crypto')
  // The platform counts: native packages of another one would not load.
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  for (const path of paths) hash.update(fs.readFileSync(path))
  return hash.digest('hex')
}

function readOr(fs, path) {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Runs npm: the one that runs this script, where there is one. */
export async function npm(args, cwd) {
  const { spawnSync } = await import('node:child_process')
  const own = process.env.npm_execpath
  const result = own
    ? spawnSync(process.execPath, [own, ...args], { cwd, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (result.status === 0) return
  fail(
    `npm ${args[0]} failed.`,
    result.error
      ? `${result.error.message} (${result.error.code})`
      : `npm ended with ${result.status ?? result.signal}; its own messages stand above.`,
    'Check the connection to your npm registry and the free disk space, then run the same command again.',
  )
}
