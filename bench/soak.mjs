// `node bench/soak.mjs [minutes=10] [brokers=3]`: produce and consume at full speed for minutes and watch what the process
// holds. Two producers keep their pipelines full with acks=all to as many replicas as there are brokers, a consumer
// reads all over and over; retention keeps the disks bounded.
//
// What counts is held after a collection: what is resident beside it says how lazy V8 is, and is only told. The minutes
// count from when that has settled, which is when no minute's median has been above that of the first of four. Fails when
// the last third of the minutes is above the first one by more than a twentieth, or when it never settles.
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, fail } from '../scripts/prepare.mjs'
import { loadClients } from './clients.mjs'
import { residentMegabytes } from './processes.mjs'
import { clusterBrokers, createAssignedTopic, sleep } from './protocol.mjs'
import { hasSettled, judge } from './soak-judgement.mjs'
import { removeDirectory, startEngine, temporaryDirectory } from './targets.mjs'

const options = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split('=', 2)))
const minutes = Number(options.minutes ?? 10)
const brokers = Number(options.brokers ?? 3)
if (![minutes, brokers].every((number) => Number.isSafeInteger(number) && number > 0))
  fail(
    'Minutes and brokers are whole numbers above 0.',
    `It was told ${process.argv.slice(2).join(' ')}.`,
    'node bench/soak.mjs minutes=10 brokers=3',
  )
const topic = 'soak'
const partitions = 6
const sampleMs = 5000
const settledWithinMinutes = 15
/** One load run lasts so long; then its figures are added up and the next one starts. */
const runSeconds = 10
/** A partition keeps two segments of 64 MB or so: old data goes while new data comes. */
const properties = [
  'log.segment.bytes=67108864',
  'log.retention.bytes=134217728',
  'log.retention.check.interval.ms=1000',
  `min.insync.replicas=${Math.max(brokers - 1, 1)}`,
]

await ensureInstalled()
await ensureBuilt()
const clients = loadClients()
const directory = temporaryDirectory()
const engine = await startEngine(join(directory, 'engine'), undefined, properties, brokers, ['--expose-gc'])
let residentMost = 0
try {
  const ids = [...(await clusterBrokers(engine.address)).keys()].sort((a, b) => a - b)
  await createAssignedTopic(
    engine.address,
    topic,
    Array.from({ length: partitions }, () => ids),
  )
  const total = { produced: 0, consumed: 0 }
  let done = false
  const at = { ...engine.address, topic, partitions }
  const loop = async (key, run) => {
    while (!done) {
      const result = await run(runSeconds)
      total[key] += result.megabytesPerSecond * result.seconds
    }
  }
  const loads = Promise.all([
    loop('produced', (seconds) =>
      clients.run('produce', { ...at, record: 1024, batch: 16_384, acks: -1, connections: 2, seconds }),
    ),
    loop('consumed', (seconds) => clients.run('fetch', { ...at, follow: 1, records: 1e15, seconds })),
  ])
  try {
    await Promise.race([loads, watched(total)])
  } finally {
    done = true
  }
  await loads
} finally {
  await engine.stop()
  removeDirectory(directory)
}

async function watched(total) {
  const settling = []
  while (!hasSettled(settling) && settling.length < settledWithinMinutes) settling.push(await minute())
  const settled = settling.length
  if (!hasSettled(settling)) console.log(`the memory has not settled within ${settled} minutes`)
  const samples = []
  for (let i = 0; i < minutes; i++) samples.push(...(await minute()))
  const { first, last, most, isFlat } = judge(samples)
  const megabytes = (value) => `${value.toFixed(1)} MB`
  console.log(
    [
      `${settled} minutes until the memory had settled, then ${minutes} minutes, ${brokers} brokers:`,
      `produced ${megabytes(total.produced)}, consumed ${megabytes(total.consumed)}`,
    ].join(' '),
  )
  console.log(
    `held, median of the first third ${megabytes(first)}, of the last third ${megabytes(last)}; most ${megabytes(most)}; resident at most ${megabytes(residentMost)}`,
  )
  console.log(isFlat ? 'flat' : `GROWS: the last third is ${(last / first).toFixed(2)} × the first one`)
  process.exitCode = isFlat && hasSettled(settling) ? 0 : 1
}

/** The samples of a minute, in MB. */
async function minute() {
  const end = performance.now() + 60_000
  const samples = []
  while (performance.now() < end) {
    samples.push(await heldMegabytes())
    residentMost = Math.max(residentMost, residentMegabytes(engine.pid) ?? 0)
    await sleep(sampleMs)
  }
  return samples
}

/** After a collection. */
async function heldMegabytes() {
  const before = engine.output()
  engine.tell('held')
  for (;;) {
    await sleep(20)
    const output = engine.output()
    const bytes = /held (\d+)\n$/.exec(output)?.[1]
    if (bytes && output !== before) return Number(bytes) / 1e6
  }
}
