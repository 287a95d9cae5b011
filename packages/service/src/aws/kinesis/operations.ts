import type { OperationName } from '../schema.ts'
import type { operations } from '../schemas/kinesis.generated.ts'
import type { operations as ofQueues } from '../schemas/kinesis-queues.generated.ts'
import type { Handler } from '../service.ts'
import { lookedForAgain } from './looked-for-again.ts'
import { acknowledgeDeadLetterQueueRecords } from './operations/acknowledge-dead-letter-queue-records.ts'
import { acknowledgeQueueRecords } from './operations/acknowledge-queue-records.ts'
import { addTagsToStream } from './operations/add-tags-to-stream.ts'
import { createChannel } from './operations/create-channel.ts'
import { createQueue } from './operations/create-queue.ts'
import { createStream } from './operations/create-stream.ts'
import { decreaseStreamRetentionPeriod } from './operations/decrease-stream-retention-period.ts'
import { deleteChannel } from './operations/delete-channel.ts'
import { deleteQueue } from './operations/delete-queue.ts'
import { deleteResourcePolicy } from './operations/delete-resource-policy.ts'
import { deleteStream } from './operations/delete-stream.ts'
import { deregisterStreamConsumer } from './operations/deregister-stream-consumer.ts'
import { describeAccountSettings } from './operations/describe-account-settings.ts'
import { describeChannel } from './operations/describe-channel.ts'
import { describeLimits } from './operations/describe-limits.ts'
import { describeQueue } from './operations/describe-queue.ts'
import { describeStream } from './operations/describe-stream.ts'
import { describeStreamConsumer } from './operations/describe-stream-consumer.ts'
import { describeStreamSummary } from './operations/describe-stream-summary.ts'
import { disableEnhancedMonitoring } from './operations/disable-enhanced-monitoring.ts'
import { enableEnhancedMonitoring } from './operations/enable-enhanced-monitoring.ts'
import { getRecords } from './operations/get-records.ts'
import { getResourcePolicy } from './operations/get-resource-policy.ts'
import { getShardIterator } from './operations/get-shard-iterator.ts'
import { increaseStreamRetentionPeriod } from './operations/increase-stream-retention-period.ts'
import { listChannels } from './operations/list-channels.ts'
import { listQueues } from './operations/list-queues.ts'
import { listShards } from './operations/list-shards.ts'
import { listStreamConsumers } from './operations/list-stream-consumers.ts'
import { listStreams } from './operations/list-streams.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listTagsForStream } from './operations/list-tags-for-stream.ts'
import { mergeShards } from './operations/merge-shards.ts'
import { putRecord } from './operations/put-record.ts'
import { putRecords } from './operations/put-records.ts'
import { putResourcePolicy } from './operations/put-resource-policy.ts'
import { receiveDeadLetterQueueRecords } from './operations/receive-dead-letter-queue-records.ts'
import { receiveQueueRecords } from './operations/receive-queue-records.ts'
import { registerStreamConsumer } from './operations/register-stream-consumer.ts'
import { removeTagsFromStream } from './operations/remove-tags-from-stream.ts'
import { restoreDeadLetterQueueRecords } from './operations/restore-dead-letter-queue-records.ts'
import { splitShard } from './operations/split-shard.ts'
import { startStreamEncryption } from './operations/start-stream-encryption.ts'
import { stopStreamEncryption } from './operations/stop-stream-encryption.ts'
import { subscribeToShard } from './operations/subscribe-to-shard.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateAccountSettings } from './operations/update-account-settings.ts'
import { updateChannel } from './operations/update-channel.ts'
import { updateDeadLetterQueueRecordsVisibility } from './operations/update-dead-letter-queue-records-visibility.ts'
import { updateMaxRecordSize } from './operations/update-max-record-size.ts'
import { updateQueue } from './operations/update-queue.ts'
import { updateQueueRecordsVisibility } from './operations/update-queue-records-visibility.ts'
import { updateShardCount } from './operations/update-shard-count.ts'
import { updateStreamMode } from './operations/update-stream-mode.ts'
import { updateStreamRecordDistributionStrategy } from './operations/update-stream-record-distribution-strategy.ts'
import { updateStreamWarmThroughput } from './operations/update-stream-warm-throughput.ts'
import type { Services } from './services.ts'

