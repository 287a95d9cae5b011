// The bundles: the service (what `npx sluice` and `npm start` run), one node of a cluster with a process a node, the
// engine alone (what the benchmark runs), the library for tests, and the console for browsers.
// Types are not checked here: `npm run typecheck` and `npm test` do that.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const host = '127.0.0.1'

/** Native modules stay outside: they are files of their own and are loaded when first needed. */
const nativeModules = ['@node-rs/crc32', 'snappy', 'lz4-napi', '@mongodb-js/zstd']

/** How long a bundle may take to have its code cache; without one it runs all the same. */
const codeCacheWithinMs = 15_000

/** A build is over long before. */
const oldAfterMs = 120_000

export async function bundleAll() {
  const { build } = await import('esbuild')
  const bundles = [
    {
      entry: 'packages/service/src/cli/main.ts',
      name: 'sluice',
      directory: 'packages/service/dist/bundle',
      // With a launcher in front, as it is installed.
      trial: (directory, port) => [
        join(root, 'packages/service/bin/sluice.mjs'),
        ...['start', '--data-dir', directory, '--api-port', '0', '--kafka-port', String(port)],
      ],
    },
    {
      entry: 'packages/service/src/cli/run-node.ts',
      name: 'node',
      directory: 'packages/service/dist/bundle',
      // The service starts it.
      trial: (directory, port) => [
        join(root, 'packages/service/bin/sluice.mjs'),
        ...['start', '--hosting', 'process', '--data-dir', directory],
        ...['--api-port', '0', '--kafka-port', String(port)],
      ],
    },
    {
      entry: 'bench/engine.mjs',
      name: 'engine',
      directory: 'packages/engine/dist/bundle',
      trial: (directory, port) => [
        join(root, 'packages/engine/dist/bundle/engine.js'),
        directory,
        String(port),
      ],
    },
  ]
  const [programs] = await Promise.all([
    Promise.all(bundles.map((one) => bundle(build, one))),
    bundleLibrary(build),
    bundleConsole(build),
  ])
  await Promise.all(
    bundles.map(({ directory, trial }, at) => makeCodeCache(join(root, directory), programs[at], trial)),
  )
}

/**
 * A function around one CommonJS module, in a file named by its content, and the loader under the public name: the form
 * that V8 can cache. Gives the file's name.
 */
async function bundle(build, { entry, name, directory }) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [{ in: entry, out: name }],
    outdir: directory,
    entryNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    conditions: ['sluice-source'],
    external: nativeModules,
    sourcemap: 'linked',
    sourcesContent: false,
    minifySyntax: true,
    logLevel: 'warning',
    legalComments: 'none',
    define: { 'import.meta.url': 'bundle.url' },
    // The loader takes the file as it is: a function put around it there would be another copy in memory.
    banner: {
      js: "(function (module, exports, require, __filename) {'use strict'; const bundle = { get url() { return require('node:url').pathToFileURL(__filename).href } };",
    },
    footer: { js: '})' },
  })
  for (const { path, text } of result.outputFiles)
    writeWhole(path, path.endsWith('.cjs') ? asciiOf(path, text) : text)
  const program = basename(result.outputFiles.find(({ path }) => path.endsWith('.cjs')).path)
  const at = join(root, directory)
  // The packages are ES modules; what is in this directory is not.
  writeWhole(join(at, 'package.json'), '{ "type": "commonjs" }\n')
  const loader = readFileSync(join(root, 'scripts', 'bundle-loader.cjs'), 'utf8')
  writeWhole(join(at, `${name}.js`), loader.replace('@program@', program))
  removeOld(at, name, program)
  return program
}

/** What browsers get of the console: one script, one sheet of styles, and what is as it is. */
async function bundleConsole(build) {
  const from = join(root, 'packages/service/src/console/page')
  const to = join(root, 'packages/service/dist/bundle/console')
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: join(from, 'main.ts'), out: 'console' },
      { in: join(from, 'console.css'), out: 'console' },
    ],
    outdir: to,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome111', 'firefox114', 'safari16.4'],
    minify: true,
    lineLimit: 200,
    charset: 'utf8',
    logLevel: 'warning',
    legalComments: 'none',
  })
  for (const { path, contents } of outputFiles) writeWhole(path, contents)
  for (const name of ['index.html', 'icon.svg']) writeWhole(join(to, name), readFileSync(join(from, name)))
}

/** What the library and its companion have in common: it is in the first one, and given to the second. */
const shared = ['client', 'effects', 'engine', 'wire'].map((name) => `@sluice/${name}`)

/**
 * What `import` and `require` of `sluice/testing` load: one CommonJS module for both, so that there is one of each class; and
 * beside it what of the service it loads where a test asks for the MSK API, IAM or certificates.
 */
