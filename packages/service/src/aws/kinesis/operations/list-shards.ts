import type { ListShardsInput, ListShardsOutput, ShardFilter } from '@aws-sdk/client-kinesis'
import { beginsAtMs, trimHorizonMs } from '../../../streams/shards.ts'
import { shardNumberOf, type ShardRecord, type StreamRecord } from '../../../streams/stream-record.ts'
import type { Stream } from '../../../streams/stream.ts'
import { expiredToken, invalidArgument } from '../exceptions.ts'
import { noStream, streamOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { shardShape, shownShards } from '../shapes.ts'

const resultsMaxDefault = 1_000
const tokenMsMax = 300_000

const saidByToken = [
  'StreamName',
  'StreamARN',
  'StreamCreationTimestamp',
  'ExclusiveStartShardId',
  'ShardFilter',
] as const

/** What stands between two pages: which stream, behind which shard, by which filter, since when. */
interface Token {
  arn: string
  after: number
  atMs: number
  filter: { Type: string; ShardId?: string; Timestamp?: number } | null
}

/**
 * The shards of a stream by their numbers. A filter by time asks for those that were open then; TRIM_HORIZON is as far back as
 * records are kept.
 *
 * Refuses, in this order: a token beside what it says already; one that has expired; a stream that there is not; a filter that
 * lacks what its type needs.
 */
export const listShards =
  (services: Pick<Services, 'streams' | 'clock'>) =>
  (input: ListShardsInput): ListShardsOutput => {
    const { streams, clock } = services
    const nowMs = clock.now()
    const token = input.NextToken === undefined ? null : opened(input, nowMs)
    if (!token && input.StreamName === undefined && input.StreamARN === undefined)
      throw invalidArgument('Either NextToken or StreamName should be provided.')
    const stream = token ? streams.byArn(token.arn) : streamOf(services, input)
    if (!stream) throw noStream(services, token?.arn.slice(token.arn.indexOf('/') + 1) ?? '')
    const filter = token ? filterIn(token) : input.ShardFilter
    const after = token?.after ?? startOf(input.ExclusiveStartShardId)
    const shards = shownShards(stream.record, nowMs)
      .filter(({ number }) => number > after)
      .filter(filterOf(stream.record, filter, nowMs))
    const shown = shards.slice(0, input.MaxResults ?? resultsMaxDefault)
    const last = shown.at(-1)
    return {
      Shards: shown.map(shardShape),
      ...(last && shown.length < shards.length && { NextToken: tokenOf(stream, last, filter, nowMs) }),
    }
  }

function startOf(shardId: string | undefined): number {
  const start = shardId === undefined ? -1 : shardNumberOf(shardId)
  if (start === undefined) throw invalidArgument(`Invalid ExclusiveStartShardId: ${shardId}`)
  return start
}

function filterOf(
  record: StreamRecord,
  filter: ShardFilter | undefined,
  nowMs: number,
): (shard: ShardRecord) => boolean {
  if (!filter) return () => true
  const { Type: type, ShardId: shardId, Timestamp: time } = filter
  if (type === 'AFTER_SHARD_ID') {
    const after = shardId === undefined ? undefined : shardNumberOf(shardId)
    if (after === undefined) throw invalidArgument('The filter AFTER_SHARD_ID needs a ShardId.')
    return ({ number }) => number > after
  }
  if (type === 'AT_LATEST') return ({ closed }) => closed === null
  const horizonMs = trimHorizonMs(record, nowMs)
  const isByTime = type === 'AT_TIMESTAMP' || type === 'FROM_TIMESTAMP'
  if (isByTime && !time) throw invalidArgument(`The filter ${type} needs a Timestamp.`)
  const fromMs = isByTime ? Math.max(time?.getTime() ?? 0, horizonMs) : horizonMs
  const isEnded = ({ closed }: ShardRecord) => closed !== null && closed.atMs <= fromMs
  if (type === 'FROM_TIMESTAMP' || type === 'FROM_TRIM_HORIZON') return (shard) => !isEnded(shard)
  // At that moment: what is as old as the stream was there at its beginning.
  const wasThere = (shard: ShardRecord) =>
    beginsAtMs(record.shards, shard) <= Math.max(fromMs, record.createdAtMs)
  return (shard) => wasThere(shard) && !isEnded(shard)
}

function tokenOf(
  { record }: Stream,
  { number }: ShardRecord,
  filter: ShardFilter | undefined,
  nowMs: number,
): string {
  const { Type: type, ShardId: shardId, Timestamp: time } = filter ?? {}
  const token: Token = {
    arn: record.arn,
    after: number,
    atMs: nowMs,
    filter: type
      ? {
          Type: type,
          ...(shardId !== undefined && { ShardId: shardId }),
          ...(time && { Timestamp: time.getTime() }),
        }
      : null,
  }
  return JSON.stringify(token)
}

function opened(input: ListShardsInput, nowMs: number): Token {
  const { NextToken: text = '' } = input
  const beside = saidByToken.find((member) => input[member] !== undefined)
  if (beside) throw invalidArgument(`NextToken and ${beside} cannot be provided together.`)
  const token = JSON.parse(text) as Token
  if (nowMs - token.atMs > tokenMsMax) throw expiredToken(token.atMs, nowMs, tokenMsMax)
  return token
}

function filterIn({ filter }: Token): ShardFilter | undefined {
  if (!filter) return undefined
  const { Timestamp: time, ...rest } = filter
  return { ...rest, ...(time !== undefined && { Timestamp: new Date(time) }) } as ShardFilter
}