/** What is implemented. Every other operation of the schema is answered with NotImplementedException. */
export function kinesisHandlers(
  services: Services,
): Partial<Record<OperationName<typeof operations> | OperationName<typeof ofQueues>, Handler>> {
  return {
    AcknowledgeDeadLetterQueueRecords: acknowledgeDeadLetterQueueRecords(services),
    AcknowledgeQueueRecords: acknowledgeQueueRecords(services),
    AddTagsToStream: addTagsToStream(services),
    CreateChannel: createChannel(services),
    CreateQueue: createQueue(services),
    CreateStream: createStream(services),
    DecreaseStreamRetentionPeriod: decreaseStreamRetentionPeriod(services),
    DeleteChannel: deleteChannel(services),
    DeleteQueue: deleteQueue(services),
    DeleteResourcePolicy: deleteResourcePolicy(services),
    DeleteStream: deleteStream(services),
    DeregisterStreamConsumer: deregisterStreamConsumer(services),
    DescribeAccountSettings: describeAccountSettings(services),
    DescribeChannel: describeChannel(services),
    DescribeLimits: describeLimits(services),
    DescribeQueue: describeQueue(services),
    DescribeStream: describeStream(services),
    DescribeStreamConsumer: describeStreamConsumer(services),
    DescribeStreamSummary: describeStreamSummary(services),
    DisableEnhancedMonitoring: disableEnhancedMonitoring(services),
    EnableEnhancedMonitoring: enableEnhancedMonitoring(services),
    GetRecords: lookedForAgain(getRecords(services)),
    GetResourcePolicy: getResourcePolicy(services),
    GetShardIterator: lookedForAgain(getShardIterator(services)),
    IncreaseStreamRetentionPeriod: increaseStreamRetentionPeriod(services),
    ListChannels: listChannels(services),
    ListQueues: listQueues(services),
    ListShards: listShards(services),
    ListStreamConsumers: listStreamConsumers(services),
    ListStreams: listStreams(services),
    ListTagsForResource: listTagsForResource(services),
    ListTagsForStream: listTagsForStream(services),
    MergeShards: mergeShards(services),
    PutRecord: putRecord(services),
    PutRecords: putRecords(services),
    PutResourcePolicy: putResourcePolicy(services),
    ReceiveDeadLetterQueueRecords: receiveDeadLetterQueueRecords(services),
    ReceiveQueueRecords: receiveQueueRecords(services),
    RegisterStreamConsumer: registerStreamConsumer(services),
    RemoveTagsFromStream: removeTagsFromStream(services),
    RestoreDeadLetterQueueRecords: restoreDeadLetterQueueRecords(services),
    SplitShard: splitShard(services),
    StartStreamEncryption: startStreamEncryption(services),
    StopStreamEncryption: stopStreamEncryption(services),
    SubscribeToShard: lookedForAgain(subscribeToShard(services)),
    TagResource: tagResource(services),
    UntagResource: untagResource(services),
    UpdateAccountSettings: updateAccountSettings(services),
    UpdateChannel: updateChannel(services),
    UpdateDeadLetterQueueRecordsVisibility: updateDeadLetterQueueRecordsVisibility(services),
    UpdateMaxRecordSize: updateMaxRecordSize(services),
    UpdateQueue: updateQueue(services),
    UpdateQueueRecordsVisibility: updateQueueRecordsVisibility(services),
    UpdateShardCount: updateShardCount(services),
    UpdateStreamMode: updateStreamMode(services),
    UpdateStreamRecordDistributionStrategy: updateStreamRecordDistributionStrategy(services),
    UpdateStreamWarmThroughput: updateStreamWarmThroughput(services),
  }
}
