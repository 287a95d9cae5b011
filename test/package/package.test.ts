import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../source-tree.ts'
import { commandsOf, writeFilesOf } from './cookbook.ts'
import { firstUses, Project, Tarball } from './installed.ts'

// The package as people get it, in a project that has nothing else.

const tarballBytesMax = 2_400_000
/** Of all that a browser gets, uncompressed: streams are 55 KB of it, queues and channels 20, clusters 13. */
const consoleBytesMax = 90_000

const tarballs = new Tarball()
let tarball: string
let project: Project

beforeAll(async () => {
  tarball = await tarballs.make()
  project = new Project(tarball)
}, 240_000)

afterAll(() => {
  project?.close()
  tarballs.remove()
})

const installed = (path = '') => join(project.directory, 'node_modules/sluice', path)
const files = () =>
  readdirSync(installed(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed().length))
const manifest = () => JSON.parse(readFileSync(installed('package.json'), 'utf8'))

describe('the package', { timeout: 200_000 }, () => {
  it('depends on one codec in JavaScript, and on native ones, which are optional', () => {
    expect(Object.keys(manifest().dependencies)).toEqual(['fzstd'])
    expect(Object.keys(manifest().optionalDependencies)).toHaveLength(4)
    expect(
      readdirSync(join(project.directory, 'node_modules')).filter((name) => !name.startsWith('.')),
    ).toEqual(['fzstd', 'sluice'])
  })

  it('has no script, no test, nothing of the workspace and no place of this machine', () => {
    expect(manifest().scripts).toBeUndefined()
    expect(files().filter((path) => /\.test\.|\.map$|\.cache$|\/src\//.test(path))).toEqual([])
    for (const path of files().filter((name) => /\.([cm]?js|d\.ts|json)$/.test(name))) {
      const text = readFileSync(installed(path), 'utf8')
      expect(text.match(/\b(from|require\(|import\() ?['"]@sluice\/[^'"]*/)?.[0], path).toBeUndefined()
      expect(text.includes(root.replace(/\/$/, '')), path).toBe(false)
    }
  })

  it('loads nothing that is not in it, of Node, or declared', () => {
    const declared = new Set([
      ...builtinModules,
      ...Object.keys({ ...manifest().dependencies, ...manifest().optionalDependencies }),
      'vitest',
      // A command that the screen advises.
      'kafkajs',
    ])
    const loads = /\b(?:require|import)\(["']([^"'.][^"']*)["']\)|^import .* from '([^'.][^']*)'/gm
    const stray = files()
      .filter((path) => /\.[cm]?js$/.test(path))
      .flatMap((path) => [...readFileSync(installed(path), 'utf8').replaceAll('\\\n', '').matchAll(loads)])
      .map(([, loaded, imported]) => loaded ?? imported ?? '')
      .filter((name) => !name.startsWith('node:') && !name.startsWith('sluice/') && !declared.has(name))
    expect([...new Set(stray)]).toEqual([])
  })

  it('stays small', () => {
    expect(statSync(tarball).size).toBeLessThan(tarballBytesMax)
  })

  it('has the console, which is there at once', () => {
    const names = ['console.css', 'console.js', 'icon.svg', 'index.html']
    expect(readdirSync(installed('dist/bundle/console')).toSorted()).toEqual(names)
    const sizes = names.map((name) => statSync(installed(`dist/bundle/console/${name}`)).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(consoleBytesMax)
  })

  it('is as large as the README says', () => {
    const path = join(root, 'README.md')
    const text = readFileSync(path, 'utf8')
    const block = /<!-- begin package -->\n([^]*?)<!-- end package -->/
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
    const unpacked = files().reduce((sum, file) => sum + statSync(installed(file)).size, 0)
    const figures = [megabytes(statSync(tarball).size), megabytes(unpacked), String(files().length)]
    const table = [
      '| Tarball | Unpacked | Files | Dependencies | Optional ones | Install scripts |',
      '|---|---|---|---|---|---|',
      `| ${figures[0]} MB | ${figures[1]} MB | ${figures[2]} | 1 | 4 | none |`,
      '',
    ].join('\n')
    if (process.env['UPDATE_README'] === '1') {
      writeFileSync(path, text.replace(block, `<!-- begin package -->\n${table}<!-- end package -->`))
      return
    }
    const said = [...(block.exec(text)?.[1] ?? '').matchAll(/[\d.]+/g)].map(Number)
    // A page that changes with every commit would be no page.
    for (const [at, figure] of figures.entries())
      expect(
        Math.abs(Number(figure) / (said[at] ?? 0) - 1),
        `${figure}: UPDATE_README=1 writes it`,
      ).toBeLessThan(0.15)
  })

  it('names the licences of what its bundles hold', () => {
    const licenses = readFileSync(installed('THIRD-PARTY-LICENSES.txt'), 'utf8')
    for (const name of ['commander', 'picocolors', '@peculiar/x509']) expect(licenses).toContain(`${name} `)
    expect(licenses).not.toContain('no file with its licence')
  })

  it('is as registries and bundlers want it', () => {
    const publint = join(root, 'node_modules/publint/src/cli.js')
    const { status, stdout } = spawnSync(process.execPath, [publint, 'run', installed(), '--strict'], {
      encoding: 'utf8',
    })
    expect(status, stdout).toBe(0)
  })

  it.each(Object.entries(firstUses))('gives a server to %s', (name, text) => {
    project.write(name, text)
    expect(project.run(process.execPath, [name])).toMatchObject({ status: 0, stdout: 'true\n', stderr: '' })
  })

  it.each([
    ['first.mts', "import { KafkaServer } from 'sluice/testing'"],
    ['first.cts', "import { KafkaServer } from 'sluice/testing'"],
  ])('has types for %s', (name, load) => {
    project.write(
      name,
      `${load}
export async function use(): Promise<string> {
  await using kafka: KafkaServer = await KafkaServer.start({ brokers: 3, topics: { orders: { partitions: 2 } } })
  const { brokers } = kafka.clientConfig('kafkajs')
  // @ts-expect-error there is no such client
  kafka.clientConfig('other')
  return brokers.join()
}
`,
    )
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--lib',
      'es2023,esnext.disposable',
    ]
    const { status, stdout } = project.run(process.execPath, [tsc, ...flags, '--types', '', name])
    expect(status, stdout).toBe(0)
  })

  it('has types where TypeScript does not read its exports', () => {
    const { exports, typesVersions } = manifest()
    const { './package.json': _, ...entries } = exports as Record<string, { types: string }>
    const byName = Object.entries(entries).map(([name, { types }]) => [name.slice(2), [types]])
    expect(typesVersions).toEqual({ '*': Object.fromEntries(byName) })
  })

  it('is the service', () => {
    const sluice = (...words: string[]) =>
      project.run(process.execPath, [installed('bin/sluice.mjs'), ...words, '--data-dir', 'data'])
    const started = sluice('start', '--detach', '--api-port', '0', '--kafka-port', '0', '-o', 'json')
    try {
      expect(started.status, started.stderr).toBe(0)
      const status = JSON.parse(sluice('status', '-o', 'json').stdout)
      expect(status).toMatchObject({ running: true })
      const page = project.run(process.execPath, [
        '-e',
        `fetch('${status.console}console.js').then((answer) => console.log(answer.status))`,
      ])
      expect(page.stdout).toBe('200\n')
      expect(sluice('console').stdout).toMatch(new RegExp(`^${status.console}#ticket=\\S{27}\\n$`))
    } finally {
      expect(sluice('stop').status).toBe(0)
    }
    expect(existsSync(join(project.directory, 'node_modules/.bin/sluice'))).toBe(true)
  })
})

// Those that need what this checkout does not install are in test/interop/cookbook.test.ts.
describe('the cookbook', { timeout: 200_000 }, () => {
  beforeAll(() => project.link('kafkajs', 'vitest'))

  it.each([
    ['kafkajs.md', ['orders.mjs']],
    ['node-test.md', ['--test', 'orders.test.mjs']],
    ['testcontainers.md', ['--test', 'orders.test.mjs']],
    ['vitest.md', [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--no-cache']],
  ])('works as %s has it', (page, args) => {
    const folder = project.folder(page)
    writeFilesOf(page, folder)
    const { status, stdout, stderr } = folder.run(process.execPath, args)
    expect(status, stdout + stderr).toBe(0)
    expect(stderr).not.toMatch(/Warning/)
  })

  it('begins as the README has it', () => {
    const [, code = ''] = /^```js\n([^]*?)^```$/m.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
    const folder = project.folder('readme')
    folder.write('first.mjs', code)
    const { status, stdout, stderr } = folder.run(process.execPath, ['first.mjs'])
    expect(code).toContain('KafkaServer.start')
    expect(status, stdout + stderr).toBe(0)
    expect(stderr).not.toContain('SLUICE_')
  })

  it('keeps nothing of servers that are stopped, whatever they have loaded', () => {
    const folder = project.folder('kept')
    folder.write(
      'kept.cjs',
      `const { KafkaServer } = require('sluice/testing')
const heapAfter = async (servers) => {
  for (let n = 0; n < servers; n++) await (await KafkaServer.start({ msk: true, auth: 'mtls' })).stop()
  global.gc()
  return process.memoryUsage().heapUsed
}
heapAfter(3).then(async (before) => console.log(((await heapAfter(6)) - before) / 1e6))
`,
    )
    const { stdout, stderr } = folder.run(process.execPath, ['--expose-gc', 'kept.cjs'])
    // A second copy of what is loaded for them takes more than one megabyte.
    expect(Number.parseFloat(stdout), stderr).toBeLessThan(3)
  })

  it('works as msk.md has it', () => {
    project.link('@aws-sdk/client-kafka')
    const folder = project.folder('msk.md')
    writeFilesOf('msk.md', folder)
    const { status, stdout, stderr } = folder.run(process.execPath, ['--test', 'bootstrap.test.mjs'])
    expect(status, stdout + stderr).toBe(0)
  })

  it('works as ci.md has it', () => {
    const folder = project.folder('ci.md')
    writeFilesOf('ci.md', folder)
    const { status, stdout, stderr } = folder.run('bash', ['-euc', commandsOf('ci.md')])
    expect(status, stdout + stderr).toBe(0)
  })
  it('lets many files share a server, as vitest.md has it, on four workers', () => {
    const folder = project.folder('shared')
    const config = "{ globalSetup: 'sluice/testing/global', maxWorkers: 4 }"
    folder.write('vitest.config.mjs', `export default { test: ${config} }`)
    for (let n = 0; n < 8; n++)
      folder.write(
        `orders-${n}.test.mjs`,
        `import { expect, test } from 'vitest'
import { sharedServer } from 'sluice/testing'

const kafka = sharedServer()
test.for([1, 2, 3, 4, 5])('is the only one that makes orders-%i', async (partitions) => {
  await kafka.createTopics({ ['orders-' + partitions]: partitions })
  expect(sharedServer().topic('orders')).toBe(kafka.topic('orders'))
})
`,
      )
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const { status, stdout, stderr } = folder.run(process.execPath, [vitest, 'run', '--no-cache'])
    expect(status, stdout + stderr).toBe(0)
    expect(stdout).toMatch(/40 passed/)
  })
})
