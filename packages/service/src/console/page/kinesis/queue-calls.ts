import { type Call, kinesis, type Values } from '../command.ts'
import type { Queue, QueueRecord, StreamSummary } from './kinesis.ts'

/* What queues are asked for, by what stands in forms. */

type Named = Pick<Queue, 'QueueARN'>

/** Of records that one call receives, and of receipt handles that one call takes. */
export const entriesMax = 10

function attributesOf({ seconds, receives }: Values) {
  const MaxReceiveCount = Number(receives)
  return {
    VisibilityTimeoutSeconds: Number(seconds),
    DeadLetterConfiguration:
      MaxReceiveCount === 0 ? { TargetType: 'NONE' } : { TargetType: 'BUILT_IN', MaxReceiveCount },
  }
}

/** `at` is a time of this browser's zone. */
export function queueCall(
  { StreamARN }: Pick<StreamSummary, 'StreamARN'>,
  { name, from, at, ...attributes }: Values,
): Call {
  const Timestamp = from === 'AT_TIMESTAMP' ? new Date(at ?? '').getTime() / 1_000 : undefined
  return kinesis('CreateQueue', {
    QueueName: name,
    StreamConfigurationList: [{ StreamARN, ...(from && { StartingPosition: { Type: from, Timestamp } }) }],
    ...('seconds' in attributes && { QueueAttributes: attributesOf(attributes) }),
  })
}

export function changeCall({ QueueARN }: Named, values: Values): Call {
  return kinesis('UpdateQueue', { QueueARN, QueueAttributes: attributesOf(values) })
}

export function receiveCall({ QueueARN }: Named, isDead: boolean, { limit, seconds }: Values): Call {
  return kinesis(`Receive${isDead ? 'DeadLetter' : ''}QueueRecords`, {
    QueueARN,
    Limit: Number(limit),
    VisibilityTimeoutSeconds: Number(seconds),
    WaitTimeSeconds: 1,
  })
}

/** What is to be done with what was received: given back it is there for others at once. */
export type Deed = 'acknowledge' | 'giveBack' | 'restore'

export interface Settling {
  deed: Deed
  isDead: boolean
  queue: Queue
  records: readonly QueueRecord[]
}

export function settleCall({ deed, isDead, queue: { QueueARN }, records }: Settling): Call {
  const dead = isDead ? 'DeadLetter' : ''
  const operations = {
    acknowledge: `Acknowledge${dead}QueueRecords`,
    giveBack: `Update${dead}QueueRecordsVisibility`,
    restore: 'RestoreDeadLetterQueueRecords',
  }
  const more = deed === 'giveBack' ? { VisibilityTimeoutSeconds: 0 } : {}
  const Entries = records.map(({ ReceiptHandle }) => ({ ReceiptHandle, ...more }))
  return kinesis(operations[deed], { QueueARN, Entries })
}
