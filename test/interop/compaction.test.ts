import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import {
  alterConfigs,
  Connection,
  createTopic,
  fetchPartition,
  initProducerId,
  produceBatches,
} from '@sluice/client'
import { silentLogger, systemClock, systemDisk, systemNetwork, systemRandom } from '@sluice/effects'
import { type Cluster, startCluster } from '@sluice/engine'
import {
  batchesIn,
  type BatchInput,
  buildBatch,
  CodecId,
  ConfigResourceType,
  readRecordsAsync,
  RecordBatch,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ApacheKafkaProcess, freePort, writeProperties } from '../oracle/apache-kafka-process.ts'
import { locateApacheKafka, toolsOf } from '../oracle/locate-apache-kafka.ts'

// What our cleaner leaves is read by Apache Kafka: by its tool that dumps segments, and by a cluster of its own that
// starts on our directories.

const found = process.env.SLUICE_INTEROP ? await locateApacheKafka((line) => console.log(line)) : undefined
const kafka = found && !('missing' in found) ? found : null
const host = '127.0.0.1'
const topic = 'keyed'
const keyCount = 20
const rounds = 5
const within = { timeout: 60_000, interval: 100 }
const compacted = { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01' }

describe.skipIf(!kafka)('a compacted directory of ours', { timeout: 240_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-compaction-'))
  const logDirectory = join(directory, 'broker-1', 'volume-1', `${topic}-0`)
  let port = 0
  let controllerPort = 0
  let before: string[] = []
  const nodes: ApacheKafkaProcess[] = []

  beforeAll(async () => {
    port = await freePort()
    controllerPort = await freePort()
    const cluster = await start()
    const client = await connect()
    await createTopic(client, topic, { configs: compacted })
    await fill(client)
    // The last of each key, and what the active segment has beside that.
    await vi.waitFor(async () => {
      before = await readAll(client)
      expect(before).toHaveLength(keyCount * (Object.keys(CodecId).length + 1))
    }, within)
    await alterConfigs(client, ConfigResourceType.topic, topic, {
      ...compacted,
      'min.cleanable.dirty.ratio': '1',
    })
    before = await readAll(client)
    await client.close()
    await cluster.stop()
  }, 120_000)

  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill()))
    rmSync(directory, { recursive: true, force: true })
  })

  const start = (): Promise<Cluster> =>
    startCluster({
      directory,
      controller: { nodeId: 10_000, host, port: controllerPort },
      brokers: [
        { nodeId: 1, rack: null, listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port }] },
      ],
      properties: { 'log.cleaner.backoff.ms': '100', 'offsets.topic.replication.factor': '1' },
      effects: {
        disk: systemDisk(),
        clock: systemClock(),
        network: systemNetwork(),
        random: systemRandom(),
        logger: silentLogger,
      },
    })

  const connect = () => Connection.open({ network: systemNetwork(), host, port })

  it('is decoded by kafka-dump-log, every batch and index of it', async () => {
    const files = readdirSync(logDirectory)
      .filter((name) => /\.(log|index|timeindex|txnindex)$/.test(name))
      .map((name) => join(logDirectory, name))
    const tools = await toolsOf((line) => console.log(line))
    const { stdout } = await promisify(execFile)(
      kafka?.java ?? '',
      [
        '-cp',
        tools.join(delimiter),
        'org.apache.kafka.tools.DumpLogSegments',
        '--deep-iteration',
        '--print-data-log',
        '--files',
        files.join(','),
      ],
      { maxBuffer: 100_000_000 },
    )
    expect(stdout).not.toMatch(/isvalid: false|mismatch|corrupt|non-consecutive|Found timestamp/i)
    const dumped = [...stdout.matchAll(/\| offset: (\d+) .*? key: (\S+)(?: payload: (\S*))?/g)]
    expect(dumped.map(([, offset, key, value = '']) => `${offset} ${key}=${value}`)).toEqual(before)
    expect(stdout).toMatch(/deleteHorizonMs: OptionalLong\[\d+\]/)
    for (const codec of Object.keys(CodecId)) expect(stdout).toContain(`compresscodec: ${codec}`)
  })

  it('is a cluster of Apache Kafka, with every record, and is compacted on', async () => {
    for (const [name, properties] of Object.entries(propertiesOf())) {
      const file = join(directory, `${name}.properties`)
      writeProperties(file, properties)
      if (kafka) nodes.push(new ApacheKafkaProcess(kafka, file, join(directory, `${name}.log`)))
    }
    await nodes[1]?.untilReady({ host, port })
    const client = await connect()
    expect(await vi.waitFor(() => readAll(client), within)).toEqual(before)
    await client.close()
  })

  function propertiesOf() {
    const common = {
      'controller.quorum.voters': `10000@${host}:${controllerPort}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT',
      'offsets.topic.replication.factor': '1',
    }
    return {
      controller: {
        ...common,
        'process.roles': 'controller',
        'node.id': '10000',
        listeners: `CONTROLLER://${host}:${controllerPort}`,
        'log.dirs': join(directory, 'controller', 'volume-1'),
      },
      broker: {
        ...common,
        'process.roles': 'broker',
        'node.id': '1',
        listeners: `CLIENT://${host}:${port}`,
        'inter.broker.listener.name': 'CLIENT',
        'log.dirs': join(directory, 'broker-1', 'volume-1'),
      },
    }
  }
})

/** Every key several times, with every codec, by plain and idempotent producers; the last of some is a tombstone. */
async function fill(client: Connection): Promise<void> {
  const { producerId } = await initProducerId(client)
  let timestamp = Date.now()
  let sequence = 0
  for (let round = 0; round < rounds; round++)
    for (const codec of Object.values(CodecId)) {
      timestamp += 200
      const records = Array.from({ length: keyCount }, (_, at) => ({
        key: `k${codec}-${at}`,
        value: round === rounds - 1 && at % 5 === 0 ? null : `${round}-${at}`,
      }))
      const isIdempotent = codec % 2 === 0
      const own: Partial<BatchInput> = isIdempotent
        ? { producerId, producerEpoch: 0, baseSequence: sequence }
        : {}
      if (isIdempotent) sequence += keyCount
      const bytes = await buildBatch({ records, timestamp, codec, ...own })
      const { errorCode } = await produceBatches(client, topic, 0, bytes, { acks: -1 })
      expect(errorCode).toBe(0)
    }
}

async function readAll(client: Connection): Promise<string[]> {
  const all: string[] = []
  for (let offset = 0; ; ) {
    const { errorCode, records, highWatermark } = await fetchPartition(client, topic, 0, offset, {
      maxWaitMs: 0,
    })
    expect(errorCode).toBe(0)
    const bytes = records ?? Buffer.alloc(0)
    for (const { at } of batchesIn(bytes)) {
      offset = RecordBatch.nextOffset(bytes, at)
      for (const { offset: where, key, value } of await readRecordsAsync(bytes, at))
        all.push(`${where} ${key?.toString()}=${value?.toString() ?? ''}`)
    }
    if (offset >= Number(highWatermark) || bytes.length === 0) return all
  }
}
