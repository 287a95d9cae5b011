import type { ClusterRecord } from '../clusters/cluster-record.ts'
import type { StorageUse } from '../clusters/storage-use.ts'
import type { BrokerFigures, ClusterOverview, ConsumerOffset } from '../engines/cluster-view.ts'

/** All that is known of a cluster at one moment. */
export interface Reading {
  readonly atMs: number
  readonly record: Pick<ClusterRecord, 'name' | 'spec'>
  readonly overview: ClusterOverview | null
  readonly storage: readonly StorageUse[]
  readonly offsets: readonly ConsumerOffset[]
  /** Of brokers that count. */
  readonly figures: readonly BrokerFigures[]
}
