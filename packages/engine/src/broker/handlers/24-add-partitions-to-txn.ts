/*
 * AddPartitionsToTxn, versions 0 to 5: partitions join a transaction (KIP-98).
 *
 * - Up to version 3 from a client, for one transaction; from version 4 on from brokers that lead the partitions, for
 *   several, to add them or only to ask whether they are there (KIP-890).
 * - Where one partition is not there, none of the transaction is added (55).
 */
import {
  AddPartitionsToTxn,
  ErrorCode,
  type Input,
  type Int64,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { each, whole } from '../../authorizer/access.ts'
import { epochBumpVersion, type PartitionsByTopic } from '../../coordinator/transaction/transaction.ts'
import { askedInSteps } from '../../storage/slices.ts'
import { handler, type RequestContext } from '../handler.ts'
import { addPartitionsScreen } from '../screens/add-partitions-to-txn.ts'
import type { BrokerServices } from '../services.ts'
import { inOlderTerms } from '../transactions/older-terms.ts'

/** From here on clients know PRODUCER_FENCED. */
const fencedVersionMin = 2
const batchedVersionMin = 4
/** Brokers that ask by it act for clients whose epochs rise with each end. */
const epochBumpVersionMin = 5

type Topics = RequestOf<typeof AddPartitionsToTxn>['v3AndBelowTopics']
type TopicResults = NonNullable<Input<ResponseOf<typeof AddPartitionsToTxn>>['resultsByTopicV3AndBelow']>
type ErrorOf = (topic: string, index: number) => ErrorCode

interface Asked {
  readonly transactionalId: string
  readonly producerId: Int64
  readonly producerEpoch: number
  readonly verifyOnly: boolean
  readonly topics: Topics
}

export const addPartitionsToTxn = handler(
  AddPartitionsToTxn,
  [
    whole('write', 'transactionalId', { when: 'from a client' }),
    each('write', 'topic', { when: 'from a client' }),
    whole('clusterAction', 'cluster', { when: 'from a broker' }),
  ],
  function* (request, context) {
    if (context.apiVersion < batchedVersionMin) return addForClient(request, context)
    const results = yield* askedInSteps(request.transactions, async (asked) => ({
      transactionalId: asked.transactionalId,
      topicResults: resultsOf(asked.topics, await errorsOf(asked, context)),
    }))
    return results.then((resultsByTransaction) => ({ errorCode: ErrorCode.NONE, resultsByTransaction }))
  },
  { screen: addPartitionsScreen },
)

async function addForClient(request: RequestOf<typeof AddPartitionsToTxn>, context: RequestContext) {
  const asked = {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    verifyOnly: false,
    topics: request.v3AndBelowTopics,
  }
  return { resultsByTopicV3AndBelow: resultsOf(asked.topics, await errorsOf(asked, context)) }
}

async function errorsOf(asked: Asked, { broker, apiVersion }: RequestContext): Promise<ErrorOf> {
  const { topics, verifyOnly } = asked
  if (topics.some(({ name, partitions }) => partitions.some((index) => !exists(broker, name, index))))
    return (topic, index) =>
      exists(broker, topic, index) ? ErrorCode.OPERATION_NOT_ATTEMPTED : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  const partitions: PartitionsByTopic = new Map(
    topics.map(({ name, partitions: indexes }) => [name, new Set(indexes)]),
  )
  const clientTransactionVersion = apiVersion >= epochBumpVersionMin ? epochBumpVersion : 0
  const request = { ...asked, partitions, clientTransactionVersion }
  if (!verifyOnly) {
    const error = await broker.transactions.addPartitions(request)
    return () => inOlderTerms(error, apiVersion, fencedVersionMin)
  }
  const verified = await broker.transactions.verifyPartitions(request)
  if (typeof verified === 'number') return () => verified
  return (topic, index) =>
    verified.get(topic)?.has(index) ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE
}

function exists({ metadata }: BrokerServices, topic: string, index: number): boolean {
  return metadata.topic(topic)?.partitions[index] !== undefined
}

function resultsOf(topics: Topics, errorOf: ErrorOf): TopicResults {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: errorOf(name, partitionIndex),
    })),
  }))
}
