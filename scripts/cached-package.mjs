// A package of npm that only comparisons and interop tests have: fetched into the cache when it is first asked for, without its
// install scripts.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export function cacheDirectory(...parts) {
  return join(process.env.SLUICE_CACHE_DIR ?? join(homedir(), '.cache', 'sluice'), ...parts)
}

/** Where it is. Throws what npm says where it cannot be had. */
export function cachedPackage(name, version) {
  const prefix = cacheDirectory('npm', `${name}-${version}`)
  const path = join(prefix, 'node_modules', name)
  if (!existsSync(path)) {
    mkdirSync(prefix, { recursive: true })
    const flags = ['--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save']
    execFileSync('npm', ['install', ...flags, `${name}@${version}`], { cwd: prefix, stdio: 'pipe' })
  }
  return path
}
