import type { LogConfig } from '../log-config.ts'

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
