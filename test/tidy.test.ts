import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  parseText,
  readSources,
  readSurroundings,
  resolveRelative,
  root,
  type SourceFile,
} from './source-tree.ts'
import { arrowsBetween, circles } from './tidy/circles.ts'
import { ExportUses } from './tidy/unused.ts'

// What ARCHITECTURE.md says of packages and laws, and CONTRIBUTING.md of code, held by a test instead of by memory.

const sources = readSources()
const code = sources.filter((file) => !file.isTest)

/** What is not as it should be yet. */
const allowances: {
  /** What is longer than the limits, and by how much. */
  functions: Record<string, number>
  files: Record<string, number>
} = JSON.parse(readFileSync(join(root, 'test/tidy-allowances.json'), 'utf8'))

/** Files whose names are for people, or scripts, that we do not see. */
const published = [
  'packages/engine/src/index.ts',
  'packages/service/src/index.ts',
  'packages/testkit/src/index.ts',
  'packages/service/src/cli/main.ts',
  'packages/service/src/cli/run-node.ts',
  'test/hostile/page.ts',
  'test/oracle/run.ts',
  'test/lives/run.ts',
  'test/chaos/run.ts',
  'test/sim/run.ts',
  'test/sim/mutation-check.ts',
]

/** What a script writes, or a module of plain JavaScript that a test runs by its path. */
const isMadeWhole = (path: string): boolean =>
  /^packages\/wire\/src\/schema\/(\d|records\/|[\w-]+-records\.ts$)|\.generated\.ts$|\.mjs$/.test(path)

/** Where the library for tests meets its process, as the command line does. */
const testingRoot = 'packages/testkit/src/index.ts'

/** Their members are called from codecs that are compiled at first use. */
const calledByCompiledCode = ['packages/wire/src/reader.ts', 'packages/wire/src/writer.ts']

/** Which packages a package may import. */
const packageArrows: Record<string, string[]> = {
  effects: [],
  wire: ['effects'],
  client: ['effects', 'wire'],
  engine: ['effects', 'wire', 'client'],
  service: ['effects', 'wire', 'client', 'engine'],
  testkit: ['effects', 'wire', 'client', 'engine', 'service'],
}

/** Which directories of the engine's src a directory may import. Files at the top are the layer `cluster`. */
const engineArrows: Record<string, string[]> = {
  index: [
    'cluster',
    'faults',
    'broker',
    'coordinator',
    'controller',
    'replication',
    'server',
    'quotas',
    'authorizer',
    'metadata',
    'storage',
  ],
  cluster: [
    'broker',
    'coordinator',
    'controller',
    'replication',
    'server',
    'quotas',
    'authorizer',
    'metadata',
    'storage',
  ],
  faults: ['server'],
  broker: ['coordinator', 'replication', 'server', 'quotas', 'authorizer', 'metadata', 'storage'],
  coordinator: ['replication', 'metadata', 'storage'],
  controller: ['server', 'quotas', 'authorizer', 'metadata', 'storage'],
  replication: ['quotas', 'metadata', 'storage'],
  server: ['quotas', 'authorizer', 'metadata', 'storage'],
  quotas: ['authorizer', 'metadata'],
  authorizer: ['metadata'],
  metadata: [],
  storage: [],
}

/** The same inside the service, whose files at the top are the layer `service`. */
const serviceArrows: Record<string, string[]> = {
  index: ['service', 'cli', 'aws', 'fleet', 'iam'],
  streams: ['fleet', 'iam'],
  cli: ['service', 'aws', 'http', 'streams', 'fleet'],
  service: ['aws', 'console', 'http', 'streams', 'fleet', 'iam'],
  console: ['http', 'iam'],
  aws: ['http', 'streams', 'fleet', 'iam'],
  http: [],
  fleet: ['iam'],
  iam: [],
}