async function bundleLibrary(build) {
  const directory = join(root, 'packages/testkit/dist/bundle')
  const common = {
    absWorkingDir: root,
    outdir: directory,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    conditions: ['sluice-source'],
    sourcesContent: false,
    minifySyntax: true,
    logLevel: 'warning',
    legalComments: 'none',
    define: { 'import.meta.url': 'bundleUrl' },
  }
  const url = "const bundleUrl = require('node:url').pathToFileURL(__filename).href;"
  const library = await build({
    ...common,
    write: false,
    entryPoints: [{ in: 'packages/testkit/src/index.ts', out: 'testing' }],
    external: nativeModules,
    plugins: [companionBeside],
    sourcemap: 'linked',
    banner: { js: `'use strict'; ${url}` },
  })
  for (const { path, contents } of library.outputFiles) writeWhole(path, contents)
  const { outputFiles } = await build({
    ...common,
    entryPoints: [{ in: 'packages/service/src/companion.ts', out: 'companion' }],
    external: [...nativeModules, ...shared],
    minifyWhitespace: true,
    lineLimit: 200,
    write: false,
    banner: {
      js: `'use strict'; ${url} exports.companionOf = (given) => { const exports = {}; const module = { exports };`,
    },
    footer: { js: 'return module.exports };' },
  })
  const text = outputFiles[0].text.replaceAll(/\brequire\("(@sluice\/\w+)"\)/g, 'given["$1"]')
  writeWhole(join(directory, 'companion.js'), text)
  writeWhole(join(directory, 'package.json'), '{ "type": "commonjs" }\n')
}

/** In the workspace the library imports the service; in the package a file, and gives it what both have. */
const companionBeside = {
  name: 'companion',
  setup(build) {
    build.onResolve({ filter: /^\.\/companion\.js$/ }, () => ({ path: './companion.js', external: true }))
    build.onLoad({ filter: /companion-module\.ts$/ }, () => ({
      resolveDir: join(root, 'packages/testkit/src'),
      contents: [
        ...shared.map((name, at) => `import * as shared${at} from '${name}'`),
        `const given = { ${shared.map((name, at) => `'${name}': shared${at}`).join(', ')} }`,
        'let companion',
        "export const companionModule = async () => (companion ??= require('./companion.js').companionOf(given))",
      ].join('\n'),
    }))
  },
}

/** The loader reads it as Latin 1, without decoding. Only comments have other characters: esbuild escapes the rest. */
function asciiOf(path, source) {
  const text = source.replace(/^ *(\/?\*|\/\/).*$/gm, (comment) => comment.replace(/[^\0-\x7f]/gu, '?'))
  if (/[^\0-\x7f]/.test(text)) throw new Error(`${path} is not ASCII, as its loader expects.`)
  return text
}

/** Another build may be at work in the same place, and programs start from what it has made: no file is ever seen in part. */
function writeWhole(path, content) {
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}.${randomUUID()}.tmp`
  writeFileSync(unfinished, content)
  renameSync(unfinished, path)
}

/** Another build may be at work in the same place, and its loader not be written yet: what is young stays. */
function removeOld(directory, name, program) {
  for (const entry of readdirSync(directory)) {
    if (!entry.startsWith(`${name}-`) || entry.startsWith(program)) continue
    const path = join(directory, entry)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat && Date.now() - stat.mtimeMs > oldAfterMs) rmSync(path, { recursive: true, force: true })
  }
}

/**
 * Starts the program on a new directory and once more on the same one, which is what most starts are, lets it take
 * records, and waits until its loader has saved what that has compiled.
 */
async function makeCodeCache(directory, program, trial) {
  const caches = () =>
    readdirSync(directory).filter((name) => name.startsWith(program) && name.endsWith('.cache'))
  if (caches().length > 0) return
  const data = mkdtempSync(join(tmpdir(), 'sluice-build-'))
  const port = await freePort()
  const end = Date.now() + codeCacheWithinMs
  const start = () => spawn(process.execPath, trial(join(data, 'data'), port), { stdio: 'ignore' })
  try {
    await tryOut(start(), port, end, 'first', () => true)
    // On a slow machine the first start may have saved its own.
    for (const cache of caches()) rmSync(join(directory, cache))
    await tryOut(start(), port, end, 'second', () => caches().length > 0)
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

/** Produces to a new topic, waits until `isEnough` or the time is over, and stops the program. */
async function tryOut(child, port, end, topic, isEnough) {
  const { createTopic, firstAcknowledgement } = await import('../bench/protocol.mjs')
  const address = { host, port }
  let running = true
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  void ended.then(() => (running = false))
  const goesOn = () => running && Date.now() < end
  try {
    while (goesOn() && !(await createTopic(address, topic, 1).then(succeeded, failed))) await pause()
    if (goesOn()) await firstAcknowledgement(address, topic, codeCacheWithinMs).catch(failed)
    while (goesOn() && !isEnough()) await pause()
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

const succeeded = () => true
const failed = () => false
const pause = () => new Promise((resolve) => setTimeout(resolve, 50))

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, host, resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}
