// `npm run bench -- --side-by-side`: both engines on this machine in one run. Gives the result as data, from which the
// document and the plot are made:
//   date, command, rounds, quick, tookSeconds, versions, machine, stolenShare, failures: sentences,
//   lines: section, title, unit, better (more | less), sluice and kafka: a figure a round, notes
import { join } from 'node:path'
import { startEngine } from '../targets.mjs'
import { measureClusters } from './clusters.mjs'
import { everydayClientRows } from './everyday-clients.mjs'
import { fetchRows } from './fetch.mjs'
import { groupRows } from './groups.mjs'
import { latencyRows } from './latency.mjs'
import { cpuTicks, machineShape, sluiceVersion, stolenShare } from './machine.mjs'
import { produceRows } from './produce.mjs'
import { measureRounds } from './rounds.mjs'
import { measureStarts } from './starts.mjs'

/** How long and how much a run may be. */
const full = {
  seconds: 1.5,
  bytes: 400e6,
  fill: 300e6,
  clientBytes: 300e6,
  clientSeconds: 3,
  latencySeconds: 4,
}
const short = {
  seconds: 0.5,
  bytes: 100e6,
  fill: 60e6,
  clientBytes: 60e6,
  clientSeconds: 1,
  latencySeconds: 1,
}
const partitionCounts = [1, 1000, 10_000]
const partitionsQuickMax = 1000

/** `options`: clients (compiled), kafka (resolved), directory for data, rounds, quick, only (text of the rows wanted), command, say. */
export async function sideBySide(options) {
  const { kafka } = options
  const began = Date.now()
  const ticks = cpuTicks()
  const plan = {
    ...options,
    limits: options.quick ? short : full,
    warmUpLimits: short,
    failures: [],
  }
  const machine = machineShape(options.directory)
  const version = sluiceVersion()
  const sides = [
    {
      side: 'sluice',
      name: 'Sluice',
      engine: 'embedded',
      start: async (directory, topic) => ({ ...(await startEngine(directory, topic)), directory }),
    },
    { side: 'kafka', name: 'Apache Kafka', engine: 'apache-kafka', start: kafka.start },
  ]
  const lines = [...(await loads(plan, sides, kafka)), ...(await lives(plan, sides))]
  return {
    date: new Date(began).toISOString().slice(0, 10),
    command: options.command,
    rounds: options.rounds,
    quick: options.quick,
    tookSeconds: (Date.now() - began) / 1000,
    versions: {
      sluice: version,
      kafka: kafka.versions.broker,
      tools: kafka.versions.tools,
      node: process.versions.node,
      java: kafka.versions.java,
      clients: options.clients.kind,
    },
    machine,
    stolenShare: stolenShare(ticks, cpuTicks()),
    failures: plan.failures,
    lines: lines.filter((line) => line.sluice.length + line.kafka.length + line.notes.length > 0),
  }
}

async function loads(plan, sides, kafka) {
  const context = { clients: plan.clients, kafka }
  const rows = [produceRows, fetchRows, latencyRows, everydayClientRows, groupRows]
    .flatMap((make) => make(context))
    .filter((row) => row.figures.some((figure) => isWanted(plan, `${row.section}: ${figure.title}`)))
  if (rows.length === 0) return []
  const targets = []
  try {
    for (const { side, name, start } of sides)
      targets.push({ side, name, ...(await start(join(plan.directory, `loads-${side}`))) })
    return await measureRounds(rows, targets, plan)
  } finally {
    for (const target of targets) await target.stop()
  }
}

/** Each may fail alone: hours of figures are not thrown away for one. */
async function lives(plan, sides) {
  const lines = []
  const attempt = async (title, measure) => {
    if (!isWanted(plan, title)) return
    try {
      lines.push(...(await measure()))
    } catch (error) {
      plan.failures.push(`${title}: ${error.message}`)
    }
  }
  for (const count of partitionCounts.filter((partitions) => !plan.quick || partitions <= partitionsQuickMax))
    await attempt(`Starts: ${count} partitions`, () => measureStarts(count, sides, plan))
  await attempt('Clusters through the MSK API', () => measureClusters(sides, plan))
  return lines
}

function isWanted({ only }, title) {
  return title.toLowerCase().includes(only.toLowerCase())
}
