import { KafkaError } from '@sluice/client'
import type { HandleOutcome, Queue } from '../../streams/queues/queue.ts'
import { inFlightMax } from '../../streams/queues/queue.ts'
import type { QueueAttributes, QueueRecord } from '../../streams/queues/queue-record.ts'
import { AwsException } from '../exceptions.ts'
import { internalFailure, invalidArgument, notFound, validation } from './exceptions.ts'
import { type EntriesInput, type ReceiveInput, receivedShape, type UpdateQueueInput } from './queue-shapes.ts'
import type { Services } from './services.ts'

/** The queue that an ARN names, whatever its state. */
export function queueOf({ streams }: Pick<Services, 'streams'>, arn = ''): QueueRecord {
  const found = streams.queues.byArn(arn)
  if (!found) throw noQueue({ streams }, arn)
  return found
}

function noQueue({ streams }: Pick<Services, 'streams'>, arn: string): AwsException {
  return notFound(`Queue ${arn} under account ${streams.place.account} not found.`)
}

/** One that delivers. */
function deliveringOf(services: Pick<Services, 'streams'>, arn: string): Queue {
  const record = queueOf(services, arn)
  const queue = services.streams.queues.deliveringOf(record)
  if (!queue)
    throw notFound(
      `Queue ${record.name} under account ${services.streams.place.account} not ACTIVE, instead in state ${record.state}`,
    )
  return queue
}

/** These in place of those before, where they are told. */
export function attributesWith(
  before: QueueAttributes,
  { VisibilityTimeoutSeconds: seconds, DeadLetterConfiguration: dead }: UpdateQueueInput['QueueAttributes'],
): QueueAttributes {
  if (dead?.TargetType === 'BUILT_IN' && dead.MaxReceiveCount === undefined)
    throw validation(
      "Value at 'queueAttributes.deadLetterConfiguration.maxReceiveCount' failed to satisfy constraint: it is required for the target type BUILT_IN",
    )
  const maxReceiveCount =
    dead?.TargetType === 'NONE' ? null : (dead?.MaxReceiveCount ?? before.maxReceiveCount)
  return { visibilitySeconds: seconds ?? before.visibilitySeconds, maxReceiveCount }
}

const countDefault = 10
const waitSecondsDefault = 9

/** Of one kind: dead letters, or the others. */
export async function received(
  services: Pick<Services, 'streams'>,
  input: ReceiveInput,
  { isDead, signal }: { isDead: boolean; signal: AbortSignal | undefined },
) {
  const receiving = deliveringOf(services, input.QueueARN).receive({
    isDead,
    countMax: input.Limit ?? countDefault,
    waitMs: (input.WaitTimeSeconds ?? waitSecondsDefault) * 1_000,
    visibilitySeconds: input.VisibilityTimeoutSeconds,
    signal,
  })
  const found = await receiving.catch((error: unknown) => {
    // The log has refused, for which a full disk is enough.
    throw error instanceof KafkaError ? internalFailure() : error
  })
  if (!found)
    throw new AwsException(
      'ThrottlingException',
      400,
      `The queue ${input.QueueARN} has ${inFlightMax} records in flight, as many as it may have.`,
    )
  return { QueueRecords: found.map(receivedShape) }
}

type Entry = EntriesInput['Entries'][number]

const failures = {
  invalid: ['InvalidArgumentException', 'The receipt handle is not valid for this queue.'],
  gone: [
    'ResourceNotFoundException',
    'The record is done with, is of the other kind, or was received again since: this receipt handle is worth nothing any more.',
  ],
  'not kept': ['InternalFailureException', 'It could not be stored.'],
} satisfies Record<Exclude<HandleOutcome, null>, [code: string, message: string]>

/** What is done with each of the entries, one by one. */
export async function withEach<Given extends Entry>(
  services: Pick<Services, 'streams'>,
  { QueueARN, Entries }: { QueueARN: string; Entries: Given[] },
  act: (queue: Queue, entry: Given) => Promise<HandleOutcome>,
) {
  const queue = deliveringOf(services, QueueARN)
  const outcomes = await Promise.all(
    Entries.map(async (entry) => ({ ReceiptHandle: entry.ReceiptHandle, outcome: await act(queue, entry) })),
  )
  return {
    Successful: outcomes.flatMap(({ ReceiptHandle, outcome }) =>
      outcome === null ? [{ ReceiptHandle }] : [],
    ),
    Failed: outcomes.flatMap(({ ReceiptHandle, outcome }) => {
      if (outcome === null) return []
      const [ErrorCode, ErrorMessage] = failures[outcome]
      return [{ ReceiptHandle, ErrorCode, ErrorMessage }]
    }),
  }
}

/** Nobody is to name more than one stream of a queue. */
export function onlyOne<Item>(items: readonly Item[] = []): Item {
  const [first, another] = items
  if (!first || another) throw invalidArgument('StreamConfigurationList must contain exactly one entry.')
  return first
}
