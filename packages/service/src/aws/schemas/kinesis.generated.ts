// Written by scripts/generate-aws-schemas.mjs from @aws-sdk/client-kinesis 3.1143.0 (Apache-2.0). Do not edit.
// The notation is described in ../schema.ts.

export const sdkVersion = '3.1143.0'

export const operations = `
AddTagsToStream POST / 200 AddTagsToStreamInput -
CreateChannel POST / 200 CreateChannelInput CreateChannelOutput
CreateStream POST / 200 CreateStreamInput -
DecreaseStreamRetentionPeriod POST / 200 DecreaseStreamRetentionPeriodInput -
DeleteChannel POST / 200 DeleteChannelInput -
DeleteResourcePolicy POST / 200 DeleteResourcePolicyInput -
DeleteStream POST / 200 DeleteStreamInput -
DeregisterStreamConsumer POST / 200 DeregisterStreamConsumerInput -
DescribeAccountSettings POST / 200 DescribeAccountSettingsInput DescribeAccountSettingsOutput
DescribeChannel POST / 200 DescribeChannelInput DescribeChannelOutput
DescribeLimits POST / 200 DescribeLimitsInput DescribeLimitsOutput
DescribeStream POST / 200 DescribeStreamInput DescribeStreamOutput
DescribeStreamConsumer POST / 200 DescribeStreamConsumerInput DescribeStreamConsumerOutput
DescribeStreamSummary POST / 200 DescribeStreamSummaryInput DescribeStreamSummaryOutput
DisableEnhancedMonitoring POST / 200 DisableEnhancedMonitoringInput EnhancedMonitoringOutput
EnableEnhancedMonitoring POST / 200 EnableEnhancedMonitoringInput EnhancedMonitoringOutput
GetRecords POST / 200 GetRecordsInput GetRecordsOutput
GetResourcePolicy POST / 200 GetResourcePolicyInput GetResourcePolicyOutput
GetShardIterator POST / 200 GetShardIteratorInput GetShardIteratorOutput
IncreaseStreamRetentionPeriod POST / 200 IncreaseStreamRetentionPeriodInput -
ListChannels POST / 200 ListChannelsInput ListChannelsOutput
ListShards POST / 200 ListShardsInput ListShardsOutput
ListStreamConsumers POST / 200 ListStreamConsumersInput ListStreamConsumersOutput
ListStreams POST / 200 ListStreamsInput ListStreamsOutput
ListTagsForResource POST / 200 ListTagsForResourceInput ListTagsForResourceOutput
ListTagsForStream POST / 200 ListTagsForStreamInput ListTagsForStreamOutput
MergeShards POST / 200 MergeShardsInput -
PutRecord POST / 200 PutRecordInput PutRecordOutput
PutRecords POST / 200 PutRecordsInput PutRecordsOutput
PutResourcePolicy POST / 200 PutResourcePolicyInput -
RegisterStreamConsumer POST / 200 RegisterStreamConsumerInput RegisterStreamConsumerOutput
RemoveTagsFromStream POST / 200 RemoveTagsFromStreamInput -
SplitShard POST / 200 SplitShardInput -
StartStreamEncryption POST / 200 StartStreamEncryptionInput -
StopStreamEncryption POST / 200 StopStreamEncryptionInput -
SubscribeToShard POST / 200 SubscribeToShardInput SubscribeToShardOutput
TagResource POST / 200 TagResourceInput -
UntagResource POST / 200 UntagResourceInput -
UpdateAccountSettings POST / 200 UpdateAccountSettingsInput UpdateAccountSettingsOutput
UpdateChannel POST / 200 UpdateChannelInput UpdateChannelOutput
UpdateMaxRecordSize POST / 200 UpdateMaxRecordSizeInput -
UpdateShardCount POST / 200 UpdateShardCountInput UpdateShardCountOutput
UpdateStreamMode POST / 200 UpdateStreamModeInput -
UpdateStreamRecordDistributionStrategy POST / 200 UpdateStreamRecordDistributionStrategyInput -
UpdateStreamWarmThroughput POST / 200 UpdateStreamWarmThroughputInput UpdateStreamWarmThroughputOutput
`

