// `npm run bench`: throughput, latency, start and memory, as a Markdown table of medians. Options:
//   --quick                  a smoke run: one short round
//   --rounds N               rounds to take medians of (default 3)
//   --only TEXT              only rows whose title contains the text
//   --against HOST:PORT      beside another broker that runs already, in alternating order
//   --against-launcher CMD   the same, started by `CMD start DIR PORT key=value …` (ready, and its pid printed,
//                            when that ends) and stopped by `CMD stop DIR`: then start and memory count too
//   --against-name NAME      what the table calls it (default: Apache Kafka)
// or, both engines in one run, for which Java is needed:
//   --side-by-side           writes docs/benchmarks/<date>.{md,svg,json}; with --quick or --only it only prints
//   --replicated             clusters of three brokers instead: docs/benchmarks/<date>-replicated.{md,json}
//   --security               what encryption, logins and permissions cost, beside node:tls and Apache Kafka's SSL listener
//   --coordinators           transactions, rebalances, commits and heartbeats, beside Apache Kafka
//   --testing                what a test pays for its brokers: sluice/testing, in one warm process
//   --streams                streams of Kinesis, beside kinesalite and kinesis-mock, which npm fetches
//   --api                    the MSK API: calls with many clusters, beside load; creations, memory, a start
//   --without SIDES          leaves sides of --replicated out: of inline,process,kafka
//   --name NAME              what these files are called instead, also with --quick and --only
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkNode, ensureBuilt, ensureInstalled, fail, repositoryRoot } from './prepare.mjs'

checkNode()
const options = readOptions()
if (options.help) {
  console.log(headOfThisFile())
  process.exit()
}
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3))
if (!Number.isInteger(rounds) || rounds < 1)
  fail(
    `--rounds ${options.rounds} is not a number of rounds.`,
    'Each figure is a median over them.',
    'Give 1 or more.',
  )
const replicatedSides = ['inline', 'process', 'kafka']
const unknownSide = options.without.split(',').find((side) => side !== '' && !replicatedSides.includes(side))
if (unknownSide !== undefined)
  fail(
    `--without ${options.without} names no side.`,
    `${unknownSide} is none of ${replicatedSides.join(', ')}.`,
    'Name those that are left out, with commas between.',
  )
await ensureInstalled()
await ensureBuilt()

const { loadClients } = await import('../bench/clients.mjs')
const { stopAllProcesses } = await import('../bench/processes.mjs')
const { removeDirectory, temporaryDirectory } = await import('../bench/targets.mjs')

const say = (text) => process.stderr.write(`${text}\n`)
const clients = loadClients()
if (clients.kind === 'Node')
  say('No C compiler: the load comes from Node, which costs as much as the broker, so all rates are too low.')

const plan = {
  clients,
  directory: temporaryDirectory(),
  rounds,
  quick: options.quick,
  only: options.only,
  say,
}
const endings = { SIGINT: 130, SIGTERM: 143 }
for (const [signal, code] of Object.entries(endings))
  process.once(signal, () => {
    void stopAllProcesses().finally(() => {
      removeDirectory(plan.directory)
      process.exit(code)
    })
  })
try {
  if (options.testing) await runTesting()
  else if (options.api) await runApi()
  else if (options.streams) await runStreams()
  else if (options.security) await runSecurity()
  else if (options.coordinators) await runCoordinators()
  else if (options.replicated) await runBeside('../bench/replicated/run.mjs', 'replicated', '-replicated')
  else if (options['side-by-side']) await runBeside('../bench/side-by-side/run.mjs', 'sideBySide', '')
  else await runTable()
} finally {
  removeDirectory(plan.directory)
}

function machineText() {
  return `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, ${process.platform}`
}

async function runTable() {
  const { measureLoads, measureStarts } = await import('../bench/measure.mjs')
  const { markdownTable } = await import('../bench/report.mjs')
  const other = {
    address: options.against && addressOf(options.against),
    launcher: options['against-launcher'],
  }
  const lines = await measureLoads({ ...plan, ...other })
  if (!options.only) lines.push(...(await measureStarts({ ...plan, ...other })))
  console.log(
    `\n${machineText()}; load clients: ${clients.kind}; medians of ${plan.rounds} rounds (least–most)\n`,
  )
  console.log(markdownTable(lines, (other.address || other.launcher) && options['against-name']))
}

