import { type Call, kinesis, type Values } from '../command.ts'
import type { StreamSummary } from './kinesis.ts'

/** `…:stream/…` names the account: buckets and roles are of the same. */
export function channelCall({ StreamARN }: Pick<StreamSummary, 'StreamARN'>, values: Values): Call {
  const { name, bucket = 'lake', format = 'BYTE_ARRAY', compression = 'NONE', freshness } = values
  const [, partition, , , account] = StreamARN.split(':')
  return kinesis('CreateChannel', {
    ChannelName: name,
    ServiceExecutionRoleARN: `arn:${partition}:iam::${account}:role/deliver`,
    StreamConfigurationList: [{ StreamARN, RecordConfiguration: { RecordFormatType: format } }],
    S3DestinationConfiguration: {
      ...(freshness && { DataFreshnessInSeconds: Number(freshness) }),
      StorageConfiguration: {
        BucketARN: `arn:${partition}:s3:::${bucket}`,
        ExpectedBucketOwner: account,
        CompressionType: compression,
      },
    },
  })
}
