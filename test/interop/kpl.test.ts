import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt, Sandbox } from '../cli/sluice.ts'
import { deaggregated } from './kcl/aggregated.ts'
import { mavenClassPath } from './maven-class-path.ts'

// The Kinesis Producer Library, whose own program, of which there is one for Linux and macOS in its package, sends by TLS alone: it puts
// many records into one, and finds out by itself that a shard has been split.

const { cacheDirectory } = (await import(
  new URL('../../scripts/cached-package.mjs', import.meta.url).href
)) as { cacheDirectory: (name: string) => string }

const classPath = process.env.SLUICE_INTEROP
  ? mavenClassPath({
      library: 'KPL',
      property: 'kpl.version',
      version: '1.0.4',
      folder: new URL('kpl/', import.meta.url),
      sources: ['Producer.java'],
      cache: cacheDirectory('interop'),
    })
  : undefined
const within = { timeout: 60_000, interval: 100 }
const StreamName = 'kpl'

describe.skipIf(classPath === undefined)('a producer of the KPL', { timeout: 180_000 }, () => {
  const sandbox = new Sandbox()
  const told = new Map<number, string>()
  let kinesis: KinesisClient
  let producer: ChildProcess
  let lines: AsyncIterator<string>

  beforeAll(async () => {
    await ensureBuilt()
    const started = await sandbox.start('--no-cluster')
    expect(started.exitCode, started.stderr).toBe(0)
    const { endpoint, region, credentials } = JSON.parse((await sandbox.run('env', '-o', 'json')).stdout)
    kinesis = new KinesisClient({ endpoint, region, credentials })
    const { accessKeyId, secretAccessKey } = credentials
    const words = ['Producer', StreamName, new URL(endpoint).port, accessKeyId, secretAccessKey]
    producer = spawn('java', ['-Xmx256m', '-cp', classPath ?? '', ...words], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    if (!producer.stdout) throw new Error('it has an output')
    lines = createInterface(producer.stdout)[Symbol.asyncIterator]()
  }, 180_000)
  afterAll(async () => {
    kinesis.destroy()
    const killing = setTimeout(() => producer.kill('SIGKILL'), 20_000)
    producer.stdin?.end()
    if (producer.exitCode === null) await once(producer, 'exit')
    clearTimeout(killing)
    await sandbox.close()
  })

  /** Where each record is from now on, as the producer is told. */
  async function put(from: number, count: number): Promise<void> {
    producer.stdin?.write(`${from} ${count}\n`)
    for (;;) {
      const { value = '', done } = await lines.next()
      if (done) throw new Error('the producer has ended')
      if (value === 'done') return
      const [number, ...place] = String(value).split(' ')
      told.set(Number(number), place.slice(0, 2).join(' '))
    }
  }

  async function active(): Promise<void> {
    const state = async () =>
      (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary
        ?.StreamStatus
    await expect.poll(state, within).toBe('ACTIVE')
  }

  /** The places of each number, and how many records of the stream these came in. */
  async function readAll(): Promise<{ places: Map<number, string[]>; records: number }> {
    const places = new Map<number, string[]>()
    let records = 0
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }))
    for (const { ShardId } of Shards) {
      const how = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const }
      let { ShardIterator: next } = await kinesis.send(new GetShardIteratorCommand(how))
      while (next !== undefined) {
        const page = await kinesis.send(new GetRecordsCommand({ ShardIterator: next }))
        for (const { Data, SequenceNumber } of page.Records ?? []) {
          records++
          for (const text of deaggregated(Buffer.from(Data ?? []))) {
            const known = places.get(Number(text)) ?? []
            places.set(Number(text), [...known, `${ShardId} ${SequenceNumber}`])
          }
        }
        next = page.Records?.length === 0 ? undefined : page.NextShardIterator
      }
    }
    return { places, records }
  }

  it('puts what is read back, where it is told, also when a shard is split meanwhile', async () => {
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 3 }))
    await active()
    await put(0, 2_000)
    const split = { StreamName, ShardToSplit: 'shardId-000000000000' }
    const middle = '50000000000000000000000000000000000000'
    const putting = put(2_000, 2_000)
    await kinesis.send(new SplitShardCommand({ ...split, NewStartingHashKey: middle }))
    await putting
    await active()
    await put(4_000, 2_000)
    const { places, records } = await readAll()
    expect(told.size).toBe(6_000)
    for (const [number, place] of told)
      expect([number, places.get(number)]).toEqual([number, expect.arrayContaining([place])])
    expect(records).toBeLessThan(3_000)
    const shards = new Set([...told.values()].map((place) => place.split(' ')[0]))
    expect(shards.size).toBeGreaterThan(3)
    console.log(`${told.size} records in ${records}, in ${shards.size} shards`)
  })
})
