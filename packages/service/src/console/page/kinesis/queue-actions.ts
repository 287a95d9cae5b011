import { ask, type Field, nameField } from '../action.ts'
import { kinesis } from '../command.ts'
import { h } from '../dom.ts'
import { Failure } from '../failure.ts'
import { counted } from '../formats.ts'
import type { EntriesAnswer, Queue, QueueRecord, StreamSummary } from './kinesis.ts'
import type { Context } from '../page.ts'
import {
  changeCall,
  type Deed,
  entriesMax,
  queueCall,
  receiveCall,
  settleCall,
  type Settling,
} from './queue-calls.ts'
import { consoleRoot, go, pageAddress } from '../route.ts'

/* What can be done to a queue and with its records, each an operation of the API. */

/** AWS's default, and its bounds. */
const visibility = { default: '30', maxSeconds: 43_200 }
const receivesDefault = '6'

const visibilityField = (value: string): Field => ({
  name: 'seconds',
  label: 'Visibility time-out, in seconds',
  kind: 'number',
  value,
  min: 0,
  max: visibility.maxSeconds,
  hint: 'How long a record is its receiver’s own: up to 43,200 (12 hours)',
})

const deadLettersField = (value: string): Field => ({
  name: 'receives',
  label: 'Dead letter after so many receives',
  kind: 'number',
  value,
  min: 0,
  max: 1_000,
  hint: 'That were not acknowledged; 0 for never',
})

export function createQueue(context: Context, stream: StreamSummary, after: () => void): void {
  ask(
    context,
    {
      title: `Create a queue of ${stream.StreamName}`,
      verb: 'Create queue',
      fields: [
        nameField,
        {
          name: 'from',
          label: 'Begins with',
          kind: 'select',
          options: [
            ['LATEST', 'what comes from now on (LATEST)'],
            ['TRIM_HORIZON', 'the oldest record (TRIM_HORIZON)'],
            ['AT_TIMESTAMP', 'the first record from a time on (AT_TIMESTAMP)'],
          ],
        },
        { name: 'at', label: 'That time', kind: 'datetime-local', hint: 'Of AT_TIMESTAMP alone' },
        visibilityField(visibility.default),
        deadLettersField(receivesDefault),
      ],
      call: (values) => queueCall(stream, values),
      done: (_, { name = '' }) => {
        go(pageAddress('queues', name))
        return `${name} is being made.`
      },
      failed: 'The queue was not made',
    },
    after,
  )
}

export function changeQueue(context: Context, queue: Queue, after: () => void): void {
  const { QueueName: name, QueueAttributes: attributes } = queue
  const { MaxReceiveCount: receives = 0 } = attributes.DeadLetterConfiguration
  ask(
    context,
    {
      title: `Attributes of ${name}`,
      verb: 'Change attributes',
      intro: h('p', {}, 'What is in flight stays so as long as it was told.'),
      fields: [
        visibilityField(String(attributes.VisibilityTimeoutSeconds)),
        deadLettersField(String(receives)),
      ],
      call: (values) => changeCall(queue, values),
      done: () => `${name} is being changed.`,
      failed: 'The queue was not changed',
    },
    after,
  )
}

export function deleteQueue(context: Context, { QueueName: name, QueueARN }: Queue): void {
  ask(
    context,
    {
      title: `Delete ${name}`,
      verb: 'Delete queue',
      intro: h(
        'p',
        {},
        'What it knows of its records is lost: who has received them, what is acknowledged, and its dead letters. The records stay in the stream.',
      ),
      confirm: name,
      call: () => kinesis('DeleteQueue', { QueueARN }),
      done: () => {
        go(consoleRoot)
        return `${name} is being deleted.`
      },
      failed: 'The queue was not deleted',
    },
    () => {},
  )
}

/** `seconds` is how long what was received is one's own. */
type Take = (records: readonly QueueRecord[], seconds: number) => void

export function receive(context: Context, queue: Queue, isDead: boolean, take: Take): void {
  const { QueueAttributes: attributes } = queue
  const what = isDead ? 'dead letters' : 'records'
  ask<{ QueueRecords: QueueRecord[] }>(
    context,
    {
      title: `Receive ${what} of ${queue.QueueName}`,
      verb: `Receive ${what}`,
      intro: h(
        'p',
        {},
        isDead
          ? 'Nobody else receives them until their time is over.'
          : 'Nobody else receives them until their time is over, and it counts: what is received too often becomes a dead letter.',
      ),
      fields: [
        { name: 'limit', label: 'Up to', kind: 'number', value: '10', min: 1, max: entriesMax },
        visibilityField(String(attributes.VisibilityTimeoutSeconds)),
      ],
      call: (values) => receiveCall(queue, isDead, values),
      done: ({ QueueRecords: records }, { seconds }) => {
        take(records, Number(seconds))
        return `Received ${counted(records.length, isDead ? 'dead letter' : 'record')}.`
      },
      failed: 'Nothing was received',
    },
    () => {},
  )
}

/** What can be done with what was received. */
const deeds = {
  acknowledge: {
    verb: 'Acknowledge',
    intro: 'The queue never delivers again what is acknowledged.',
    failed: 'Not everything was acknowledged',
  },
  restore: {
    verb: 'Restore',
    intro: 'The queue delivers again what is restored, as if it never had.',
    failed: 'Not everything was restored',
  },
  giveBack: {
    verb: 'Give back',
    intro: 'What is given back is there for others at once.',
    failed: 'Not everything was given back',
  },
} as const satisfies Readonly<Record<Deed, object>>

export const verbOf = (deed: Deed): string => deeds[deed].verb

/** Of several at once, up to `entriesMax`; `drop` is told of whose receipt handles are used up. */
export function settle(context: Context, what: Settling, drop: (handles: readonly string[]) => void): void {
  const { deed, isDead, queue, records } = what
  const { verb, intro, failed } = deeds[deed]
  const all = counted(records.length, isDead ? 'dead letter' : 'record')
  ask<EntriesAnswer>(
    context,
    {
      title: `${verb} ${all} of ${queue.QueueName}`,
      verb,
      intro: h('p', {}, intro),
      call: () => settleCall(what),
      done: ({ Successful: done, Failed: failures }) => {
        drop(done.map(({ ReceiptHandle: handle }) => handle))
        const [first] = failures
        if (!first) return `${verb}: ${all}.`
        throw new Failure(first.ErrorCode, `${failures.length} of ${all}: ${first.ErrorMessage}`)
      },
      failed,
    },
    () => {},
  )
}
