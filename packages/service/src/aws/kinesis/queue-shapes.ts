import type {
  QueueAttributes as Attributes,
  QueueRecord as Queue,
} from '../../streams/queues/queue-record.ts'
import type { Received } from '../../streams/queues/queue.ts'
import { toTheSecond } from './shapes.ts'

/* How requests and answers speak of queues: the SDK that types the other operations does not know them yet. */

interface QueueAttributes {
  VisibilityTimeoutSeconds?: number
  DeadLetterConfiguration?: { TargetType: 'BUILT_IN' | 'NONE'; MaxReceiveCount?: number }
}

interface QueueStreamConfiguration {
  StreamARN: string
  StartingPosition?: { Type: Queue['start']['type']; Timestamp?: Date }
}

export interface QueueChoice {
  QueueARN: string
}

export interface CreateQueueInput {
  QueueName: string
  StreamConfigurationList: QueueStreamConfiguration[]
  QueueAttributes?: QueueAttributes
  Tags?: Record<string, string>
}

export interface UpdateQueueInput extends QueueChoice {
  QueueAttributes: QueueAttributes
}

export interface ListQueuesInput {
  MaxResults?: number
  NextToken?: string
  StreamFilter?: { StreamARN: string; StreamCreationTimestamp?: Date }[]
}

export interface ReceiveInput extends QueueChoice {
  Limit?: number
  WaitTimeSeconds?: number
  VisibilityTimeoutSeconds?: number
}

export interface EntriesInput extends QueueChoice {
  Entries: { ReceiptHandle: string }[]
}

export interface VisibilityInput extends QueueChoice {
  Entries: { ReceiptHandle: string; VisibilityTimeoutSeconds: number }[]
}

export interface DescribedQueue {
  QueueDescription: object
}

/** What both ways to describe one have. */
function commonShape({ name, arn, state, createdAtMs }: Queue) {
  return {
    QueueName: name,
    QueueARN: arn,
    QueueStatus: state,
    QueueCreationTimestamp: toTheSecond(createdAtMs),
  }
}

export function queueDescription(queue: Queue): DescribedQueue {
  const { stream, start, attributes } = queue
  const { type: Type, timestampMs } = start
  const Timestamp = timestampMs === null ? undefined : new Date(timestampMs)
  return {
    QueueDescription: {
      ...commonShape(queue),
      StreamConfigurationList: [{ StreamARN: stream.arn, StartingPosition: { Type, Timestamp } }],
      QueueAttributes: attributesShape(attributes),
    },
  }
}

function attributesShape({ visibilitySeconds, maxReceiveCount }: Attributes): QueueAttributes {
  return {
    VisibilityTimeoutSeconds: visibilitySeconds,
    DeadLetterConfiguration:
      maxReceiveCount === null
        ? { TargetType: 'NONE' }
        : { TargetType: 'BUILT_IN', MaxReceiveCount: maxReceiveCount },
  }
}

export function queueSummary(queue: Queue) {
  const { arn, createdAtMs } = queue.stream
  return {
    ...commonShape(queue),
    Streams: [{ StreamARN: arn, StreamCreationTimestamp: toTheSecond(createdAtMs) }],
  }
}

export function receivedShape({ handle, record, firstReceivedAtMs, receives }: Received) {
  return {
    ReceiptHandle: handle,
    // The same in every queue of the stream.
    RecordId: record.sequenceNumber,
    PartitionKey: record.partitionKey,
    Data: record.data,
    ApproximateArrivalTimestamp: new Date(record.arrivedAtMs),
    FirstReceiveTimestamp: new Date(firstReceivedAtMs),
    ReceiveCount: receives,
  }
}
