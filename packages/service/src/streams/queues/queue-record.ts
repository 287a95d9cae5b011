/** Where a queue begins to deliver. */
interface QueueStart {
  type: 'LATEST' | 'TRIM_HORIZON' | 'AT_TIMESTAMP'
  /** Which of the stream's records is the first one, in time: as it was asked for, and as it is when the queue is ACTIVE. */
  timestampMs: number | null
}

export interface QueueAttributes {
  /** How long a record that was received is not visible to others. */
  visibilitySeconds: number
  /** After so many receives without an acknowledgement a record becomes a dead letter; null: never. */
  maxReceiveCount: number | null
}

/** One queue of a stream, as it is kept in `<data>/streams/queues/<uuid>.json`; what has become of its records is in its journal. */
export interface QueueRecord {
  formatVersion: 1
  /** `…:queue/<uuid>` */
  arn: string
  uuid: string
  name: string
  createdAtMs: number
  state: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING'
  /** Of which it delivers the records; the uuid tells it from later ones of its name. */
  stream: { arn: string; name: string; uuid: string; createdAtMs: number }
  start: QueueStart
  attributes: QueueAttributes
  /** The offset at which it begins, by shard; in those that are not named, by the time. Null before it is ACTIVE. */
  begins: Record<string, number> | null
  tags: Record<string, string>
  /** The resource's own policy, as it was given. */
  policy: string | null
}

export type NewQueue = Pick<QueueRecord, 'attributes' | 'name' | 'start' | 'stream' | 'tags'>
