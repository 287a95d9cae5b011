// `npm run bench -- --replicated`: clusters of three brokers over three zones, as CreateCluster makes them: ours inline,
// ours with a process a broker, and Apache Kafka, in one run. Gives the result of side-by-side/result.mjs, with
// its sides.
import { join } from 'node:path'
import { isWanted, measuredResult, measureEach } from '../side-by-side/result.mjs'
import { measureRounds } from '../side-by-side/rounds.mjs'
import { createActiveCluster, startClusterService } from '../service-cluster.mjs'
import { clusterBrokers, configureBrokers, createAssignedTopic } from '../protocol.mjs'
import { measureFailovers } from './failover.mjs'
import { measureLives } from './lives.mjs'
import { loadRows } from './loads.mjs'

const full = { seconds: 3, bytes: 400e6, latencySeconds: 4, topics: 1000 }
const short = { seconds: 0.5, bytes: 60e6, latencySeconds: 1, topics: 60 }

/** A minute would leave the files of many rows on the disk, and in memory. */
const deletedAfterMs = '100'

/** `choice`: what `sluice start` is told to run the brokers. */
const sides = [
  { side: 'inline', name: 'Sluice, inline', choice: ['--engine', 'embedded'] },
  { side: 'process', name: 'Sluice, processes', choice: ['--engine', 'embedded', '--hosting', 'process'] },
  { side: 'kafka', name: 'Apache Kafka', choice: ['--engine', 'apache-kafka'] },
]

/** `options`: as in result.mjs, and `only`: text of the rows wanted; `without`: sides that are left out; say. */
export async function replicated(options) {
  const chosen = sides.filter(({ side }) => !options.without.includes(side))
  const measure = async (plan) => [...(await loads(plan, chosen)), ...(await lives(plan, chosen))]
  const result = await measuredResult(options, { full, short, sides: chosen, measure })
  return { ...result, sides: chosen.map(({ side, name }) => ({ side, name })), how }
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
      targets.push({ ...one, service, megabytes: service.megabytes })
      const { addresses } = await createActiveCluster(service.msk)
      await configureBrokers(addresses[0], { 'log.segment.delete.delay.ms': deletedAfterMs })
      const brokers = await clusterBrokers(addresses[0])
      targets.at(-1).makeTopic = (row, topic) => makeTopic(row, topic, brokers)
    }
    return await measureRounds(rows, targets, plan, 'all processes')
  } finally {
    for (const { service } of targets) await service.stop()
  }
}

/** With the replicas that the row asks for; what it has to know of the brokers. */
async function makeTopic(row, topic, brokers) {
  const ids = [...brokers.keys()].sort((a, b) => a - b)
  const assignments = row.assignments(ids)
  const address = brokers.get(assignments[0][0])
  await createAssignedTopic(address, topic, assignments)
  return { address, ports: ids.map((id) => brokers.get(id).port) }
}

function lives(plan, chosen) {
  const all = [
    { title: 'Clusters through the MSK API', measure: () => measureLives(chosen, plan) },
    { title: 'A broker is killed', measure: () => measureFailovers(chosen, plan) },
  ]
  return measureEach(all, plan)
}

const how = [
  '## How',
  '- Each side is what CreateCluster makes for three brokers over three zones with the defaults of Amazon MSK (replication',
  '  factor 3, `min.insync.replicas` 2): ours inline is one process with the service; ours with processes has one for each',
  '  broker and one for the controller; Apache Kafka has a Java process for each of three brokers and three controllers,',
  "  with the Java flags of its own start script. All clusters run, idle, while one of them is loaded; they share the machine's",
  '  cores with the load client. Deleted topics go at once instead of after a minute.',
  '- Before each run the files of earlier ones are gone, the disk has written all else, the cores have had little to do for',
  '  half a second (JVMs go on compiling after their load), and the page cache has been warmed: on a virtual machine the',
  '  first use of a page after some seconds costs up to ten times as much as the write into it.',
  '- Raw load clients send prebuilt requests and cost little themselves: five in flight on a connection, where the row says',
  '  nothing else. Apache Kafka handles one request of a connection at a time: see the rows with more connections too.',
  '- "One replica" is a topic of the same cluster that is not replicated.',
  '- Three replicas on one machine write each byte three times, inline on one thread: there a page cache that is not warm',
  '  makes a third of the rows of 1 MB. Acknowledgement times at 1,000 requests a second are those of the schedule: with priority over all',
  '  other processes p99 is below a millisecond, also while the disk writes gigabytes.',
  '- Of a batch of 16 KB our own code inline takes as much of the processor with three replicas as with one; what differs is the',
  "  kernel's, for each further file. Apache Kafka's figure for such batches on one connection leaps between rounds: its median",
  '  wants five of them.',
  '- Acknowledgement times count from the moment when a request was due, so that a queue shows.',
  '- Memory is what the processes of a side have resident together; what those of one program share of its files (the runtime)',
  '  counts once.',
  '- "A broker is killed": SIGKILL of its process; inline, which has no process for it, its end without a word and its start',
  '  anew, in a process with the engine alone. The clock runs from the kill to the first acknowledged record on a partition',
  '  that it led.',
].join('\n')
