// `npm run bench`: throughput, latency, start and memory, as a Markdown table of medians. Options:
//   --quick                  a smoke run: one short round
//   --rounds N               rounds to take medians of (default 3)
//   --only TEXT              only rows of load whose title contains the text, no starts
//   --against HOST:PORT      beside another broker that runs already, in alternating order
//   --against-launcher CMD   the same, started by `CMD start DIR PORT key=value …` (ready, and its pid printed,
//                            when that ends) and stopped by `CMD stop DIR`: then start and memory count too
//   --against-name NAME      what the table calls it (default: Apache Kafka)
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { checkNode, ensureBuilt, ensureInstalled } from './prepare.mjs'

checkNode()
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', default: '' },
    against: { type: 'string' },
    'against-launcher': { type: 'string' },
    'against-name': { type: 'string', default: 'Apache Kafka' },
  },
})
await ensureInstalled()
await ensureBuilt()

const { loadClients } = await import('../bench/clients.mjs')
const { measureLoads, measureStarts } = await import('../bench/measure.mjs')
const { markdownTable } = await import('../bench/report.mjs')
const { removeDirectory, temporaryDirectory } = await import('../bench/targets.mjs')

const say = (text) => process.stderr.write(`${text}\n`)
const clients = loadClients()
if (clients.kind === 'Node')
  say('No C compiler: the load comes from Node, which costs as much as the broker, so all rates are too low.')

const plan = {
  clients,
  directory: temporaryDirectory(),
  rounds: Number(options.rounds ?? (options.quick ? 1 : 3)),
  quick: options.quick,
  only: options.only,
  address: options.against && addressOf(options.against),
  launcher: options['against-launcher'],
  say,
}
try {
  const lines = await measureLoads(plan)
  if (!options.only) lines.push(...(await measureStarts(plan)))
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, ${process.platform}`
  console.log(`\n${machine}; load clients: ${clients.kind}; medians of ${plan.rounds} rounds (least–most)\n`)
  console.log(markdownTable(lines, (plan.address || plan.launcher) && options['against-name']))
} finally {
  removeDirectory(plan.directory)
}

function addressOf(text) {
  const at = text.lastIndexOf(':')
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) }
}
