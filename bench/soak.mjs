// `node bench/soak.mjs [minutes=5] [mode=engine]`: produce and consume at full speed for minutes and watch the
// memory of the broker. Two producers keep their pipelines full, a consumer reads all over and over; retention
// keeps the disk bounded. Fails when the memory of the last third is above that of the middle one by a tenth.
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled } from '../scripts/prepare.mjs'
import { loadClients } from './clients.mjs'
import { residentMegabytes } from './processes.mjs'
import { createTopic, sleep } from './protocol.mjs'
import { median } from './statistics.mjs'
import { removeDirectory, startEngine, temporaryDirectory } from './targets.mjs'

const options = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split('=', 2)))
const minutes = Number(options.minutes ?? 5)
const growthMax = 1.1
const topic = 'soak'
const partitions = 6
const sampleMs = 1000
/** One load run lasts so long; then its figures are added up and the next one starts. */
const runSeconds = 10
/** A partition keeps two segments of 64 MB or so: old data goes while new data comes. */
const retention = [
  'log.segment.bytes=67108864',
  'log.retention.bytes=134217728',
  'log.retention.check.interval.ms=1000',
]

await ensureInstalled()
await ensureBuilt()
const clients = loadClients()
const directory = temporaryDirectory()
const engine = await startEngine(join(directory, 'engine'), undefined, retention)
try {
  await createTopic(engine.address, topic, partitions)
  const end = performance.now() + minutes * 60_000
  const samples = []
  const total = { produced: 0, consumed: 0 }
  const sampling = (async () => {
    while (performance.now() < end) {
      samples.push(residentMegabytes(engine.pid))
      await sleep(sampleMs)
    }
  })()
  const at = { ...engine.address, topic, partitions }
  const loop = async (key, run) => {
    while (performance.now() < end) {
      const result = await run(Math.min(runSeconds, Math.max((end - performance.now()) / 1000, 1)))
      total[key] += result.megabytesPerSecond * result.seconds
    }
  }
  await Promise.all([
    sampling,
    loop('produced', (seconds) =>
      clients.run('produce', { ...at, record: 1024, batch: 16_384, connections: 2, seconds }),
    ),
    loop('consumed', (seconds) => clients.run('fetch', { ...at, follow: 1, records: 1e15, seconds })),
  ])
  report(samples, total)
} finally {
  await engine.stop()
  removeDirectory(directory)
}

function report(samples, total) {
  const third = Math.floor(samples.length / 3)
  const [first, middle, last] = [0, 1, 2].map((part) =>
    median(samples.slice(part * third, (part + 1) * third)),
  )
  const megabytes = (value) => `${value.toFixed(0)} MB`
  console.log(
    `${minutes} minutes: produced ${megabytes(total.produced)}, consumed ${megabytes(total.consumed)}`,
  )
  console.log(
    `memory, median of each third: ${[first, middle, last].map(megabytes).join(', ')}; most ${megabytes(Math.max(...samples))}`,
  )
  const growth = last / middle
  console.log(growth <= growthMax ? 'flat' : `GROWS: the last third is ${growth.toFixed(2)} × the middle one`)
  process.exitCode = growth <= growthMax ? 0 : 1
}
