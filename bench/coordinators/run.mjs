// What coordinators of groups and of transactions do, beside Apache Kafka: three brokers each, under the same load.
import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { processorMs } from '../processes.mjs'
import { tableOf } from '../report.mjs'
import { formatRatio, ratioOfMedians, withSpread } from '../statistics.mjs'
import { startEngine } from '../targets.mjs'

const client = fileURLToPath(new URL('client.mjs', import.meta.url))
const clientTimeoutMs = 300_000
const intervalMs = 3_000
const brokerCount = 3
/** Of both sides: three replicas of everything, as Amazon MSK has them. */
const settings = [
  'default.replication.factor=3',
  'min.insync.replicas=2',
  'offsets.topic.replication.factor=3',
  'transaction.state.log.replication.factor=3',
  'transaction.state.log.min.isr=2',
]

/** The table of the run, in Markdown. */
export async function coordinators({ directory, rounds, quick, kafka, only, say }) {
  const sides = [{ name: 'sluice', start: () => startOurs(join(directory, 'engine')) }]
  if (kafka)
    sides.push({
      name: 'kafka',
      start: () => kafka.startCluster(join(directory, 'kafka'), brokerCount, settings),
    })
  for (const side of sides) side.target = await side.start()
  const lines = []
  try {
    for (const row of rowsOf(quick).filter(({ title }) => title.includes(only))) {
      const found = await measured(row, sides, { rounds, quick }).catch((error) => {
        say(`FAILED ${row.title}: ${error.message.split('\n')[0]}`)
        return new Map()
      })
      lines.push(...row.figures.map((figure) => lineOf(figure, found)))
      say(`measured: ${row.title}`)
    }
  } finally {
    for (const { target } of sides) await target.stop()
  }
  return tableOf([['work', 'unit', 'Sluice', 'Apache Kafka', 'against it', 'wanted'], ...lines])
}

/** Inline, as the service has them: one process for all of them. */
async function startOurs(directory) {
  const target = await startEngine(directory, undefined, settings, brokerCount)
  return { ...target, pids: [target.pid] }
}

async function measured(row, sides, { rounds, quick }) {
  const found = new Map(sides.map(({ name }) => [name, []]))
  // The first round warms up and does not count.
  for (let round = quick || row.isOnce ? 1 : 0; round <= (row.isOnce ? 1 : rounds); round++)
    for (const side of round % 2 ? sides : sides.toReversed()) {
      const figures = await row.measure(side)
      if (round > 0) found.get(side.name).push(figures)
    }
  return found
}

function lineOf({ title, key, unit, wanted }, found) {
  const [ours, theirs] = ['sluice', 'kafka'].map((side) => (found.get(side) ?? []).map((each) => each[key]))
  return [
    title,
    unit,
    withSpread(ours),
    withSpread(theirs),
    formatRatio(ratioOfMedians(ours, theirs)),
    wanted,
  ]
}

function rowsOf(quick) {
  const seconds = quick ? 1 : 5
  return [
    {
      title: 'transactions, one producer',
      figures: [
        {
          title: 'commit of a transaction over 6 partitions, p50',
          key: 'p50Ms',
          unit: 'ms',
          wanted: '≤ 0.5 ×',
        },
        {
          title: 'commit of a transaction over 6 partitions, p99',
          key: 'p99Ms',
          unit: 'ms',
          wanted: '≤ 0.5 ×',
        },
        { title: 'transactions, one producer', key: 'perSecond', unit: '1/s', wanted: '≥ 2 ×' },
      ],
      measure: (side) => run(side, { kind: 'transactions', producers: 1, seconds }),
    },
    {
      title: 'transactions, ten producers',
      figures: [{ title: 'transactions, ten producers', key: 'perSecond', unit: '1/s', wanted: '≥ 2 ×' }],
      measure: (side) => run(side, { kind: 'transactions', producers: 10, seconds }),
    },
    ...['eager', 'cooperative', 'consumer'].map((protocol) => {
      const title = `rebalance, 50 members, ${protocol === 'consumer' ? 'KIP-848' : protocol}`
      return {
        title,
        figures: [{ title, key: 'tookMs', unit: 'ms', wanted: '≤ 1 ×' }],
        measure: (side) => run(side, { kind: 'rebalance', protocol, members: 50 }),
      }
    }),
    {
      title: 'offset commits, 16 in flight',
      figures: [{ title: 'offset commits, 16 in flight', key: 'perSecond', unit: '1/s', wanted: '≥ 2 ×' }],
      measure: (side) => run(side, { kind: 'commits', seconds }),
    },
    {
      title: 'heartbeats of 1,000 groups of 4 members',
      isOnce: true,
      figures: [
        {
          title: `heartbeats of 1,000 groups of 4 members, each ${intervalMs / 1_000} s: of one core`,
          key: 'share',
          unit: '%',
          wanted: '≤ 0.5 ×',
        },
      ],
      measure: (side) => heartbeats(side, quick ? 100 : 1_000, quick ? 3 : 15),
    },
    {
      title: 'start with 100,000 offsets and 10,000 transactional ids',
      isOnce: true,
      figures: [
        {
          title: 'start with 100,000 offsets and 10,000 transactional ids, until all are loaded',
          key: 'tookMs',
          unit: 'ms',
          wanted: '≤ 0.5 ×',
        },
      ],
      measure: (side) => restart(side, quick ? 10_000 : 100_000, quick ? 1_000 : 10_000),
    },
  ]
}

let names = 0

const planOf = ({ target }, load) =>
  JSON.stringify({ name: `bench-${++names}`, host: target.address.host, port: target.address.port, ...load })

async function run(side, load) {
  const options = { timeout: clientTimeoutMs }
  const { stdout } = await promisify(execFile)(process.execPath, [client, planOf(side, load)], options)
  return JSON.parse(stdout)
}

async function heartbeats(side, groups, seconds) {
  const load = spawn(process.execPath, [client, planOf(side, { kind: 'heartbeats', groups, intervalMs })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve, reject) => {
    load.once('error', reject)
    load.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the load ended with ${code}`))))
  })
  await Promise.race([new Promise((resolve) => load.stdout.once('data', resolve)), ended])
  // Who has joined too late has had the others join again by then.
  await new Promise((resolve) => setTimeout(resolve, 3 * intervalMs))
  const busyMs = () => side.target.pids.reduce((sum, pid) => sum + processorMs(pid), 0)
  const before = busyMs()
  const began = performance.now()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  const share = (100 * (busyMs() - before)) / (performance.now() - began)
  load.stdin.end()
  await ended
  return { share }
}

/** It stops in order; what it has to load is what was committed. */
async function restart(side, offsets, ids) {
  const load = { name: `bench-${++names}`, offsets, ids }
  await run(side, { ...load, kind: 'fill' })
  await side.target.stop()
  const began = Date.now()
  side.target = await side.start()
  const { loadedAt } = await run(side, { ...load, kind: 'untilLoaded' })
  return { tookMs: loadedAt - began }
}
