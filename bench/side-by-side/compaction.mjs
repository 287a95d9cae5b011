// How fast the log cleaner goes through a log, and what others feel of it. The time runs from the change of the config that
// makes the log due to the last change of its size on the disk; what counts is what was there before.
import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import kafkajs from 'kafkajs'
import { configureBrokers, createTopic, sleep } from '../protocol.mjs'

const recordBytes = 1000
const recordsPerBatch = 900
/** So many records of each key, of which one stays. */
const copiesOfKey = 5
const segmentBytes = 16 * 1024 * 1024
/** Brokers look again after so long, and had waited for 15 seconds before they heard of it. */
const backoff = { 'log.cleaner.backoff.ms': '100' }
const backoffBeforeMs = 15_000
const rate = 1000
const pollMs = 20
const quietMs = 2_000
const withinMs = 120_000

export function compactionRows({ clients }) {
  const p99 = (when, key) => ({ key, title: `produce to consume ${when}, p99`, unit: 'ms', better: 'less' })
  return [
    {
      section: 'Compaction',
      partitions: 1,
      figures: [
        { key: 'megabytesPerSecond', title: '1 KB records, five of a key', unit: 'MB/s', better: 'more' },
        p99('without it', 'p99Ms'),
        p99('beside it', 'p99BesideMs'),
      ],
      measure: (at) => measureCompaction(clients, at),
    },
  ]
}

async function measureCompaction(clients, { address, topic, directory, limits }) {
  const keyed = `${topic}-keyed`
  const besideTopic = `${topic}-beside`
  const kafka = new kafkajs.Kafka({
    brokers: [`${address.host}:${address.port}`],
    logLevel: kafkajs.logLevel.NOTHING,
  })
  const admin = kafka.admin()
  await admin.connect()
  try {
    await configureBrokers(address, backoff)
    const heardMs = performance.now()
    const configure = (dirtyRatio) =>
      admin.alterConfigs({ resources: [{ type: 2, name: keyed, configEntries: configsOf(dirtyRatio) }] })
    await createTopic(address, keyed, 1)
    await configure('1')
    await fill(kafka, keyed, limits.fill)
    const latency = (of) =>
      clients.run('latency', {
        ...address,
        topic: of,
        rate,
        each: 1,
        record: 100,
        count: rate * limits.latencySeconds,
      })
    await createTopic(address, besideTopic, 1)
    const { p99Ms } = await latency(topic)
    await sleep(Math.max(0, heardMs + backoffBeforeMs + 1_000 - performance.now()))
    const logDirectory = findDirectory(directory, `${keyed}-0`)
    const bytes = sizeOf(logDirectory)
    const cleaned = untilQuiet(logDirectory)
    await configure('0.01')
    const [seconds, beside] = await Promise.all([cleaned, latency(besideTopic)])
    await admin.deleteTopics({ topics: [keyed, besideTopic] })
    return { megabytesPerSecond: bytes / 1e6 / seconds, p99Ms, p99BesideMs: beside.p99Ms }
  } finally {
    await admin.disconnect()
  }
}

function configsOf(dirtyRatio) {
  return [
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'segment.bytes', value: String(segmentBytes) },
    { name: 'min.cleanable.dirty.ratio', value: dirtyRatio },
  ]
}

async function fill(kafka, topic, bytes) {
  const producer = kafka.producer()
  await producer.connect()
  const count = Math.ceil(bytes / recordBytes)
  const keys = Math.ceil(count / copiesOfKey)
  const value = Buffer.alloc(recordBytes, 'a record of which most is the same ')
  for (let from = 0; from < count; from += recordsPerBatch) {
    const messages = Array.from({ length: recordsPerBatch }, (_, at) => ({
      // Scattered: a prime apart.
      key: `key-${((from + at) * 7919) % keys}`,
      value,
    }))
    await producer.send({ topic, messages, acks: 1 })
  }
  await producer.disconnect()
}

/** Seconds until the log has become smaller for the last time. */
async function untilQuiet(logDirectory) {
  const began = performance.now()
  const before = sizeOf(logDirectory)
  let size = before
  let changed = began
  for (;;) {
    await sleep(pollMs)
    const now = performance.now()
    const found = sizeOf(logDirectory)
    if (found !== size) changed = now
    size = found
    if (size < before && now - changed > quietMs) return (changed - began) / 1000
    if (now - began > withinMs) throw new Error(`the log was not compacted within ${withinMs / 1000} seconds`)
  }
}

function sizeOf(logDirectory) {
  let bytes = 0
  for (const name of readdirSync(logDirectory))
    if (name.endsWith('.log'))
      bytes += statSync(join(logDirectory, name), { throwIfNoEntry: false })?.size ?? 0
  return bytes
}

function findDirectory(root, name) {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
  const found = entries.find((entry) => entry.isDirectory() && basename(entry.name) === name)
  if (!found) throw new Error(`${name} is not below ${root}`)
  return join(found.parentPath ?? found.path, found.name)
}
