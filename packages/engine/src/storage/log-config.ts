/** What a log wants to know of its topic's configuration; times in milliseconds, -1 = no limit where Kafka has it. */
export interface LogConfig {
  readonly segmentBytes: number
  readonly segmentMs: number
  /** Upper bound of the random part taken off `segmentMs`, so that logs made together do not roll together. */
  readonly segmentJitterMs: number
  readonly segmentIndexBytes: number
  readonly indexIntervalBytes: number
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly maxMessageBytes: number
  /** The bound on what the records of one batch may decompress to. */
  readonly maxDecompressedMessageBytes: number
  readonly flushMessages: number
  readonly flushMs: number
  readonly fileDeleteDelayMs: number
  readonly cleanupPolicy: { readonly compact: boolean; readonly delete: boolean }
  /** So long a tombstone stays readable. */
  readonly deleteRetentionMs: number
  readonly minCompactionLagMs: number
  readonly maxCompactionLagMs: number
  readonly minCleanableDirtyRatio: number
  readonly compressionType: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  readonly compressionGzipLevel: number
  readonly compressionLz4Level: number
  readonly compressionZstdLevel: number
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime'
  readonly messageTimestampBeforeMaxMs: number
  readonly messageTimestampAfterMaxMs: number
  /** Accepted without effect: files grow as they are written. */
  readonly preallocate: boolean
}

/** From a topic's configs by Kafka's names, each in the type that its definition gives it. */
export function logConfigOf(value: (name: string) => unknown): LogConfig {
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
    deleteRetentionMs: number('delete.retention.ms'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
    compressionType: value('compression.type') as LogConfig['compressionType'],
    compressionGzipLevel: number('compression.gzip.level'),
    compressionLz4Level: number('compression.lz4.level'),
    compressionZstdLevel: number('compression.zstd.level'),
    maxDecompressedMessageBytes: number('max.decompressed.message.bytes'),
    messageTimestampType: value('message.timestamp.type') as LogConfig['messageTimestampType'],
    messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    preallocate: value('preallocate') === true,
  }
}
