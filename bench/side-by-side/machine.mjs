// What the figures were made on and with: no names of hosts, no paths.
import { execFileSync } from 'node:child_process'
import { readFileSync, statfsSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The magic numbers of statfs(2). */
const fileSystems = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlay'],
  [0x6969, 'nfs'],
  [0x2fc12fc1, 'zfs'],
  [0x1a, 'apfs'],
])

/** `directory`: where the brokers keep their data. */
export function machineShape(directory) {
  const isVirtual = /^flags\s*:.*\bhypervisor\b/m.test(readOr('/proc/cpuinfo'))
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    isVirtual,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${/^[\d.]+/.exec(release())?.[0] ?? release()}`,
    fileSystem: fileSystems.get(statfsSync(directory).type) ?? 'an unknown file system',
    loadBefore: loadavg()[0],
  }
}

/** Of the service: its version, and the commit where there is a repository. */
export function sluiceVersion() {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const { version } = JSON.parse(readFileSync(`${root}/packages/service/package.json`, 'utf8'))
  try {
    const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim()
    const changed = git('status', '--porcelain', '--', 'packages') ? ' with changes' : ''
    return `${version} (${git('rev-parse', '--short=9', 'HEAD')}${changed})`
  } catch {
    return version
  }
}

/** Ticks of all cores since the start of the machine: all of them, those without work, and those that other machines took (proc(5)). */
export function cpuTicks() {
  const ticks = /^cpu +(.*)$/m.exec(readOr('/proc/stat'))?.[1]?.split(' ').map(Number)
  return (
    ticks && {
      all: ticks.slice(0, 8).reduce((sum, value) => sum + value, 0),
      idle: ticks[3],
      stolen: ticks[7],
    }
  )
}

/** The share of the cores' time that a hypervisor gave to others between two readings; undefined where nobody counts. */
export function stolenShare(before, after) {
  return before && after && (after.stolen - before.stolen) / (after.all - before.all)
}

function readOr(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
