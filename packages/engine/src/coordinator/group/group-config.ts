import type { ConfigReader } from '../config-reader.ts'

/** The broker configurations that the group coordinator reads. */
export interface GroupCoordinatorConfig {
  readonly offsetsTopicPartitions: number
  readonly sessionTimeoutMsMin: number
  readonly sessionTimeoutMsMax: number
  readonly groupSizeMax: number
  readonly initialRebalanceDelayMs: number
  /** In UTF-16 units, as Java counts a string. */
  readonly offsetMetadataSizeMax: number
  readonly offsetsRetentionMs: number
  readonly offsetsRetentionCheckIntervalMs: number
  readonly offsetsCommitTimeoutMs: number
  /** A codec's id: offsets.topic.compression.codec is a number. */
  readonly offsetsCompression: number
}

/** All of these are fixed while a broker runs. */
export function groupCoordinatorConfig(config: Pick<ConfigReader, 'int' | 'long'>): GroupCoordinatorConfig {
  const int = (name: string) => config.int(name)
  return {
    offsetsTopicPartitions: int('offsets.topic.num.partitions'),
    sessionTimeoutMsMin: int('group.min.session.timeout.ms'),
    sessionTimeoutMsMax: int('group.max.session.timeout.ms'),
    groupSizeMax: int('group.max.size'),
    initialRebalanceDelayMs: int('group.initial.rebalance.delay.ms'),
    offsetMetadataSizeMax: int('offset.metadata.max.bytes'),
    offsetsRetentionMs: int('offsets.retention.minutes') * 60_000,
    offsetsRetentionCheckIntervalMs: config.long('offsets.retention.check.interval.ms'),
    offsetsCommitTimeoutMs: int('offsets.commit.timeout.ms'),
    offsetsCompression: int('offsets.topic.compression.codec'),
  }
}
