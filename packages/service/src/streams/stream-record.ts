import type { Demand } from './demand.ts'

/** One stream as it is kept in `<data>/streams/records/<uuid>.json`; its records are in the topic of that uuid. */
export interface StreamRecord {
  formatVersion: 1
  arn: string
  uuid: string
  name: string
  createdAtMs: number
  state: StreamState
  mode: StreamMode
  retentionHours: number
  maxRecordKiB: number
  /** For how many MiB a second a stream on demand is to be ready; 0 where nobody has said. */
  warmMiBps: number
  /** Of one on demand, what decides how many shards it has; absent before it is first looked at. */
  demand?: Demand | null
  /** Who says to which shard a record goes: its key, or the service, which spreads them. Absent in older records: its key. */
  distribution?: RecordDistribution
  /** With which key records are said to be encrypted from now on. */
  encryption: { keyId: string } | null
  /** Metrics of single shards that are wanted. */
  shardMetrics: string[]
  tags: Record<string, string>
  /** The resource's own policy, as it was given. */
  policy: string | null
  /** By number, which is that of the partition. */
  shards: ShardRecord[]
  /** Where the open shards shall begin, in decimal digits from 0 on, while they do not; null where they stay. */
  wantedStarts: string[] | null
  /** When these were changed within the last day: only so many times may they be. */
  changesMs: Record<CountedChange, number[]>
  /** Those with a share of their own of each shard's throughput, in order of creation. */
  consumers: ConsumerRecord[]
}

/** What may be changed so many times a day. */
export type CountedChange = 'mode' | 'shardCount' | 'encryption'

type StreamState = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING'
export type StreamMode = 'PROVISIONED' | 'ON_DEMAND'
export type RecordDistribution = 'USER_PARTITION_KEY' | 'AUTO'

export interface ConsumerRecord {
  name: string
  arn: string
  createdAtMs: number
  state: 'CREATING' | 'ACTIVE' | 'DELETING'
  tags: Record<string, string>
  policy: string | null
}

export interface ShardRecord {
  number: number
  /** The hash keys that it takes, both ends among them, in decimal digits. */
  startingHashKey: string
  endingHashKey: string
  /** Of which it was made: none, the one that was split, or the two that were merged. */
  parents: number[]
  createdAtMs: number
  /** Null while it takes records. */
  closed: { atMs: number; endOffset: number } | null
}

export function shardIdOf(number: number): string {
  return `shardId-${String(number).padStart(12, '0')}`
}

const shardNumberMax = 2_147_483_647

/** By AWS's name, or by any other that has the number behind its hyphen, or alone; undefined for what names none. */
export function shardNumberOf(shardId: string): number | undefined {
  const [, digits] = /^(?:[^-]*-)?(\d+)$/.exec(shardId) ?? []
  const number = Number(digits ?? NaN)
  return number <= shardNumberMax ? number : undefined
}