async function runTesting() {
  const { testing } = await import('../bench/testing/run.mjs')
  console.log(`\n${machineText()}\n\n${testing(plan)}\n`)
}

async function runApi() {
  const { api } = await import('../bench/api/run.mjs')
  console.log(`\n${machineText()}; load clients: ${clients.kind}\n\n${await api(plan)}\n`)
}

async function runStreams() {
  const { streams } = await import('../bench/streams/run.mjs')
  console.log(`\n${machineText()}; medians of ${plan.rounds} rounds (least–most)\n\n${await streams(plan)}\n`)
}

async function runSecurity() {
  // It has the parts of the service one by one, and no bundle has these.
  execFileSync(join(await repositoryRoot(), 'node_modules/.bin/tsc'), ['-b'], { stdio: 'inherit' })
  const { security } = await import('../bench/security/run.mjs')
  const kafka = options.without.includes('kafka') ? null : await loadKafka()
  const tables = await security({ ...plan, kafka })
  console.log(`\n${machineText()}; medians of ${plan.rounds} rounds (least–most)\n\n${tables}\n`)
}

async function runCoordinators() {
  // The load speaks with the client's own library.
  execFileSync(join(await repositoryRoot(), 'node_modules/.bin/tsc'), ['-b'], { stdio: 'inherit' })
  const { coordinators } = await import('../bench/coordinators/run.mjs')
  const kafka = options.without.includes('kafka') ? null : await loadKafka()
  const table = await coordinators({ ...plan, kafka })
  console.log(`\n${machineText()}; medians of ${plan.rounds} rounds (least–most)\n\n${table}\n`)
}

/** Only the runs beside Apache Kafka need Java and Apache Kafka. */
async function loadKafka() {
  const { apacheKafka } = await import('../bench/apache-kafka.mjs')
  return apacheKafka(say).catch((error) => {
    removeDirectory(plan.directory)
    if (!error.next) throw error
    fail(error.message, error.why, error.next)
  })
}

/** A run beside Apache Kafka whose result is kept. */
async function runBeside(module, name, suffix) {
  const { [name]: measure } = await import(module)
  const { tablesOf } = await import('../bench/side-by-side/document.mjs')
  const { writeResult } = await import('../bench/side-by-side/files.mjs')
  const kafka = await loadKafka()
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ')
  const without = options.without.split(',').filter(Boolean)
  const result = await measure({ ...plan, kafka, without, command })
  console.log(`\n${tablesOf(result)}\n`)
  const isWhole = !options.quick && !options.only && !options.without
  if (isWhole || options.name) {
    const directory = join(await repositoryRoot(), 'docs', 'benchmarks')
    for (const path of writeResult(result, directory, options.name ?? `${result.date}${suffix}`))
      say(`wrote ${path}`)
  }
  for (const failure of result.failures) say(`FAILED ${failure}`)
  if (result.failures.length > 0) process.exitCode = 1
}

function addressOf(text) {
  const at = text.lastIndexOf(':')
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) }
}

/** The comment that it begins with. */
function headOfThisFile() {
  const lines = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n')
  const end = lines.findIndex((line) => !line.startsWith('//'))
  return lines
    .slice(0, end)
    .map((line) => line.slice('// '.length))
    .join('\n')
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        only: { type: 'string', default: '' },
        against: { type: 'string' },
        'against-launcher': { type: 'string' },
        'against-name': { type: 'string', default: 'Apache Kafka' },
        'side-by-side': { type: 'boolean', default: false },
        replicated: { type: 'boolean', default: false },
        security: { type: 'boolean', default: false },
        api: { type: 'boolean', default: false },
        streams: { type: 'boolean', default: false },
        coordinators: { type: 'boolean', default: false },
        testing: { type: 'boolean', default: false },
        without: { type: 'string', default: '' },
        name: { type: 'string' },
      },
    }).values
  } catch (error) {
    return fail(
      error.message,
      'The benchmark does not know it.',
      'npm run bench -- --help lists what it takes.',
    )
  }
}
