import { describe, expect, it } from 'vitest'
import type { Api } from './api.ts'
import type { Call } from './command.ts'
import { Failure } from './failure.ts'
import type { RecordPage } from './kinesis.ts'
import { iteratorCall, ShardReader, type Start } from './shard-reader.ts'

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
    expect(reader.isAtEnd).toBe(false)
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
