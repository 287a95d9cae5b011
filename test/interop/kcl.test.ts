import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt, Sandbox } from '../cli/sluice.ts'
import { freePort } from '../oracle/apache-kafka-process.ts'
import { aggregated } from './kcl/aggregated.ts'
import { type Application, type Done, kclClassPath, KclWorker } from './kcl/worker.ts'

// Applications of the Kinesis Client Library, three workers each, with their leases in dynalite: a shard is split, two are merged,
// and leases move from worker to worker. The KCL promises each record at least once: a worker that loses a lease cannot note any
// more how far it has come, and the next one begins behind the last note. Beyond that nothing comes twice, and nothing is left out.
// Release 3 wants an index that dynalite does not make: SLUICE_DYNAMODB names the endpoint of another DynamoDB, or it is left out.

const { cachedPackage, cacheDirectory } = (await import(
  new URL('../../scripts/cached-package.mjs', import.meta.url).href
)) as { cachedPackage: (name: string, version: string) => string; cacheDirectory: (name: string) => string }

const otherDynamo = process.env.SLUICE_DYNAMODB
const releases = otherDynamo ? ['2.6.0', '3.0.3'] : ['2.6.0']
const cache = cacheDirectory('interop')
const classPaths = new Map(
  process.env.SLUICE_INTEROP ? releases.map((version) => [version, kclClassPath(version, cache)]) : [],
)
const isReady = [...classPaths.values()].some((path) => path !== undefined)
const within = { timeout: 150_000, interval: 100 }

describe.skipIf(!isReady)('an application of the KCL', { timeout: 300_000 }, () => {
  const sandbox = new Sandbox()
  const ending = new AbortController()
  let kinesis: KinesisClient
  let shared: Pick<Application, 'credentials' | 'dynamo'>
  let doors: Record<'plain' | 'TLS', Pick<Application, 'endpoint' | 'truststore'>>

  beforeAll(async () => {
    await ensureBuilt()
    const started = await sandbox.start('--no-cluster')
    expect(started.exitCode, started.stderr).toBe(0)
    const { endpoint, region, credentials } = JSON.parse((await sandbox.run('env', '-o', 'json')).stdout)
    kinesis = new KinesisClient({ endpoint, region, credentials })
    const byTls = JSON.parse((await sandbox.run('env', '--https', '-o', 'json')).stdout)
    doors = {
      plain: { endpoint },
      TLS: { endpoint: byTls.endpoint, truststore: byTls.SLUICE_JAVA_TRUSTSTORE },
    }
    const port = await freePort()
    const words = [join(cachedPackage('dynalite', '4.0.0'), 'cli.js'), '--port', String(port)]
    const dynalite = spawn(process.execPath, [...words, '--createTableMs', '10'], {
      signal: ending.signal,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    dynalite.on('error', () => {})
    await once(dynalite.stdout, 'data')
    shared = { credentials, dynamo: otherDynamo ?? `http://127.0.0.1:${port}` }
  }, 300_000)
  afterAll(async () => {
    kinesis.destroy()
    ending.abort()
    await sandbox.close()
  })

  it.each([
    ['2.6.0', 'polling', 'plain'],
    ['2.6.0', 'fan-out', 'TLS'],
    ['3.0.3', 'polling', 'TLS'],
  ] as const)(
    'of release %s, by %s, %s, reads every record through split and merge',
    async (release, retrieval, door) => {
      const classPath = classPaths.get(release)
      if (classPath === undefined) return
      const stream = `kcl-${release.replaceAll('.', '-')}-${retrieval}`
      const done: Done[] = []
      await kinesis.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 3 }))
      await active(stream)
      let next = 0
      const put = async (count: number) => {
        const Records = Array.from({ length: count }, () => ({
          PartitionKey: `key-${next % 23}`,
          Data: Buffer.from(String(next++)),
        }))
        const sent = await kinesis.send(new PutRecordsCommand({ StreamName: stream, Records }))
        expect(sent.FailedRecordCount).toBe(0)
      }
      const putAggregated = async (count: number) => {
        const texts = Array.from({ length: count }, () => String(next++))
        const Data = aggregated('key-0', texts)
        await kinesis.send(
          new PutRecordsCommand({ StreamName: stream, Records: [{ PartitionKey: 'key-0', Data }] }),
        )
      }
      const read = () =>
        expect.poll(() => new Set(done.flatMap(({ text }) => text ?? [])).size, within).toBe(next)
      const workers = ['a', 'b', 'c'].map(
        (name) =>
          new KclWorker(classPath, name, { ...shared, ...doors[door], stream, retrieval }, (one) =>
            done.push(one),
          ),
      )
      try {
        await put(200)
        await read()
        await put(100)
        await putAggregated(20)
        const middle = '50000000000000000000000000000000000000'
        await kinesis.send(
          new SplitShardCommand({ StreamName: stream, ShardToSplit: shardId(0), NewStartingHashKey: middle }),
        )
        await active(stream)
        await put(100)
        await read()
        await kinesis.send(
          new MergeShardsCommand({
            StreamName: stream,
            ShardToMerge: shardId(3),
            AdjacentShardToMerge: shardId(4),
          }),
        )
        await active(stream)
        await put(100)
        await read()
        await put(100)
        await read()
      } finally {
        await Promise.all(workers.map((worker) => worker.stop()))
      }
      checkReading(done)
    },
  )

  const shardId = (number: number) => `shardId-${String(number).padStart(12, '0')}`

  async function active(StreamName: string): Promise<void> {
    const state = async () =>
      (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary
        ?.StreamStatus
    await expect.poll(state, within).toBe('ACTIVE')
  }
})

/** Whoever begins with a shard begins behind the last checkpoint of it, and gets each record after that once and in order. */
function checkReading(done: readonly Done[]): void {
  const noted = new Map<string, string>()
  const reached = new Map<string, bigint>()
  let again = 0
  let uncertain = 0
  const seen = new Set<string>()
  const given = new Set<string>()
  const last = new Map<string, string>()
  for (const { worker, what, shard, sequenceNumber = '', within: sub = 0, text = '', from = '' } of done) {
    const reader = `${worker} ${shard}`
    if (what === 'begins') {
      // What its predecessor says of a checkpoint may come a little later than what it says itself.
      const isNoted = from === (noted.get(shard) ?? 'TRIM_HORIZON') || given.has(`${shard} ${from}`)
      expect([shard, from, isNoted]).toEqual([shard, from, true])
      reached.set(reader, from === 'TRIM_HORIZON' ? -1n : place(from, withinMax))
    } else if (what === 'record') {
      expect(place(sequenceNumber, sub)).toBeGreaterThan(reached.get(reader) ?? -1n)
      reached.set(reader, place(sequenceNumber, sub))
      last.set(reader, sequenceNumber)
      given.add(`${shard} ${sequenceNumber}`)
      if (seen.has(text)) again++
      seen.add(text)
    } else if (what === 'checkpoint') noted.set(shard, last.get(reader) ?? '')
    else if (what === 'nocheckpoint') uncertain++
  }
  console.log(
    `${seen.size} records, ${again} of them again, ${uncertain} batches of whoever had lost the lease`,
  )
  if (uncertain === 0) expect(again).toBe(0)
}

const withinMax = 999

/** Of a record among all of a shard, be it one of several in one. */
function place(sequenceNumber: string, sub: number): bigint {
  return BigInt(sequenceNumber) * 1_000n + BigInt(sub)
}
