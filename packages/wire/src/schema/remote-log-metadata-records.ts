import { RemoteLogSegmentMetadataRecord } from './records/remote-log-metadata/00-remote-log-segment-metadata.ts'
import { RemoteLogSegmentMetadataUpdateRecord } from './records/remote-log-metadata/01-remote-log-segment-metadata-update.ts'
import { RemotePartitionDeleteMetadataRecord } from './records/remote-log-metadata/02-remote-partition-delete-metadata.ts'
import { RemoteLogSegmentMetadataSnapshotRecord } from './records/remote-log-metadata/03-remote-log-segment-metadata-snapshot.ts'

/** The records of `__remote_log_metadata`. */
export const remoteLogMetadataRecords = [
  RemoteLogSegmentMetadataRecord,
  RemoteLogSegmentMetadataUpdateRecord,
  RemotePartitionDeleteMetadataRecord,
  RemoteLogSegmentMetadataSnapshotRecord,
] as const
