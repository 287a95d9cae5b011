// `npm run pack`: the package that is published, as dist/sluice-VERSION.tgz. Of the workspace it has the bundles and no
// package: what these do not hold are the codecs, of which the native ones are optional. Prints the tarball's path.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { checkNode, ensureBuilt, ensureInstalled, npm } from './prepare.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What an import of each name gets. */
const library = {
  './testing': { types: './dist/testing/index.d.ts', default: './dist/testing/testing.js' },
  './testing/global': entry('global.d.ts', 'global.js'),
  './testing/global-teardown': entry('global-teardown.d.ts', 'global-teardown.js'),
  './vitest': entry('vitest.d.mts', 'vitest.mjs'),
  './jest': entry('jest.d.ts', 'jest.js'),
}

function entry(types, file) {
  const at = './dist/testing/entries/'
  return { types: at + types, default: at + file }
}

const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** Gives the tarball's path; what it is made of stands beside it. */
export async function pack(dist = join(root, 'dist')) {
  checkNode()
  await ensureInstalled()
  await ensureBuilt()
  await emitTypes()
  const target = join(dist, 'package')
  rmSync(target, { recursive: true, force: true })
  const testing = join(target, 'dist/testing')
  mkdirSync(testing, { recursive: true })
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) cpSync(join(root, name), join(target, name))
  cpSync(join(root, 'packages/service/bin'), join(target, 'bin'), { recursive: true })
  await copyPrograms(join(root, 'packages/service/dist/bundle'), join(target, 'dist/bundle'))
  cpSync(join(root, 'packages/service/dist/bundle/console'), join(target, 'dist/bundle/console'), {
    recursive: true,
  })
  const bundled = readFileSync(join(root, 'packages/testkit/dist/bundle/testing.js'), 'utf8')
  writeFileSync(join(testing, 'testing.js'), withoutMap(bundled))
  cpSync(join(root, 'packages/testkit/dist/bundle/companion.js'), join(testing, 'companion.js'))
  copyTypes(join(root, 'packages/testkit/dist'), 'index.d.ts', testing)
  cpSync(join(root, 'packages/testkit/entries'), join(testing, 'entries'), { recursive: true })
  const manifest = publishedManifest()
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(target, 'THIRD-PARTY-LICENSES.txt'), licensesOfBundled())
  await npm(['pack', target, '--pack-destination', dist, '--ignore-scripts', '--loglevel=error'], root)
  return join(dist, `${manifest.name}-${manifest.version}.tgz`)
}

/** The declarations are the compiler's. */
async function emitTypes() {
  const { spawnSync } = await import('node:child_process')
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-b', 'packages/testkit'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error('the types of packages/testkit could not be emitted')
}

function publishedManifest() {
  const { name, version, description, license, engines, bin } = readJson('packages/service/package.json')
  // Codecs are loaded at first use, from outside of the bundles.
  const { dependencies, optionalDependencies } = readJson('packages/wire/package.json')
  const { fzstd } = dependencies
  return {
    name,
    version,
    description,
    keywords: ['kafka', 'msk', 'aws', 'test', 'broker', 'embedded', 'emulator'],
    license,
    type: 'commonjs',
    engines,
    bin,
    exports: { ...library, './package.json': './package.json' },
    // TypeScript before 6, where nothing is said of modules but that they are CommonJS, reads no `exports`.
    typesVersions: {
      '*': Object.fromEntries(Object.entries(library).map(([name, { types }]) => [name.slice(2), [types]])),
    },
    files: ['bin', 'dist', 'CHANGELOG.md', 'THIRD-PARTY-LICENSES.txt'],
    dependencies: { fzstd },
    optionalDependencies,
    publishConfig: { access: 'public', provenance: true },
  }
}

/** Each loader with the program that it names, without comments: no code caches, which belong to a machine, and no maps. */
async function copyPrograms(from, to) {
  const { transform } = await import('esbuild')
  mkdirSync(to, { recursive: true })
  cpSync(join(from, 'package.json'), join(to, 'package.json'))
  for (const name of ['sluice', 'node']) {
    const loader = readFileSync(join(from, `${name}.js`), 'utf8')
    const program = new RegExp(`${name}-[A-Z0-9]+\\.cjs`).exec(loader)?.[0]
    writeFileSync(join(to, `${name}.js`), loader)
    const text = withoutMap(readFileSync(join(from, program), 'utf8'))
    const { code } = await transform(text, { minifyWhitespace: true, lineLimit: 200 })
    writeFileSync(join(to, program), code)
  }
}

const withoutMap = (text) => text.replace(/\n\/\/# sourceMappingURL=.*\n?/, '\n')

/** A file of declarations with those that it imports; nothing of another package may be among them. */
function copyTypes(from, name, to) {
  const text = readFileSync(join(from, name), 'utf8')
  for (const [, specifier] of text.matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)) {
    if (!specifier?.startsWith('./'))
      throw new Error(`${name} names ${specifier}: published types stand alone`)
    copyTypes(from, specifier.replace(/^\.\//, '').replace(/\.ts$/, '.d.ts'), to)
  }
  writeFileSync(join(to, name), text.replaceAll(/(from '\.\/[^']+)\.ts'/g, "$1.js'"))
}

/** Of every package that is in a bundle, by the bundles' own maps. */
function licensesOfBundled() {
  const maps = ['packages/service/dist/bundle', 'packages/testkit/dist/bundle'].flatMap((directory) =>
    readdirSync(join(root, directory))
      .filter((name) => name.endsWith('.map'))
      .flatMap((name) => readJson(join(directory, name)).sources),
  )
  const packages = new Set(
    maps.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []),
  )
  return [...packages]
    .sort()
    .map(licenseOf)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function licenseOf(name) {
  const directory = join(root, 'node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file ? readFileSync(join(directory, file), 'utf8').trim() : 'It has no file with its licence.'
  return `${name} ${version} (${license})\n\n${text}\n`
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(await pack())
