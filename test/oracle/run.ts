import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { acceptedDifferences, deliberateDifferences } from '../contract/accepted-differences.ts'
import { baseProperties } from '../contract/engine.ts'
import { ApacheKafkaNode } from './apache-kafka-node.ts'
import type { ApacheKafka } from './apache-kafka-process.ts'
import { compareRecordings, diffText } from './comparison.ts'
import { locateApacheKafka } from './locate-apache-kafka.ts'
import type { RecordedTest } from './recording.ts'

// `npm run test:contract -- --engine embedded|apache-kafka|both [--brokers 3] [filter …]`: the contract tests on each
// engine, and where both ran, what they answered side by side. Ends with one line, `N passed, N failed, N skipped`.

type EngineName = 'embedded' | 'apache-kafka'

interface Count {
  passed: number
  failed: number
  skipped: number
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const usage = `Usage: npm run test:contract -- [--engine embedded|apache-kafka|both] [--brokers 3] [--feed fetch] [--recordings DIR] [filter …]
  --brokers 3        the tests of a cluster of three brokers too
  --feed fetch       our followers fetch, though they live in the leader's process
  --recordings DIR   keep there what each engine answered, a line of JSON a test
  filter             and all else is for vitest: files, -t NAME`

export async function runContract(args: readonly string[]): Promise<number> {
  const options = parse(args)
  if (!options) {
    console.error(usage)
    return 2
  }
  const run = new ContractRun(options)
  const undoSignals = onSignals(() => void run.close())
  try {
    return await run.run(options.engines)
  } catch (error) {
    // What is called off may fail on the way.
    if (run.isClosed) return Number(process.exitCode ?? 1)
    throw error
  } finally {
    undoSignals()
    await run.close()
  }
}

/** Tests of one broker, and those of three. */
type Part = 'one' | 'three'

interface Options {
  engines: EngineName[]
  parts: Part[]
  feed: 'inline' | 'fetch'
  recordings: string | null
  filters: string[]
}

function parse(args: readonly string[]): Options | null {
  const named: Record<string, string> = {}
  const filters: string[] = []
  for (let at = 0; at < args.length; at++) {
    const [, name, value] = /^--(engine|brokers|feed|recordings)(?:=(.*))?$/.exec(args[at] as string) ?? []
    if (name) named[name] = value ?? args[++at] ?? ''
    else filters.push(args[at] as string)
  }
  const { engine = 'both', brokers = '1', feed = 'inline', recordings = null } = named
  const engines = enginesOf[engine]
  const parts = partsOf[brokers]
  const isFeed = feed === 'inline' || feed === 'fetch'
  return engines && parts && isFeed ? { engines, parts, feed, recordings, filters } : null
}

const enginesOf: Record<string, EngineName[]> = {
  both: ['embedded', 'apache-kafka'],
  embedded: ['embedded'],
  'apache-kafka': ['apache-kafka'],
}
const partsOf: Record<string, Part[]> = { 1: ['one'], 3: ['one', 'three'] }

/** Files that are named may all be about three brokers. */
function isAboutThree(filters: readonly string[]): boolean {
  const files = filters.filter((filter) => filter.startsWith('test/'))
  return files.length > 0 && files.every((file) => file.startsWith('test/contract/brokers'))
}

/** The exit code is by custom 128 and the signal's number. */
function onSignals(close: () => void): () => void {
  const listeners = Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }).map(([signal, code]) => {
    const listener = () => {
      process.exitCode = code
      close()
    }
    process.once(signal, listener)
    return { signal, listener }
  })
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener)
  }
}

class ContractRun {
  readonly #filters: readonly string[]
  readonly #parts: readonly Part[]
  readonly #feed: Options['feed']
  /** Holds everything that the run writes. */
  readonly #directory = mkdtempSync(join(tmpdir(), 'sluice-contract-'))
  readonly #recordings: string
  readonly #total: Count = { passed: 0, failed: 0, skipped: 0 }
  readonly #lines: string[] = []
  #vitest: ChildProcess | null = null
  #node: ApacheKafkaNode | null = null
  #isClosed = false

