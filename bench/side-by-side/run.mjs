// `npm run bench -- --side-by-side`: both engines on this machine in one run. Gives the result of result.mjs.
import { join } from 'node:path'
import { residentMegabytes } from '../processes.mjs'
import { createTopic } from '../protocol.mjs'
import { startEngine } from '../targets.mjs'
import { measureClusters } from './clusters.mjs'
import { compactionRows } from './compaction.mjs'
import { everydayClientRows } from './everyday-clients.mjs'
import { fetchRows } from './fetch.mjs'
import { groupRows } from './groups.mjs'
import { latencyRows } from './latency.mjs'
import { produceRows } from './produce.mjs'
import { isWanted, measuredResult, measureEach } from './result.mjs'
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

/** `options`: as in result.mjs, and `only`: text of the rows wanted; say. */
export function sideBySide(options) {
  const { kafka } = options
  const sides = [
    {
      side: 'sluice',
      name: 'Sluice',
      engine: 'embedded',
      start: async (directory, topic) => ({ ...(await startEngine(directory, topic)), directory }),
    },
    { side: 'kafka', name: 'Apache Kafka', engine: 'apache-kafka', start: kafka.start },
  ]
  const measure = async (plan) => [...(await loads(plan, sides, kafka)), ...(await lives(plan, sides))]
  return measuredResult(options, { full, short, sides, measure })
}

async function loads(plan, sides, kafka) {
  const context = { clients: plan.clients, kafka }
  const rows = [produceRows, fetchRows, latencyRows, everydayClientRows, groupRows, compactionRows]
    .flatMap((make) => make(context))
    .filter((row) => row.figures.some((figure) => isWanted(plan, `${row.section}: ${figure.title}`)))
  if (rows.length === 0) return []
  const targets = []
  try {
    for (const { side, name, start } of sides) {
      const running = await start(join(plan.directory, `loads-${side}`))
      const { address, pid } = running
      targets.push({
        side,
        name,
        ...running,
        megabytes: () => residentMegabytes(pid),
        makeTopic: (row, topic) => createTopic(address, topic, row.partitions),
      })
    }
    return await measureRounds(rows, targets, plan, 'one broker')
  } finally {
    for (const target of targets) await target.stop()
  }
}

function lives(plan, sides) {
  const counts = partitionCounts.filter((partitions) => !plan.quick || partitions <= partitionsQuickMax)
  const starts = counts.map((count) => ({
    title: `Starts: ${count} partitions`,
    measure: () => measureStarts(count, sides, plan),
  }))
  const clusters = { title: 'Clusters through the MSK API', measure: () => measureClusters(sides, plan) }
  return measureEach([...starts, clusters], plan)
}
