import { systemClock } from '@sluice/effects'
import { OperatingError } from '../fleet/operating-error.ts'
import type { KinesisApi, RecordPage } from './kinesis-api.ts'
import { type OutputFormat, printOne } from './output.ts'

/** Each shard may be read five times a second, by all who read it. */
const pollMs = 1_000

interface TailOptions {
  fromStart: boolean
  /** Ends where nothing more is there. */
  once: boolean
  output: OutputFormat
}

const clock = systemClock()

/** Again and again while the shard gives no more, be it that others read it or that it has just given much. */
async function patiently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const passes =
        error instanceof OperatingError && error.code === 'ProvisionedThroughputExceededException'
      if (!passes) throw error
      await clock.sleep(pollMs)
    }
  }
}

/** Prints records as they come: shard, key and text. Children are read when their parents have ended. */
export async function tailStream(api: KinesisApi, name: string, options: TailOptions): Promise<void> {
  const shards = await api.shards(name)
  const iterators = new Map<string, string>()
  const begun = new Set<string>()
  const begin = async (shardId: string, type: 'TRIM_HORIZON' | 'LATEST') => {
    if (begun.has(shardId)) return
    begun.add(shardId)
    const asked = { StreamName: name, ShardId: shardId, ShardIteratorType: type }
    const { ShardIterator: found } = await patiently(() =>
      api.call<{ ShardIterator: string }>('GetShardIterator', asked),
    )
    iterators.set(shardId, found)
  }
  for (const { ShardId: id } of shards) await begin(id, options.fromStart ? 'TRIM_HORIZON' : 'LATEST')
  for (;;) {
    let isMore = false
    for (const [shardId, iterator] of iterators) {
      const page = await patiently(() => api.call<RecordPage>('GetRecords', { ShardIterator: iterator }))
      await print(shardId, page, options.output)
      isMore ||= page.MillisBehindLatest > 0
      if (page.NextShardIterator !== undefined) iterators.set(shardId, page.NextShardIterator)
      else {
        iterators.delete(shardId)
        for (const child of page.ChildShards ?? []) await begin(child.ShardId, 'TRIM_HORIZON')
      }
    }
    if (iterators.size === 0 || (options.once && !isMore)) return
    await clock.sleep(pollMs)
  }
}

/** Each record by itself, also as JSON or YAML: there may be no last one. */
async function print(shard: string, { Records: records }: RecordPage, output: OutputFormat): Promise<void> {
  for (const { PartitionKey: key, Data, SequenceNumber: sequenceNumber } of records) {
    const data = Buffer.from(Data, 'base64').toString()
    await printOne({ shard, sequenceNumber, key, data }, () => `${shard}  ${key}  ${data}\n`, output)
  }
}