  constructor({ filters, parts, feed, recordings }: Options) {
    this.#filters = filters
    this.#feed = feed
    this.#parts = parts.filter((part) => part === 'three' || !isAboutThree(filters))
    this.#recordings = recordings === null ? this.#directory : resolve(recordings)
    mkdirSync(this.#recordings, { recursive: true })
  }

  async run(engines: readonly EngineName[]): Promise<number> {
    for (const engine of engines) rmSync(this.#recording(engine), { force: true })
    if (engines.includes('embedded'))
      for (const part of this.#parts)
        if (!this.#isClosed) await this.#tests('embedded', part, { SLUICE_CONTRACT_FEED: this.#feed })
    if (engines.includes('apache-kafka') && !this.#isClosed) await this.#apacheKafka()
    const recordings = engines.map((engine) => this.#recording(engine))
    if (engines.length > 1 && recordings.every((path) => existsSync(path)) && !this.#isClosed) this.#compare()
    if (this.#isClosed) return Number(process.exitCode ?? 1)
    for (const line of this.#lines) console.log(line)
    console.log(countText(this.#total))
    return this.#total.failed > 0 ? 1 : 0
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Ends what runs and removes what is written; a run that is under way comes to its end. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#vitest?.kill('SIGTERM')
    await this.#node?.kill()
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 })
  }

  async #apacheKafka(): Promise<void> {
    const found = await locateApacheKafka((sentence) => console.log(sentence))
    if ('missing' in found) {
      for (const part of this.#parts)
        await this.#tests('apache-kafka', part, {}, ['--testNamePattern', '^no test has this name$'])
      this.#lines.push(`apache-kafka skipped: ${found.missing}`)
      return
    }
    console.log(`Apache Kafka ${found.version} on ${found.java}`)
    const file = join(this.#directory, 'apache-kafka.json')
    writeFileSync(file, JSON.stringify(found satisfies ApacheKafka))
    const environment = { SLUICE_CONTRACT_APACHE_KAFKA: file }
    if (this.#parts.includes('one')) await this.#oneOfApacheKafka(found, environment)
    // These start their brokers themselves.
    if (this.#parts.includes('three') && !this.#isClosed)
      await this.#tests('apache-kafka', 'three', environment)
  }

  async #oneOfApacheKafka(kafka: ApacheKafka, environment: Record<string, string>): Promise<void> {
    this.#node = await ApacheKafkaNode.start(kafka, join(this.#directory, 'node'), baseProperties())
    const { host, port } = this.#node.bootstrap
    try {
      await this.#tests('apache-kafka', 'one', {
        ...environment,
        SLUICE_CONTRACT_BOOTSTRAP: `${host}:${port}`,
        SLUICE_CONTRACT_APACHE_KAFKA_PID: String(this.#node.pid),
      })
    } finally {
      const node = this.#node
      this.#node = null
      await node.stop()
    }
  }

  #recording(engine: EngineName): string {
    return join(this.#recordings, `${engine}.jsonl`)
  }

  async #tests(
    engine: EngineName,
    part: Part,
    environment: Record<string, string>,
    flags: readonly string[] = [],
  ): Promise<void> {
    const what = `${engine}, ${part === 'one' ? 'one broker' : 'three brokers'}`
    console.log(`\nContract tests on ${what}`)
    const results = join(this.#directory, `${engine}-${part}-results.json`)
    const args = [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...['--config', join(root, 'test/contract/vitest.config.ts')],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${results}`],
      ...this.#filters,
      ...flags,
    ]
    const { SLUICE_CONTRACT_APACHE_KAFKA: _, SLUICE_CONTRACT_BOOTSTRAP: __, ...own } = process.env
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...own,
        ...environment,
        SLUICE_CONTRACT_BROKERS: part,
        SLUICE_CONTRACT_DIRECTORY: this.#directory,
        SLUICE_CONTRACT_RECORDING: this.#recording(engine),
      },
    })
    this.#vitest = child
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    this.#vitest = null
    this.#add(what, existsSync(results) ? countOf(results, code) : { passed: 0, failed: 1, skipped: 0 })
  }

  #compare(): void {
    const comparison = compareRecordings(
      readRecording(this.#recording('embedded')),
      readRecording(this.#recording('apache-kafka')),
      acceptedDifferences,
    )
    // Some of the tests do not meet all of the differences.
    const isWhole = this.#filters.length === 0 && this.#parts.length === 2
    const stale = isWhole ? comparison.stale : []
    if (comparison.differences.length > 0)
      console.log(`\nDifferences between the engines\n${diffText(comparison)}`)
    for (const { api, path } of stale)
      console.log(`Accepted difference is met no more, remove it: ${api} ${path}`)
    console.log('\nWhere the embedded engine differs on purpose (docs/differences.md says why)')
    for (const { what } of deliberateDifferences) console.log(`  ${what}`)
    this.#add('same answers', {
      passed: comparison.tests - comparison.testsThatDiffer,
      failed: comparison.testsThatDiffer + stale.length,
      skipped: 0,
    })
  }

  #add(name: string, count: Count): void {
    this.#lines.push(`${name}: ${countText(count)}`)
    this.#total.passed += count.passed
    this.#total.failed += count.failed
    this.#total.skipped += count.skipped
  }
}

function countText({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

interface Results {
  testResults: { status: string; assertionResults: { status: string }[] }[]
}

/** From vitest's JSON report. A file that does not load has no tests, yet it is a failure; so is any other one. */
function countOf(path: string, code: number | null): Count {
  const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as Results
  const count: Count = { passed: 0, failed: 0, skipped: 0 }
  for (const { status, assertionResults } of testResults) {
    if (assertionResults.length === 0 && status === 'failed') count.failed++
    for (const { status: result } of assertionResults) {
      if (result === 'passed') count.passed++
      else if (result === 'failed') count.failed++
      else count.skipped++
    }
  }
  if (code !== 0 && count.failed === 0) count.failed++
  return count
}

function readRecording(path: string): RecordedTest[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedTest)
}
