/* As the Kinesis API has them, as far as they are shown. */

export interface StreamName {
  StreamName: string
  StreamARN: string
  StreamStatus: string
  StreamModeDetails: { StreamMode: string }
}

export interface StreamSummary extends StreamName {
  RetentionPeriodHours: number
  /** Seconds since 1970. */
  StreamCreationTimestamp: number
  EnhancedMonitoring: { ShardLevelMetrics: string[] }[]
  EncryptionType: 'NONE' | 'KMS'
  KeyId?: string
  OpenShardCount: number
  ConsumerCount: number
  MaxRecordSizeInKiB: number
}

export interface Shard {
  ShardId: string
  ParentShardId?: string
  AdjacentParentShardId?: string
  HashKeyRange: { StartingHashKey: string; EndingHashKey: string }
  SequenceNumberRange: { StartingSequenceNumber: string; EndingSequenceNumber?: string }
}

interface StreamRecord {
  SequenceNumber: string
  /** Seconds since 1970, with a fraction. */
  ApproximateArrivalTimestamp: number
  /** In base64. */
  Data: string
  PartitionKey: string
  EncryptionType?: string
}

/** With the shard that it was read from. */
export interface ReadRecord extends StreamRecord {
  shard: string
}

export interface RecordPage {
  Records: StreamRecord[]
  NextShardIterator?: string
  MillisBehindLatest: number
  ChildShards?: { ShardId: string }[]
}

export interface Consumer {
  ConsumerName: string
  ConsumerARN: string
  ConsumerStatus: string
  ConsumerCreationTimestamp: number
}

export interface QueueSummary {
  QueueName: string
  QueueARN: string
  QueueStatus: string
  Streams: { StreamARN: string }[]
}

export interface Queue {
  QueueName: string
  QueueARN: string
  QueueStatus: string
  QueueCreationTimestamp: number
  StreamConfigurationList: { StreamARN: string; StartingPosition: { Type: string; Timestamp?: number } }[]
  QueueAttributes: {
    VisibilityTimeoutSeconds: number
    DeadLetterConfiguration: { TargetType: 'BUILT_IN' | 'NONE'; MaxReceiveCount?: number }
  }
}

/** As it is received: the receiver's own for a while. */
export interface QueueRecord {
  ReceiptHandle: string
  RecordId: string
  PartitionKey: string
  /** In base64. */
  Data: string
  ApproximateArrivalTimestamp: number
  FirstReceiveTimestamp: number
  ReceiveCount: number
}

/** What has become of each of several receipt handles. */
export interface EntriesAnswer {
  Successful: { ReceiptHandle: string }[]
  Failed: { ReceiptHandle: string; ErrorCode: string; ErrorMessage: string }[]
}

export interface ChannelSummary {
  ChannelName: string
  ChannelARN: string
  ChannelId: string
  ChannelStatus: string
  /** Why it is FAILED. */
  ChannelStatusReason?: string
  ChannelDestinationType: 'S3' | 'S3_TABLES'
  Streams: { StreamARN: string }[]
}

export interface Channel extends Omit<ChannelSummary, 'ChannelDestinationType' | 'Streams'> {
  ChannelCreationTimestamp: number
  ServiceExecutionRoleARN: string
  StreamConfigurationList: { StreamARN: string; RecordConfiguration?: { RecordFormatType: string } }[]
  LoggingConfiguration: {
    CloudWatchLogs: { Enabled: boolean; LogGroupName?: string; LogStreamName?: string }
  }
  S3DestinationConfiguration?: {
    DataFreshnessInSeconds: number
    StorageConfiguration: { BucketARN: string; CompressionType: string; OutputKeyTemplate: string }
    DeadLetterQueueS3Configuration: { BucketARN: string; ErrorOutputPrefix: string }
  }
}

/** `…:stream/clicks` is `clicks`. */
export function streamOf(arn: string): string {
  return arn.slice(arn.indexOf('/') + 1)
}
