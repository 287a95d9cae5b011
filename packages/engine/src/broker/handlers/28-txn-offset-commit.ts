/*
 * TxnOffsetCommit, versions 0 to 6: offsets that count once the transaction is committed (KIP-98, KIP-447).
 *
 * - From version 3 on members commit with their generation, which fences those that are members no longer.
 * - The coordinator of the transaction is asked whether it knows of the group's partition; from version 5 on, for clients
 *   of transaction.version 2, it adds it (KIP-890). Version 6 names topics by id.
 */
import {
  consumerOffsets,
  ErrorCode,
  type Input,
  type RequestOf,
  type ResponseOf,
  TxnOffsetCommit,
} from '@sluice/wire'
import { each, whole } from '../../authorizer/access.ts'
import type { Verification } from '../../storage/verification.ts'
import { errorOfFailedAppend } from '../../coordinator/decision.ts'
import { handler, type RequestContext } from '../handler.ts'
import { admit, verifiesPartitions } from '../transactions/admission.ts'

type Request = RequestOf<typeof TxnOffsetCommit>
type Topics = NonNullable<Input<ResponseOf<typeof TxnOffsetCommit>>['topics']>

/** Before, clients take 14 for a failure that they do not know. */
const loadInProgressVersionMin = 2
const abortableVersionMin = 4
const addsVersionMin = 5

export const txnOffsetCommit = handler(
  TxnOffsetCommit,
  [whole('write', 'transactionalId'), whole('read', 'group'), each('read', 'topic')],
  async (request, context) => {
    const topics = await commit(request, context)
    return { topics: context.apiVersion < loadInProgressVersionMin ? topics.map(inOlderTerms) : topics }
  },
)

async function commit(request: Request, context: RequestContext): Promise<Topics> {
  const { producerId, producerEpoch } = request
  const admitted = await admission(request, context)
  if (typeof admitted === 'number') return failed(request, admitted)
  const producer = { producerId, producerEpoch, ...admitted }
  return (await context.broker.groups.offsets.commitInTransaction(context, request, producer)) ?? []
}

/** Whether the transaction has the group's partition, or why not. */
async function admission(
  request: Request,
  { broker, apiVersion }: RequestContext,
): Promise<ErrorCode | { verification?: Verification | null }> {
  const { groupId, transactionalId, producerId, producerEpoch } = request
  const adds = apiVersion >= addsVersionMin
  if (!adds && !verifiesPartitions(broker.config)) return {}
  const { topic } = consumerOffsets
  const index = broker.groups.partitionFor(groupId)
  const partition = broker.partitions.led(topic, index, -1)
  if (typeof partition === 'number') return ErrorCode.NOT_COORDINATOR
  const verification = partition.verify(
    { producerId, producerEpoch, baseSequence: 0, bumpsEpoch: adds },
    broker.calendar.steady.now(),
  )
  if (typeof verification === 'number') return errorOfFailedAppend(verification)
  if (!verification) return { verification }
  const errorOf = await admit(broker, {
    transactionalId,
    producerId,
    producerEpoch,
    partitions: new Map([[topic, new Set([index])]]),
    adds,
    knowsAbortable: apiVersion >= abortableVersionMin,
  })
  const error = errorOf(topic, index)
  // Clients try again after this one, without looking for another coordinator first.
  if (error === ErrorCode.NETWORK_EXCEPTION) return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
  return error === ErrorCode.NONE ? { verification } : error
}

function failed({ topics }: Request, errorCode: ErrorCode): Topics {
  return topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }))
}

function inOlderTerms(topic: Topics[number]): Topics[number] {
  return {
    ...topic,
    partitions: topic.partitions?.map((partition) =>
      partition.errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
        ? { ...partition, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE }
        : partition,
    ),
  }
}
