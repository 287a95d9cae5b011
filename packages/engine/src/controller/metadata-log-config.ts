import { metadataTopic } from '@sluice/wire'
import type { BrokerConfig } from '../metadata/configs.ts'
import { logConfigOf } from '../storage/log-config.ts'

/** How the log of the metadata is kept. */
export function metadataLogConfig(config: BrokerConfig) {
  const unlimited = -1
  return {
    ...config.topicView(metadataTopic, logConfigOf),
    segmentBytes: config.int('metadata.log.segment.bytes'),
    segmentMs: config.long('metadata.log.segment.ms'),
    segmentJitterMs: 0,
    // Snapshots decide what may go.
    retentionBytes: unlimited,
    retentionMs: unlimited,
    flushMessages: 2 ** 63,
    flushMs: 2 ** 63,
    cleanupPolicy: { compact: false, delete: true },
    fileDeleteDelayMs: config.long('internal.metadata.delete.delay.millis'),
  }
}