/** The same inside the fleet: its nouns stand on the files at its top, and fleet.ts alone on all of them. */
const fleetArrows: Record<string, string[]> = {
  fleet: [
    ...['clusters', 'configurations', 'secrets', 'authority', 'engines', 'foundation'],
    ...[
      'channels',
      'replicators',
      'storage-scaling',
      'capacity',
      'monitoring',
      'exporters',
      'logs',
      'vpc-connections',
    ],
  ],
  channels: ['foundation'],
  replicators: ['foundation'],
  monitoring: ['clusters', 'engines', 'foundation'],
  exporters: ['clusters', 'engines', 'monitoring', 'foundation'],
  logs: ['clusters', 'processes', 'foundation'],
  'storage-scaling': ['clusters', 'foundation'],
  capacity: ['clusters', 'engines', 'monitoring', 'foundation'],
  'vpc-connections': ['foundation'],
  clusters: ['configurations', 'secrets', 'authority', 'engines', 'ports', 'foundation'],
  secrets: ['foundation'],
  authority: ['foundation'],
  configurations: ['engines', 'foundation'],
  ports: ['engines', 'foundation'],
  engines: ['processes', 'jvm', 'foundation'],
  jvm: ['processes', 'foundation'],
  processes: ['foundation'],
  foundation: [],
}

/** Modules of Node that touch the world, and who may use them. */
const worldModules: Record<string, (path: string) => boolean> = {
  fs: (path) => isEffects(path) || isCli(path),
  'fs/promises': (path) => isEffects(path) || isCli(path),
  net: isEffects,
  tls: (path) => isEffects(path) || isHttp(path),
  dgram: isEffects,
  child_process: (path) => isEffects(path) || isCli(path),
  worker_threads: isEffects,
  timers: isEffects,
  os: (path) => isEffects(path) || isCli(path),
  'timers/promises': isEffects,
  http: (path) => isCli(path) || isHttp(path),
  http2: isHttp,
  https: isCli,
}

const functionLinesMax = 70
const fileLinesMax = 500

