import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Brokers, createTopic, describeTopics, readTopics } from '@sluice/client'
import { silentLogger, systemClock, systemDisk, systemNetwork, systemRandom } from '@sluice/effects'
import { type Cluster, startCluster } from '@sluice/engine'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { freePort } from '../oracle/apache-kafka-process.ts'
import { locateApacheKafka, streamsOf } from '../oracle/locate-apache-kafka.ts'
import { countsOf, hasCompiler, WordCount } from './streams/word-count.ts'

// A word count of Kafka Streams, exactly once, while each of our brokers in turn is killed, or stopped, and comes back: every word of
// every line that its producer was acknowledged is counted once.

const found = process.env.SLUICE_INTEROP ? await locateApacheKafka((line) => console.log(line)) : undefined
const kafka = found && !('missing' in found) && (await hasCompiler(found.java)) ? found : null
if (found && !kafka)
  console.log(
    `Kafka Streams is left out: ${'missing' in found ? found.missing : 'this Java does not compile.'}`,
  )

const host = '127.0.0.1'
const nodeIds = [1, 2, 3]
const partitions = 3
const within = { timeout: 60_000, interval: 100 }
const properties = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'offsets.topic.num.partitions': '3',
  'transaction.state.log.num.partitions': '3',
  'group.initial.rebalance.delay.ms': '0',
  'broker.session.timeout.ms': '2000',
  'broker.heartbeat.interval.ms': '500',
}

describe.skipIf(!kafka)('Kafka Streams, exactly once', { timeout: 240_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-streams-'))
  const clock = systemClock()
  const network = systemNetwork()
  const stop = new AbortController()
  /** By word, what was said of it, in order. */
  const told = new Map<string, number[]>()
  const ports = new Map<number, number>()
  let cluster: Cluster
  let brokers: Brokers
  let program: WordCount
  let reading: Promise<void> = Promise.resolve()

  const node = (nodeId: number) => {
    const listener = { name: 'CLIENT', protocol: 'PLAINTEXT', host, port: ports.get(nodeId) ?? 0 } as const
    return { nodeId, rack: null, listeners: [listener] }
  }
  let failure: unknown = null
  const total = () => {
    if (failure) throw failure
    return [...told.values()].reduce((sum, counts) => sum + counts.length, 0)
  }
  const untilMore = () => {
    const before = total()
    return vi.waitFor(() => expect(total()).toBeGreaterThan(before + 50), within)
  }

  const read = async () => {
    const ranges = Array.from({ length: partitions }, (_, partition) => ({
      topic: 'counts',
      partition,
      start: 0,
      end: null,
    }))
    for await (const records of readTopics({ brokers, clock, ranges, signal: stop.signal }))
      for (const { key, value } of records) {
        const word = key?.toString() ?? ''
        told.set(word, [...(told.get(word) ?? []), Number(value?.toString())])
      }
  }

  beforeAll(async () => {
    if (!kafka) return
    for (const nodeId of nodeIds) ports.set(nodeId, await freePort())
    cluster = await startCluster({
      directory: join(directory, 'cluster'),
      controller: { nodeId: 10_000, host, port: await freePort() },
      brokers: nodeIds.map(node),
      properties,
      effects: { clock, disk: systemDisk(), network, random: systemRandom(), logger: silentLogger },
    })
    const bootstrap = [...ports.values()].map((port) => ({ host, port }))
    brokers = new Brokers({ network, clock, bootstrap, clientId: 'interop', requestTimeoutMs: 30_000 })
    for (const topic of ['lines', 'counts']) await createTopic(await brokers.any(), topic, { partitions })
    program = new WordCount({
      ...kafka,
      classPath: await streamsOf(kafka, (line) => console.log(line)),
      bootstrap: bootstrap.map(({ port }) => `${host}:${port}`).join(),
      directory,
    })
    reading = read().catch((error: unknown) => {
      failure = error
    })
  }, 120_000)

  afterAll(async () => {
    stop.abort()
    await program?.end()
    await reading
    await brokers?.close()
    await cluster?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  const isWhole = async () => {
    const { topics } = await describeTopics(await brokers.any(), ['lines', 'counts'])
    for (const topic of topics)
      for (const { isrNodes } of topic.partitions) expect(isrNodes).toHaveLength(nodeIds.length)
  }

  it('counts what is acknowledged, whichever broker is away', async () => {
    await untilMore().catch(complain)
    for (const nodeId of [1, 2]) {
      await cluster.kill(nodeId)
      await untilMore().catch(complain)
      await cluster.startBroker(node(nodeId), properties)
      await vi.waitFor(isWhole, within)
    }
    await cluster.stopBroker(3)
    await untilMore().catch(complain)
    await cluster.startBroker(node(3), properties)
    await untilMore().catch(complain)
    const expected = countsOf(await program.feedNoMore())
    const all = [...expected.values()].reduce((sum, count) => sum + count, 0)
    await vi.waitFor(() => expect(total()).toBeGreaterThanOrEqual(all), within).catch(complain)
    for (const [word, count] of expected)
      expect(told.get(word), word).toEqual(Array.from({ length: count }, (_, at) => at + 1))
    expect(all).toBeGreaterThan(200)
  })

  function complain(error: unknown): never {
    console.error(readFileSync(join(directory, 'word-count.log'), 'utf8').slice(-5_000))
    throw error
  }
})
