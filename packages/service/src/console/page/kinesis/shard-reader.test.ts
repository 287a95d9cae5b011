import { describe, expect, it } from 'vitest'
import type { Api } from '../api.ts'
import type { Call } from '../command.ts'
import { Failure } from '../failure.ts'
import type { RecordPage } from './kinesis.ts'
import { iteratorCall, readersMax, ShardReader, ShardsReader, type Start } from './shard-reader.ts'

const shard = 'shardId-000000000000'

/** Answers GetRecords by these, and notes what was asked. */
function scripted(answers: readonly (RecordPage | Failure)[], start: Partial<Start> = {}) {
  const asked: string[] = []
  const left = [...answers]
  const call = async ({ operation, input }: Call) => {
    if (operation === 'GetShardIterator') {
      const { ShardIteratorType: type, Timestamp: time, StartingSequenceNumber: number } = input
      asked.push(
        [type, time, number]
          .flatMap((part) => (part === undefined ? [] : [JSON.stringify(part)]))
          .join(' ')
          .replaceAll('"', ''),
      )
      return { ShardIterator: `iterator ${asked.length}` }
    }
    asked.push(String(input['ShardIterator']))
    const answer = left.shift()
    if (answer instanceof Failure) throw answer
    return answer
  }
  const api = { call } as unknown as Api
  return { asked, reader: new ShardReader(api, 'clicks', { shard, from: 'TRIM_HORIZON', at: '', ...start }) }
}

const record = (number: string) => ({
  SequenceNumber: number,
  ApproximateArrivalTimestamp: 1,
  Data: '',
  PartitionKey: 'a',
})
const page = (numbers: string[], behindMs: number, next: string | undefined = 'next'): RecordPage => ({
  Records: numbers.map(record),
  MillisBehindLatest: behindMs,
  ...(next !== undefined && { NextShardIterator: next }),
})
const expired = new Failure('ExpiredIteratorException', 'too old')

describe('a reader of a shard', () => {
  it('goes from page to page', async () => {
    const { asked, reader } = scripted([page(['1', '2'], 500), page([], 0)])
    expect((await reader.next(1_000)).map(({ SequenceNumber: number }) => number)).toEqual(['1', '2'])
    expect(reader.behindMs).toBe(500)
    expect(await reader.next(1_000)).toEqual([])
    expect(asked).toEqual(['TRIM_HORIZON', 'iterator 1', 'next'])
    expect(reader.children).toBeNull()
  })

  it('goes on behind the last record where its iterator has expired', async () => {
    const { asked, reader } = scripted([page(['7'], 0), expired, page(['8'], 0)])
    await reader.next(1_000)
    await expect(reader.next(400_000)).rejects.toThrow('too old')
    expect(await reader.next(401_000)).toHaveLength(1)
    expect(asked.slice(2)).toEqual(['next', 'AFTER_SEQUENCE_NUMBER 7', 'iterator 4'])
  })

  it('misses nothing where it had seen no record since it began at the latest', async () => {
    const { asked, reader } = scripted([page([], 0), expired, page(['8'], 0)], { from: 'LATEST' })
    await reader.next(1_000)
    await expect(reader.next(400_000)).rejects.toThrow('too old')
    await reader.next(401_000)
    expect(asked[3]).toBe('AT_TIMESTAMP 1')
  })

  it('ends with a closed shard, and names its children', async () => {
    const { asked, reader } = scripted([
      { ...page(['1'], 0), NextShardIterator: undefined, ChildShards: [{ ShardId: 'b' }, { ShardId: 'c' }] },
    ])
    await reader.next(1_000)
    expect(reader.children).toEqual(['b', 'c'])
    expect(await reader.next(2_000)).toEqual([])
    expect(asked).toHaveLength(2)
  })
})

describe('a reader of several shards', () => {
  /** Each shard answers by its own pages; what it has no more of is empty. */
  function readerOf(pages: Readonly<Record<string, (RecordPage | Failure)[]>>, shards = Object.keys(pages)) {
    const opened: string[] = []
    const call = async ({ operation, input }: Call) => {
      if (operation === 'GetShardIterator') {
        opened.push(`${String(input['ShardId'])} ${String(input['ShardIteratorType'])}`)
        return { ShardIterator: input['ShardId'] }
      }
      const shard = String(input['ShardIterator'])
      const answer = pages[shard]?.shift() ?? page([], 0, shard)
      if (answer instanceof Failure) throw answer
      return answer
    }
    const start = { shard: 'all', from: 'LATEST', at: '' }
    return { opened, reader: new ShardsReader({ call } as unknown as Api, 'clicks', start, shards) }
  }
  const numbers = (records: readonly { SequenceNumber: string; shard: string }[]) =>
    records.map(({ SequenceNumber: number, shard: of }) => `${of}:${number}`)
  const at = (number: string, seconds: number) => ({
    ...record(number),
    ApproximateArrivalTimestamp: seconds,
  })

  it('has what they hold in the order in which it came, each with its shard', async () => {
    const { reader } = readerOf({
      a: [{ ...page([], 0, 'a'), Records: [at('1', 1), at('2', 5)] }],
      b: [{ ...page([], 700, 'b'), Records: [at('3', 3)] }],
    })
    expect(numbers(await reader.next(1))).toEqual(['a:1', 'b:3', 'a:2'])
    expect(reader.behindMs).toBe(700)
  })

  it('goes on with the children of a shard that has ended, once, from their beginning', async () => {
    const ended = (children: string[]): RecordPage => ({
      ...page([], 0),
      NextShardIterator: undefined,
      ChildShards: children.map((ShardId) => ({ ShardId })),
    })
    const { reader, opened } = readerOf({ a: [ended(['c'])], b: [ended(['c'])], c: [page(['9'], 0, 'c')] }, [
      'a',
      'b',
    ])
    expect(await reader.next(1)).toEqual([])
    expect(reader.behindMs).toBeNull()
    expect(numbers(await reader.next(2))).toEqual(['c:9'])
    expect(opened).toEqual(['a LATEST', 'b LATEST', 'c TRIM_HORIZON'])
    expect(reader.behindMs).toBe(0)
  })

  it('keeps what one has read where another one cannot be, and says so when there is nothing else', async () => {
    const busy = new Failure('ProvisionedThroughputExceededException', 'slow down')
    const { reader } = readerOf({ a: [page(['1'], 0, 'a')], b: [busy, busy, page(['2'], 0, 'b')] })
    expect(numbers(await reader.next(1))).toEqual(['a:1'])
    await expect(reader.next(2)).rejects.toBe(busy)
    expect(numbers(await reader.next(3))).toEqual(['b:2'])
  })

  it('reads so many and no more', async () => {
    const { reader, opened } = readerOf(
      {},
      Array.from({ length: 1_000 }, (_, number) => String(number)),
    )
    await reader.next(1)
    expect(opened).toHaveLength(readersMax)
  })
})

it('asks for iterators of each kind as the API wants it', () => {
  const input = (start: Partial<Start>) =>
    iteratorCall('clicks', { shard, from: 'LATEST', at: '', ...start }).input
  expect(input({})).toEqual({ StreamName: 'clicks', ShardId: shard, ShardIteratorType: 'LATEST' })
  expect(input({ from: 'AT_TIMESTAMP', at: '2026-11-22T10:11:12Z' })['Timestamp']).toBe(
    Date.UTC(2026, 10, 22, 10, 11, 12) / 1_000,
  )
  for (const from of ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'])
    expect(input({ from, at: '49' })['StartingSequenceNumber']).toBe('49')
})
