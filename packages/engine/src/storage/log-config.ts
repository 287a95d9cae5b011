/** What a log wants to know of its topic's configuration; times in milliseconds, -1 = no limit where Kafka has it. */
export interface LogConfig {
  segmentBytes: number
  segmentMs: number
  /** Upper bound of the random part taken off `segmentMs`, so that logs made together do not roll together. */
  segmentJitterMs: number
  segmentIndexBytes: number
  indexIntervalBytes: number
  retentionMs: number
  retentionBytes: number
  maxMessageBytes: number
  /** The bound on what the records of one batch may decompress to. */
  maxDecompressedMessageBytes: number
  flushMessages: number
  flushMs: number
  fileDeleteDelayMs: number
  cleanupPolicy: { compact: boolean; delete: boolean }
  compressionType: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  compressionGzipLevel: number
  compressionLz4Level: number
  compressionZstdLevel: number
  messageTimestampType: 'CreateTime' | 'LogAppendTime'
  messageTimestampBeforeMaxMs: number
  messageTimestampAfterMaxMs: number
  /** Accepted without effect: files grow as they are written. */
  preallocate: boolean
}

/** Apache Kafka's defaults of the topic configurations. */
export const defaultLogConfig: LogConfig = {
  segmentBytes: 1_073_741_824,
  segmentMs: 604_800_000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10_485_760,
  indexIntervalBytes: 4096,
  retentionMs: 604_800_000,
  retentionBytes: -1,
  maxMessageBytes: 1_048_588,
  maxDecompressedMessageBytes: 2_147_483_639,
  flushMessages: 2 ** 63,
  flushMs: 2 ** 63,
  fileDeleteDelayMs: 60_000,
  cleanupPolicy: { compact: false, delete: true },
  compressionType: 'producer',
  compressionGzipLevel: -1,
  compressionLz4Level: 9,
  compressionZstdLevel: 3,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: 2 ** 63,
  messageTimestampAfterMaxMs: 3_600_000,
  preallocate: false,
}