describe('layers', () => {
  it('lets packages import only those below them', () => {
    const wrong = code.flatMap((file) =>
      packagesIn(file)
        .filter((name) => !(packageArrows[file.package] ?? []).includes(name))
        .map((name) => `${file.path} imports ${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('lets one engine of the service know the package of that name', () => {
    const knowing = code.filter((file) => file.package === 'service' && packagesIn(file).includes('engine'))
    const allowed = /^packages\/service\/src\/fleet\/engines\/embedded(\.ts$|\/)/
    expect(knowing.map((file) => file.path).filter((path) => !allowed.test(path))).toEqual([])
  })

  it('points the arrows inside the engine downward', () => {
    expect(wrongArrows('packages/engine/src/', () => 'cluster', engineArrows)).toEqual([])
  })

  it('points the arrows inside the service downward', () => {
    expect(wrongArrows('packages/service/src/', () => 'service', serviceArrows)).toEqual([])
  })

  it('points the arrows inside the fleet downward', () => {
    const layerOfFile = (name: string) => (name === 'fleet.ts' ? 'fleet' : 'foundation')
    expect(wrongArrows('packages/service/src/fleet/', layerOfFile, fleetArrows)).toEqual([])
  })

  it('has no circles of imports, nor of types', () => {
    expect(circles(arrowsBetween(code))).toEqual([])
  })

  it('lets a folder of coordinators import what stands above it, not its neighbours', () => {
    const home = 'packages/engine/src/coordinator/'
    const folderOf = (path: string) => dirname(path)
    const wrong = arrowsBetween(code.filter(({ path }) => path.startsWith(home)))
      .filter(({ to }) => to.startsWith(home))
      .filter(({ from, to }) => {
        const [lower, upper] = [`${folderOf(from)}/`, `${folderOf(to)}/`]
        return !lower.startsWith(upper) && !upper.startsWith(lower)
      })
      .map(({ from, to }) => `${from} imports ${to}`)
    expect(wrong).toEqual([])
  })

  it('imports other packages by name and its own files by path with the extension', () => {
    const wrong = sources.flatMap((file) =>
      file.imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .filter(
          ({ specifier }) =>
            !/\.(ts|json)$/.test(specifier) ||
            !resolveRelative(file, specifier).startsWith(`packages/${file.package}/`),
        )
        // Tests may read the project's test data.
        .filter(({ specifier }) => !(file.isTest && resolveRelative(file, specifier).startsWith('test/')))
        .map(({ specifier }) => `${file.path} imports ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  it('keeps what is made for tests out of the code', () => {
    const tests = new Set(sources.filter((file) => file.isTest).map((file) => file.path))
    const wrong = code.flatMap((file) =>
      file.imports
        .filter(({ specifier }) => specifier.startsWith('.') && tests.has(resolveRelative(file, specifier)))
        .map(({ specifier }) => `${file.path} imports ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  it('declares every package that it imports', () => {
    const wrong = sources.flatMap((file) => {
      const manifest = JSON.parse(readFileSync(join(root, 'packages', file.package, 'package.json'), 'utf8'))
      const own = { ...manifest.dependencies, ...manifest.optionalDependencies }
      const workspace = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies
      const known = file.isTest ? { ...own, ...manifest.devDependencies, ...workspace } : own
      return file.imports
        .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .filter(
          ({ typeOnly, specifier }) =>
            !(typeOnly && packageName(specifier) in (manifest.devDependencies ?? {})),
        )
        .filter(
          ({ specifier }) => !(packageName(specifier) in known) && packageName(specifier) !== manifest.name,
        )
        .map(({ specifier }) => `${file.path} imports ${specifier}`)
    })
    expect(wrong).toEqual([])
  })
})

describe('effects', () => {
  it('keeps the clock, timers and randomness behind the package effects', () => {
    const wrong = code
      .filter(
        (file) =>
          !isEffects(file.path) && !isCli(file.path) && !isBrowsers(file.path) && file.path !== testingRoot,
      )
      .flatMap((file) => file.effects.map(({ line, what }) => `${file.path}:${line} ${what}`))
    expect(wrong).toEqual([])
  })

  it('keeps files, sockets and processes behind the package effects', () => {
    const wrong = code.flatMap((file) =>
      file.imports
        .filter((entry) => !entry.typeOnly)
        .map((entry) => entry.specifier.replace(/^node:/, ''))
        .filter((name) => worldModules[name] && !worldModules[name](file.path))
        .map((name) => `${file.path} imports node:${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('sees the effects that it bans', () => {
    const text =
      'const a = Date.now() + Math.random()\nsetTimeout(() => {}, 1)\nconst b = [new Date(), new Date(5)]\n'
    const file = parseText('packages/wire/src/example.ts', 'wire', text)
    expect(file.effects.map(({ line, what }) => `${line} ${what}`)).toEqual([
      '1 Date.now',
      '1 Math.random',
      '2 setTimeout',
      '3 new Date()',
    ])
  })
})

describe('sizes', () => {
  it(`keeps functions within ${functionLinesMax} lines`, () => {
    const sizes = new Map<string, number>()
    // A test's `describe` holds many tests: it is a chapter, not a function.
    for (const file of code) {
      for (const { name, lines } of file.functions) {
        const key = `${file.path} ${name}`
        if (lines > functionLinesMax) sizes.set(key, Math.max(lines, sizes.get(key) ?? 0))
      }
    }
    expectWithin(sizes, allowances.functions)
  })

  it(`keeps files within ${fileLinesMax} lines`, () => {
    const long = sources.filter((file) => file.lines > fileLinesMax)
    expectWithin(new Map(long.map((file) => [file.path, file.lines])), allowances.files)
  })
})

describe('names', () => {
  it('has no drawer for odds and ends', () => {
    const drawers = /(^|\/)(utils?|helpers?|common|misc)(\.test)?\.ts$/
    expect(sources.map((file) => file.path).filter((path) => drawers.test(path))).toEqual([])
  })

  it('keeps what is made for tests in testing/', () => {
    const named = /\/(fake|mock|stub|test)-[\w-]+\.ts$|-(fake|mock|stub|test-\w+)\.ts$/
    const stray = code.map((file) => file.path).filter((path) => named.test(path))
    expect(stray).toEqual([])
  })

  it('has no barrel but the index of a package', () => {
    const wrong = code
      .filter((file) => file.path !== `packages/${file.package}/src/index.ts`)
      .filter((file) => (file.isBarrel && file.lines > 0) || file.path.endsWith('/index.ts'))
      .map((file) => file.path)
    expect(wrong).toEqual([])
  })

  it('names no place of a particular machine', () => {
    // Written in pieces, so that this file does not find itself.
    const places = new RegExp(`/(${['work', 'root', 'Users', 'home/[a-z]+'].join('|')})/(?!\\w*\\$)`)
    const wrong = handWrittenFiles().flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, at) =>
          places.test(line) && !line.includes('places =') ? [`${path}:${at + 1} ${line.trim()}`] : [],
        ),
    )
    expect(wrong).toEqual([])
  })
})

describe('what is used', () => {
  const everything = [...sources, ...readSurroundings()]
  const uses = new ExportUses(everything, published)
  const counted = everything.filter(({ path }) => !isMadeWhole(path))

  it('exports only what another file uses', () => {
    expect(counted.flatMap((file) => uses.unused(file))).toEqual([])
  })

  it('has nothing that only tests use', () => {
    const shared = /^packages\/(client|effects)\//
    const found = counted
      .filter(
        ({ path }) => path.startsWith('packages/') && !shared.test(path) && !path.endsWith('src/index.ts'),
      )
      .flatMap((file) => uses.onlyTested(file))
    expect(found).toEqual([])
  })

  it('has no member of a class that nobody reads', () => {
    const reads = new Set(everything.flatMap((file) => [...file.reads]))
    const unread = code
      .filter(({ path }) => !calledByCompiledCode.includes(path))
      .flatMap((file) => file.members.map((member) => ({ ...member, path: file.path })))
      .filter(({ name }) => !reads.has(name))
      .map(({ path, line, className, name }) => `${path}:${line} ${className}.${name}`)
    expect(unread).toEqual([])
  })
})

describe('numbers', () => {
  it('has a name for every type of record', () => {
    const numeric = sources.flatMap((file) =>
      file.numericTypeCases.map(({ name, line }) => `${file.path}:${line} ${name}`),
    )
    expect(numeric).toEqual([])
  })

  it('names error codes in the contract tests', () => {
    const numbered = readdirSync(join(root, 'test/contract'))
      .filter((name) => name.endsWith('.ts') && name !== 'accepted-differences.ts')
      .flatMap((name) =>
        readFileSync(join(root, 'test/contract', name), 'utf8')
          .split('\n')
          .map((line, at) => ({ line, place: `${name}:${at + 1}` })),
      )
      .filter(({ line }) => /[eE]rrorCode(: |\)\.toBe\(| [!=]== )-?[1-9]/.test(line))
      .map(({ place }) => place)
    expect(numbered).toEqual([])
  })
})

describe('dependencies', () => {
  it('pins every version exactly', () => {
    const manifests = [
      'package.json',
      ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/package.json`),
    ]
    const loose = manifests.flatMap((path) => {
      const manifest = JSON.parse(readFileSync(join(root, path), 'utf8'))
      const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
      return Object.entries(all)
        .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))
        .map(([name, version]) => `${path}: ${name} ${String(version)}`)
    })
    expect(loose).toEqual([])
  })

  it('gives all packages one version, and the code knows it', () => {
    const manifests = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/package.json`)
    const versions = manifests.map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')).version)
    expect(new Set(versions).size).toBe(1)
    const said = code
      .filter(({ text }) => text.includes(`'${versions[0]}'`))
      .map(({ path }) => path)
      .toSorted()
    expect(said, 'the version stands in version.ts').toEqual([
      'packages/client/src/version.ts',
      'packages/service/src/version.ts',
    ])
  })

  it('locks the packages of every platform, without which npm ci refuses', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
    const missing = Object.entries<{ optionalDependencies?: Record<string, string> }>(packages).flatMap(
      ([path, { optionalDependencies = {} }]) =>
        Object.keys(optionalDependencies).filter(
          (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
        ),
    )
    expect(missing).toEqual([])
  })

  it('keeps the host of a registry out of the lock file', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/)
  })
})

function isEffects(path: string): boolean {
  return path.startsWith('packages/effects/')
}

function isCli(path: string): boolean {
  return path.startsWith('packages/service/src/cli/')
}

/** What runs in browsers has a world of its own. */
function isBrowsers(path: string): boolean {
  return path.startsWith('packages/service/src/console/page/')
}

function isHttp(path: string): boolean {
  return path.startsWith('packages/service/src/http/')
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Our own packages among the imports, by their directory. */
function packagesIn(file: SourceFile): string[] {
  return file.imports
    .map((entry) => packageName(entry.specifier))
    .map((name) => (name === 'sluice' ? 'service' : /^@sluice\/(.*)$/.exec(name)?.[1]))
    .filter((name) => name !== undefined)
}

/** The imports below a directory that point up. Each folder in it is a layer; `layerOfFile` is asked for its files. */
function wrongArrows(
  directory: string,
  layerOfFile: (name: string) => string,
  arrows: Record<string, string[]>,
): string[] {
  const layerOf = (path: string) => {
    const [first = '', ...below] = path.slice(directory.length).split('/')
    if (below.length > 0) return first
    return first === 'index.ts' ? 'index' : layerOfFile(first)
  }
  return code
    .filter((file) => file.path.startsWith(directory))
    .flatMap((file) => {
      const from = layerOf(file.path)
      const allowed = arrows[from]
      if (!allowed) return [`${file.path} is in no known layer`]
      return file.imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => resolveRelative(file, specifier))
        .filter((path) => path.startsWith(directory))
        .map(layerOf)
        .filter((to) => to !== from && !allowed.includes(to))
        .map((to) => `${file.path}: ${from} → ${to}`)
    })
}

/** Nothing above its allowance, and no allowance that is larger than needed: the list may only shrink. */
function expectWithin(sizes: Map<string, number>, allowed: Record<string, number>): void {
  const grown = [...sizes]
    .filter(([key, size]) => size > (allowed[key] ?? 0))
    .map(([key, size]) => `${key}: ${size}`)
  expect(grown, 'too long; split it').toEqual([])
  const slack = Object.entries(allowed)
    .filter(([key, size]) => (sizes.get(key) ?? 0) < size)
    .map(([key, size]) => `${key}: allowed ${size}, is ${sizes.get(key) ?? 'within the limit'}`)
  expect(slack, 'it has shrunk: lower its number in tidy-allowances.json').toEqual([])
}

/** What people write by hand: not what is built, installed or carried over as data. */
function handWrittenFiles(directory = ''): { path: string; text: string }[] {
  const skipped = /^(node_modules|dist|coverage|data|\.git|\.sluice.*|\.cache|package-lock\.json)$/
  return readdirSync(join(root, directory), { withFileTypes: true })
    .filter((entry) => !skipped.test(entry.name))
    .flatMap((entry) => {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`
      if (entry.isDirectory()) return handWrittenFiles(path)
      const isText = /\.(ts|mjs|js|c|h|json|md|yml|sh)$|^\.ci\//.test(path)
      return isText ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : []
    })
}
