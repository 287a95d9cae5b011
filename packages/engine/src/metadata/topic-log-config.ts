import type { ConfigValue } from './config-values.ts'

/** A topic's configs as its logs read them; what `storage` calls LogConfig. */
export interface TopicLogConfig {
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly segmentJitterMs: number
  readonly segmentIndexBytes: number
  readonly indexIntervalBytes: number
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly maxMessageBytes: number
  readonly flushMessages: number
  readonly flushMs: number
  readonly fileDeleteDelayMs: number
  readonly cleanupPolicy: { readonly compact: boolean; readonly delete: boolean }
  readonly compressionType: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  readonly compressionGzipLevel: number
  readonly compressionLz4Level: number
  readonly compressionZstdLevel: number
  readonly maxDecompressedMessageBytes: number
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime'
  readonly messageTimestampBeforeMaxMs: number
  readonly messageTimestampAfterMaxMs: number
  readonly preallocate: boolean
  readonly deleteRetentionMs: number
  readonly minCompactionLagMs: number
  readonly maxCompactionLagMs: number
  readonly minCleanableDirtyRatio: number
}

export function topicLogConfig(value: (name: string) => ConfigValue): TopicLogConfig {
  const number = (name: string) => value(name) as number
  const policies = value('cleanup.policy') as readonly string[]
  return {
    // Internal and without the lower bound of segment.bytes: for tests of rolling.
    segmentBytes: (value('internal.segment.bytes') as number | null) ?? number('segment.bytes'),
    segmentMs: number('segment.ms'),
    segmentJitterMs: number('segment.jitter.ms'),
    segmentIndexBytes: number('segment.index.bytes'),
    indexIntervalBytes: number('index.interval.bytes'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    maxMessageBytes: number('max.message.bytes'),
    flushMessages: number('flush.messages'),
    flushMs: number('flush.ms'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
    cleanupPolicy: { compact: policies.includes('compact'), delete: policies.includes('delete') },
    compressionType: value('compression.type') as TopicLogConfig['compressionType'],
    compressionGzipLevel: number('compression.gzip.level'),
    compressionLz4Level: number('compression.lz4.level'),
    compressionZstdLevel: number('compression.zstd.level'),
    maxDecompressedMessageBytes: number('max.decompressed.message.bytes'),
    messageTimestampType: value('message.timestamp.type') as 'CreateTime' | 'LogAppendTime',
    messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    preallocate: value('preallocate') === true,
    deleteRetentionMs: number('delete.retention.ms'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
  }
}
