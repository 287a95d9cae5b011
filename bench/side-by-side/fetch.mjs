// Fetch, with the raw clients: from the disk, from the page cache, and at the end of a log that grows.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Unserved } from './unserved.mjs'

const partitions = 6
const recordBytes = 1024
const batches = [
  { name: '16 KB', bytes: 16_384 },
  { name: '1 MB', bytes: 1_000_000 },
]
/** Of what was dropped from the page cache so much may be back when the reading begins. */
const residentShareMax = 0.05
/** The producer goes on a little longer than the consumer that follows it. */
const producerAheadSeconds = 0.8

export function fetchRows({ clients }) {
  return batches.flatMap((batch) => [
    row(batch, 'from the disk, once', readCold),
    row(batch, 'from the page cache', readWarm),
    row(batch, 'at the end of a log that grows', readTail),
  ])

  function row(batch, title, measure) {
    return {
      section: 'Fetch',
      partitions,
      figures: [
        {
          key: 'megabytesPerSecond',
          title: `${title}, batches of ${batch.name}, ${partitions} partitions`,
          unit: 'MB/s',
          better: 'more',
        },
      ],
      measure: (target) => measure(target, batch.bytes),
    }
  }

  async function fill({ address, topic, limits }, batch) {
    // No warm-up: every record that is written counts.
    const load = { record: recordBytes, batch, seconds: 30, bytes: limits.fill, warmup: 0 }
    return (await clients.run('produce', { ...address, topic, partitions, ...load })).records
  }

  async function readWarm(target, batch) {
    const { address, topic, limits } = target
    const filled = await fill(target, batch)
    return clients.run('fetch', { ...address, topic, partitions, records: filled, seconds: limits.seconds })
  }

  async function readCold(target, batch) {
    const { address, topic, directory } = target
    const filled = await fill(target, batch)
    const dropped = await clients.run('drop-cache', segmentsOf(directory, topic))
    if (!dropped.asked) throw new Unserved('this system has no request to drop files from the page cache')
    if (dropped.residentBytes > dropped.bytes * residentShareMax)
      throw new Error(
        `${dropped.residentBytes} of ${dropped.bytes} bytes would not leave the page cache: this would not be cold`,
      )
    return clients.run('fetch', { ...address, topic, partitions, records: filled, once: 1 })
  }

  async function readTail({ address, topic, limits }, batch) {
    const at = { ...address, topic, partitions }
    const producing = clients.run('produce', {
      ...at,
      record: recordBytes,
      batch,
      connections: 2,
      seconds: limits.seconds + producerAheadSeconds,
    })
    const reading = clients.run('fetch', { ...at, follow: 1, records: 1e15, seconds: limits.seconds })
    const [, read] = await Promise.all([producing, reading])
    return read
  }
}

/** The files with the records of a topic, below any directory of a broker. */
function segmentsOf(directory, topic) {
  const isPartition = new RegExp(`(^|/)${topic}-\\d+/[^/]*\\.log$`)
  const files = readdirSync(directory, { recursive: true }).filter((path) => isPartition.test(path))
  if (files.length === 0) throw new Error(`no segment of ${topic} where the broker keeps its files`)
  return files.map((path) => join(directory, path))
}