export const structures = `
AccessDeniedException <400> message=:string
AddTagsToStreamInput !Tags=:{string} StreamName=:string StreamARN=:string StreamId=:string
ChannelDescription !ChannelName=:string !ChannelARN=:string !ChannelId=:string !ChannelStatus=:string !ChannelCreationTimestamp=:timestamp !ServiceExecutionRoleARN=:string !StreamConfigurationList=:[ChannelStreamDescription] !LoggingConfiguration=:ChannelLoggingConfiguration ChannelStatusReason=:string S3DestinationConfiguration=:S3DestinationDescription S3TablesDestinationConfiguration=:S3TablesDestinationDescription EncryptionConfiguration=:ChannelEncryptionConfiguration
ChannelEncryptionConfiguration !EncryptionType=:string !KeyId=:string
ChannelLoggingConfiguration !CloudWatchLogs=:CloudWatchLogs
ChannelLoggingUpdateInput !CloudWatchLogs=:CloudWatchLogsUpdateInput
ChannelStreamConfiguration !StreamARN=:string !RecordConfiguration=:RecordConfiguration
ChannelStreamDescription !StreamARN=:string !StreamCreationTimestamp=:timestamp !RecordConfiguration=:RecordConfiguration
ChannelStreamIdentifier !StreamARN=:string !StreamCreationTimestamp=:timestamp
ChannelSummary !ChannelName=:string !ChannelARN=:string !ChannelId=:string !ChannelStatus=:string !ChannelCreationTimestamp=:timestamp !ChannelDestinationType=:string !Streams=:[ChannelStreamIdentifier] ChannelStatusReason=:string
ChildShard !ShardId=:string !ParentShards=:[string] !HashKeyRange=:HashKeyRange
CloudWatchLogs !Enabled=:boolean LogGroupName=:string LogStreamName=:string
CloudWatchLogsUpdateInput !Enabled=:boolean LogGroupName=:string LogStreamName=:string
Consumer !ConsumerName=:string !ConsumerARN=:string !ConsumerStatus=:string !ConsumerCreationTimestamp=:timestamp
ConsumerDescription !ConsumerName=:string !ConsumerARN=:string !ConsumerStatus=:string !ConsumerCreationTimestamp=:timestamp !StreamARN=:string
CreateChannelInput !ChannelName=:string !ServiceExecutionRoleARN=:string !StreamConfigurationList=:[ChannelStreamConfiguration] S3DestinationConfiguration=:S3DestinationConfiguration S3TablesDestinationConfiguration=:S3TablesDestinationConfiguration EncryptionConfiguration=:ChannelEncryptionConfiguration Tags=:{string} LoggingConfiguration=:ChannelLoggingConfiguration
CreateChannelOutput !ChannelDescription=:ChannelDescription
CreateStreamInput !StreamName=:string ShardCount=:number StreamModeDetails=:StreamModeDetails Tags=:{string} WarmThroughputMiBps=:number MaxRecordSizeInKiB=:number RecordDistributionStrategy=:string
DeadLetterQueueS3Configuration !BucketARN=:string !ExpectedBucketOwner=:string ErrorOutputPrefix=:string
DecreaseStreamRetentionPeriodInput !RetentionPeriodHours=:number StreamName=:string StreamARN=:string StreamId=:string
DeleteChannelInput !ChannelARN=:string
DeleteResourcePolicyInput !ResourceARN=:string StreamId=:string
DeleteStreamInput StreamName=:string EnforceConsumerDeletion=:boolean StreamARN=:string StreamId=:string
DeregisterStreamConsumerInput StreamARN=:string ConsumerName=:string ConsumerARN=:string StreamId=:string
DescribeAccountSettingsInput
DescribeAccountSettingsOutput MinimumThroughputBillingCommitment=:MinimumThroughputBillingCommitmentOutput
DescribeChannelInput !ChannelARN=:string
DescribeChannelOutput !ChannelDescription=:ChannelDescription
DescribeLimitsInput
DescribeLimitsOutput !ShardLimit=:number !OpenShardCount=:number !OnDemandStreamCount=:number !OnDemandStreamCountLimit=:number ChannelCount=:number ChannelCountLimit=:number
DescribeStreamConsumerInput StreamARN=:string ConsumerName=:string ConsumerARN=:string StreamId=:string
DescribeStreamConsumerOutput !ConsumerDescription=:ConsumerDescription
DescribeStreamInput StreamName=:string Limit=:number ExclusiveStartShardId=:string StreamARN=:string StreamId=:string
DescribeStreamOutput !StreamDescription=:StreamDescription
DescribeStreamSummaryInput StreamName=:string StreamARN=:string StreamId=:string
DescribeStreamSummaryOutput !StreamDescriptionSummary=:StreamDescriptionSummary
DisableEnhancedMonitoringInput !ShardLevelMetrics=:[string] StreamName=:string StreamARN=:string StreamId=:string
DryRunOperationException <400> message=:string
EnableEnhancedMonitoringInput !ShardLevelMetrics=:[string] StreamName=:string StreamARN=:string StreamId=:string
EnhancedMetrics ShardLevelMetrics=:[string]
EnhancedMonitoringOutput StreamName=:string CurrentShardLevelMetrics=:[string] DesiredShardLevelMetrics=:[string] StreamARN=:string
ExpiredIteratorException <400> message=:string
ExpiredNextTokenException <400> message=:string
GetRecordsInput !ShardIterator=:string Limit=:number StreamARN=:string StreamId=:string DryRun=:boolean
GetRecordsOutput !Records=:[Record] NextShardIterator=:string MillisBehindLatest=:number ChildShards=:[ChildShard]
GetResourcePolicyInput !ResourceARN=:string StreamId=:string
GetResourcePolicyOutput !Policy=:string
GetShardIteratorInput !ShardId=:string !ShardIteratorType=:string StreamName=:string StartingSequenceNumber=:string Timestamp=:timestamp StreamARN=:string StreamId=:string DryRun=:boolean
GetShardIteratorOutput ShardIterator=:string
HashKeyRange !StartingHashKey=:string !EndingHashKey=:string
IncreaseStreamRetentionPeriodInput !RetentionPeriodHours=:number StreamName=:string StreamARN=:string StreamId=:string
InternalFailureException <500> message=:string
InvalidArgumentException <400> message=:string
KMSAccessDeniedException <400> message=:string
KMSDisabledException <400> message=:string
KMSInvalidStateException <400> message=:string
KMSNotFoundException <400> message=:string
KMSOptInRequired <400> message=:string
KMSThrottlingException <400> message=:string
LimitExceededException <400> message=:string
ListChannelsInput StreamFilter=:[StreamFilter] MaxResults=:number NextToken=:string
ListChannelsOutput !ChannelSummaries=:[ChannelSummary] NextToken=:string
ListShardsInput StreamName=:string NextToken=:string ExclusiveStartShardId=:string MaxResults=:number StreamCreationTimestamp=:timestamp ShardFilter=:ShardFilter StreamARN=:string StreamId=:string
ListShardsOutput Shards=:[Shard] NextToken=:string
ListStreamConsumersInput !StreamARN=:string NextToken=:string MaxResults=:number StreamCreationTimestamp=:timestamp StreamId=:string
ListStreamConsumersOutput Consumers=:[Consumer] NextToken=:string
ListStreamsInput Limit=:number ExclusiveStartStreamName=:string NextToken=:string
ListStreamsOutput !StreamNames=:[string] !HasMoreStreams=:boolean NextToken=:string StreamSummaries=:[StreamSummary]
ListTagsForResourceInput !ResourceARN=:string StreamId=:string
ListTagsForResourceOutput Tags=:[Tag]
ListTagsForStreamInput StreamName=:string ExclusiveStartTagKey=:string Limit=:number StreamARN=:string StreamId=:string
ListTagsForStreamOutput !Tags=:[Tag] !HasMoreTags=:boolean
MergeShardsInput !ShardToMerge=:string !AdjacentShardToMerge=:string StreamName=:string StreamARN=:string StreamId=:string
MinimumThroughputBillingCommitmentInput !Status=:string
MinimumThroughputBillingCommitmentOutput !Status=:string StartedAt=:timestamp EndedAt=:timestamp EarliestAllowedEndAt=:timestamp
PartitionField !Transform=:string !SourceName=:string
PartitionSpec !PartitionFields=:[PartitionField]
ProvisionedThroughputExceededException <400> message=:string
PutRecordInput !Data=:blob StreamName=:string PartitionKey=:string ExplicitHashKey=:string SequenceNumberForOrdering=:string StreamARN=:string StreamId=:string DryRun=:boolean
PutRecordOutput !ShardId=:string !SequenceNumber=:string EncryptionType=:string
PutRecordsInput !Records=:[PutRecordsRequestEntry] StreamName=:string StreamARN=:string StreamId=:string DryRun=:boolean
PutRecordsOutput !Records=:[PutRecordsResultEntry] FailedRecordCount=:number EncryptionType=:string
PutRecordsRequestEntry !Data=:blob ExplicitHashKey=:string PartitionKey=:string
PutRecordsResultEntry SequenceNumber=:string ShardId=:string ErrorCode=:string ErrorMessage=:string
PutResourcePolicyInput !ResourceARN=:string !Policy=:string StreamId=:string
Record !SequenceNumber=:string !Data=:blob ApproximateArrivalTimestamp=:timestamp PartitionKey=:string EncryptionType=:string
RecordConfiguration !RecordFormatType=:string GSRSchemaARN=:string
RegisterStreamConsumerInput !StreamARN=:string !ConsumerName=:string StreamId=:string Tags=:{string}
RegisterStreamConsumerOutput !Consumer=:Consumer
RemoveTagsFromStreamInput !TagKeys=:[string] StreamName=:string StreamARN=:string StreamId=:string
ResourceInUseException <400> message=:string
ResourceNotFoundException <400> message=:string
S3DestinationConfiguration !StorageConfiguration=:S3StorageConfiguration DataFreshnessInSeconds=:number DeadLetterQueueS3Configuration=:DeadLetterQueueS3Configuration
S3DestinationDescription !DataFreshnessInSeconds=:number !DeadLetterQueueS3Configuration=:DeadLetterQueueS3Configuration !StorageConfiguration=:S3StorageConfiguration
S3DestinationUpdateInput !DataFreshnessInSeconds=:number
S3StorageConfiguration !BucketARN=:string !ExpectedBucketOwner=:string !CompressionType=:string OutputKeyTemplate=:string StorageClass=:string
S3TablesConfiguration !TableBucketARN=:string !Namespace=:string !TableName=:string !CompressionType=:string PartitionSpec=:PartitionSpec
S3TablesDestinationConfiguration !DeadLetterQueueS3Configuration=:DeadLetterQueueS3Configuration !S3TablesConfigurationList=:[S3TablesConfiguration] DataFreshnessInSeconds=:number
S3TablesDestinationDescription !DataFreshnessInSeconds=:number !DeadLetterQueueS3Configuration=:DeadLetterQueueS3Configuration !S3TablesConfigurationList=:[S3TablesConfiguration]
S3TablesDestinationUpdateInput !DataFreshnessInSeconds=:number
SequenceNumberRange !StartingSequenceNumber=:string EndingSequenceNumber=:string
Shard !ShardId=:string !HashKeyRange=:HashKeyRange !SequenceNumberRange=:SequenceNumberRange ParentShardId=:string AdjacentParentShardId=:string
ShardFilter !Type=:string ShardId=:string Timestamp=:timestamp
SplitShardInput !ShardToSplit=:string !NewStartingHashKey=:string StreamName=:string StreamARN=:string StreamId=:string
StartStreamEncryptionInput !EncryptionType=:string !KeyId=:string StreamName=:string StreamARN=:string StreamId=:string
StartingPosition !Type=:string SequenceNumber=:string Timestamp=:timestamp
StopStreamEncryptionInput !EncryptionType=:string !KeyId=:string StreamName=:string StreamARN=:string StreamId=:string
StreamDescription !StreamName=:string !StreamARN=:string !StreamStatus=:string !Shards=:[Shard] !HasMoreShards=:boolean !RetentionPeriodHours=:number !StreamCreationTimestamp=:timestamp !EnhancedMonitoring=:[EnhancedMetrics] StreamModeDetails=:StreamModeDetails EncryptionType=:string KeyId=:string
StreamDescriptionSummary !StreamName=:string !StreamARN=:string !StreamStatus=:string !RetentionPeriodHours=:number !StreamCreationTimestamp=:timestamp !EnhancedMonitoring=:[EnhancedMetrics] !OpenShardCount=:number StreamId=:string StreamModeDetails=:StreamModeDetails EncryptionType=:string KeyId=:string ConsumerCount=:number WarmThroughput=:WarmThroughputObject MaxRecordSizeInKiB=:number ChannelCount=:number RecordDistributionStrategy=:string
StreamFilter !StreamARN=:string StreamCreationTimestamp=:timestamp
StreamModeDetails !StreamMode=:string
StreamSummary !StreamName=:string !StreamARN=:string !StreamStatus=:string StreamModeDetails=:StreamModeDetails StreamCreationTimestamp=:timestamp
SubscribeToShardEvent !Records=:[Record] !ContinuationSequenceNumber=:string !MillisBehindLatest=:number ChildShards=:[ChildShard]
SubscribeToShardEventStream SubscribeToShardEvent=:SubscribeToShardEvent ResourceNotFoundException=:ResourceNotFoundException ResourceInUseException=:ResourceInUseException KMSDisabledException=:KMSDisabledException KMSInvalidStateException=:KMSInvalidStateException KMSAccessDeniedException=:KMSAccessDeniedException KMSNotFoundException=:KMSNotFoundException KMSOptInRequired=:KMSOptInRequired KMSThrottlingException=:KMSThrottlingException InternalFailureException=:InternalFailureException
SubscribeToShardInput !ConsumerARN=:string !ShardId=:string !StartingPosition=:StartingPosition StreamId=:string DryRun=:boolean
SubscribeToShardOutput !EventStream=:SubscribeToShardEventStream
Tag !Key=:string Value=:string
TagResourceInput !Tags=:{string} !ResourceARN=:string StreamId=:string
UntagResourceInput !TagKeys=:[string] !ResourceARN=:string StreamId=:string
UpdateAccountSettingsInput !MinimumThroughputBillingCommitment=:MinimumThroughputBillingCommitmentInput
UpdateAccountSettingsOutput MinimumThroughputBillingCommitment=:MinimumThroughputBillingCommitmentOutput
UpdateChannelInput !ChannelARN=:string S3DestinationConfiguration=:S3DestinationUpdateInput S3TablesDestinationConfiguration=:S3TablesDestinationUpdateInput LoggingConfiguration=:ChannelLoggingUpdateInput
UpdateChannelOutput !ChannelDescription=:ChannelDescription
UpdateMaxRecordSizeInput !MaxRecordSizeInKiB=:number StreamARN=:string StreamId=:string
UpdateShardCountInput !TargetShardCount=:number !ScalingType=:string StreamName=:string StreamARN=:string StreamId=:string
UpdateShardCountOutput StreamName=:string CurrentShardCount=:number TargetShardCount=:number StreamARN=:string
UpdateStreamModeInput !StreamARN=:string !StreamModeDetails=:StreamModeDetails StreamId=:string WarmThroughputMiBps=:number
UpdateStreamRecordDistributionStrategyInput !StreamARN=:string !RecordDistributionStrategy=:string StreamId=:string
UpdateStreamWarmThroughputInput !WarmThroughputMiBps=:number StreamARN=:string StreamName=:string StreamId=:string
UpdateStreamWarmThroughputOutput StreamARN=:string StreamName=:string WarmThroughput=:WarmThroughputObject
ValidationException <400> message=:string
WarmThroughputObject TargetMiBps=:number CurrentMiBps=:number
`
