import type { Clock, Disk, Logger, Random } from '@sluice/effects'
import type { FileCache } from './file-cache.ts'
import type { LogConfig } from './log-config.ts'
import type { TellLoss } from './losses.ts'
import type { LostTail } from './lost-tail.ts'
import type { Steps } from './slices.ts'
import type { TopicPartition } from './topic-partition.ts'

export interface LogStoreOptions {
  disk: Disk
  clock: Clock
  logger: Logger
  files: FileCache
  /** The partition's own. */
  directory: string
  topicPartition: TopicPartition
  /** There is no directory: it is made with the first records. */
  isNew?: boolean
  config: LogConfig
  /** `producer.id.expiration.ms`. */
  producerIdExpirationMs?: number
  /** For `segment.jitter.ms`; without it nothing is taken off. */
  random?: Random
  /** A flush or removal in the background failed. */
  onBackgroundFailure: (error: unknown) => void
  onLoss?: TellLoss
  /** Asked before a load cuts the log: it tells the loss itself, or throws, and nothing is cut. */
  beforeCut?: (tail: LostTail) => Steps
  /**
   * The checkpoints are to be written soon: the recovery point is lower than before, since what was durable behind it is
   * gone, or the log begins later in its first segment, whose records would be back after a kill.
   */
  onCheckpointsDue?: (() => void) | undefined
}
