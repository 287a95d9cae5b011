// `npm run bench -- --replicated`: clusters of three brokers over three zones, as CreateCluster makes them: ours inline,
// ours with a process a broker, and Apache Kafka, in one run. Gives the result in the form of side-by-side/run.mjs, with
// its sides.
import { join } from 'node:path'
import { cpuTicks, machineShape, sluiceVersion, stolenShare } from '../side-by-side/machine.mjs'
import { createActiveCluster, startClusterService } from '../service-cluster.mjs'
import { clusterBrokers } from '../protocol.mjs'
import { measureFailovers } from './failover.mjs'
import { measureLives } from './lives.mjs'
import { loadRows } from './loads.mjs'
import { measureRounds } from './rounds.mjs'

const full = { seconds: 3, bytes: 400e6, latencySeconds: 4, topics: 1000 }
const short = { seconds: 0.5, bytes: 60e6, latencySeconds: 1, topics: 60 }

/** `choice`: what `sluice start` is told to run the brokers. */
const sides = [
  { side: 'inline', name: 'Sluice, inline', choice: ['--engine', 'embedded'] },
  { side: 'process', name: 'Sluice, processes', choice: ['--engine', 'embedded', '--hosting', 'process'] },
  { side: 'kafka', name: 'Apache Kafka', choice: ['--engine', 'apache-kafka'] },
]

/** `options`: clients (compiled), kafka (resolved), directory for data, rounds, quick, only, without, command, say. */
export async function replicated(options) {
  const began = Date.now()
  const ticks = cpuTicks()
  const chosen = sides.filter(({ side }) => !options.without.includes(side))
  const plan = { ...options, limits: options.quick ? short : full, warmUpLimits: short, failures: [] }
  const machine = machineShape(options.directory)
  const lines = [...(await loads(plan, chosen)), ...(await lives(plan, chosen))]
  return {
    date: new Date(began).toISOString().slice(0, 10),
    command: options.command,
    rounds: options.rounds,
    quick: options.quick,
    tookSeconds: (Date.now() - began) / 1000,
    versions: {
      sluice: sluiceVersion(),
      kafka: options.kafka.versions.broker,
      tools: options.kafka.versions.tools,
      node: process.versions.node,
      java: options.kafka.versions.java,
      clients: options.clients.kind,
    },
    machine,
    stolenShare: stolenShare(ticks, cpuTicks()),
    failures: plan.failures,
    sides: chosen.map(({ side, name }) => ({ side, name })),
    lines: lines.filter((line) => chosen.some(({ side }) => line[side].length > 0) || line.notes.length > 0),
    how,
  }
}

/** All rows of load, against clusters that all run from the first to the last of them. */
async function loads(plan, chosen) {
  const rows = loadRows(plan.clients).filter((row) =>
    row.figures.some((figure) => isWanted(plan, `${row.section}: ${figure.title}`)),
  )
  if (rows.length === 0) return []
  const targets = []
  try {
    for (const one of chosen) {
      plan.say(`start: ${one.name}`)
      const service = await startClusterService(one.choice, join(plan.directory, `loads-${one.side}`))
      targets.push({ ...one, service })
      const { addresses } = await createActiveCluster(service.msk)
      targets.at(-1).brokers = await clusterBrokers(addresses[0])
    }
    return await measureRounds(rows, targets, plan)
  } finally {
    for (const { service } of targets) await service.stop()
  }
}

/** Each may fail alone. */
async function lives(plan, chosen) {
  const lines = []
  const all = [
    { title: 'Clusters through the MSK API', measure: measureLives },
    { title: 'A broker is killed', measure: measureFailovers },
  ]
  for (const { title, measure } of all) {
    if (!isWanted(plan, title)) continue
    try {
      lines.push(...(await measure(chosen, plan)))
    } catch (error) {
      plan.failures.push(`${title}: ${error.message}`)
    }
  }
  return lines
}

function isWanted({ only }, title) {
  return title.toLowerCase().includes(only.toLowerCase())
}

const how = [
  '## How',
  '- Each side is what CreateCluster makes for three brokers over three zones with the defaults of Amazon MSK (replication',
  '  factor 3, `min.insync.replicas` 2): ours inline is one process with the service; ours with processes has one for each',
  '  broker and one for the controller; Apache Kafka has a Java process for each of three brokers and three controllers,',
  "  with the Java flags of its own start script. All clusters run, idle, while one of them is loaded; they share the machine's",
  '  cores with the load client.',
  '- Raw load clients send prebuilt requests and cost little themselves: five in flight on a connection, where the row says',
  '  nothing else. Apache Kafka handles one request of a connection at a time: see the rows with more connections too.',
  '- "One replica" is a topic of the same cluster that is not replicated.',
  '- Acknowledgement times count from the moment when a request was due, so that a queue shows.',
  '- "A broker is killed": SIGKILL of its process; inline, which has no process for it, its end without a word and its start',
  '  anew, in a process with the engine alone. The clock runs from the kill to the first acknowledged record on a partition',
  '  that it led.',
].join('\n')
