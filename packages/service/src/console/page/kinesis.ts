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
