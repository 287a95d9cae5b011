import { AssertionFailure, Deferred } from '@sluice/effects'
import { AddPartitionsToTxn, ErrorCode, type Int64, transactionState } from '@sluice/wire'
import { epochBumpVersion, type PartitionsByTopic } from '../../coordinator/transaction/transaction.ts'
import type { BrokerConfig } from '../../metadata/configs.ts'
import type { Peers } from '../peers.ts'
import type { BrokerServices } from '../services.ts'

type AdmissionHome = Pick<
  BrokerServices,
  'nodeId' | 'metadata' | 'logger' | 'clock' | 'config' | 'transactions'
> & { readonly peers: Peers }

/** A write that would be the first of a transaction in these partitions. */
interface FirstWrite {
  readonly transactionalId: string
  readonly producerId: Int64
  readonly producerEpoch: number
  readonly partitions: PartitionsByTopic
  /** The client leaves it to the leaders to add partitions (transaction.version 2); else they must be there already. */
  readonly adds: boolean
  /** It knows TRANSACTION_ABORTABLE (KIP-890). */
  readonly knowsAbortable: boolean
}

/** What the coordinator says of each partition. */
type ErrorOf = (topic: string, index: number) => ErrorCode

const batchedVersion = 5

/**
 * Asks the coordinator of a transaction for its partitions, so that nothing is written that it would not end (KIP-890).
 * While the end of the last transaction is under way it is asked again, for a short time: that is usual, and cheaper
 * here than for the client.
 */
export async function admit(broker: AdmissionHome, write: FirstWrite): Promise<ErrorOf> {
  const { clock, config } = broker
  const backoffMs = config.int('add.partitions.to.txn.retry.backoff.ms')
  const endMs = clock.monotonic() + config.int('add.partitions.to.txn.retry.backoff.max.ms')
  for (;;) {
    const errorOf = await ask(broker, write)
    const isBusy = hasError(write.partitions, errorOf, ErrorCode.CONCURRENT_TRANSACTIONS)
    if (!write.adds || !isBusy || clock.monotonic() >= endMs) return inTermsOf(write, errorOf)
    const over = new Deferred<void>()
    clock.schedule(backoffMs, () => over.resolve())
    await over.promise
  }
}

/** Of clients that add partitions themselves; those that leave it to leaders have it done in any case. */
export function verifiesPartitions(config: BrokerConfig): boolean {
  return config.boolean('transaction.partition.verification.enable')
}

async function ask(broker: AdmissionHome, write: FirstWrite): Promise<ErrorOf> {
  const { nodeId, metadata, transactions, logger } = broker
  const home = metadata.topic(transactionState.topic)?.partitions
  const leader = home?.[transactions.partitionFor(write.transactionalId)]?.leader
  if (leader === undefined || !metadata.isBrokerAlive(leader))
    return () => ErrorCode.COORDINATOR_NOT_AVAILABLE
  if (leader === nodeId) return askHere(broker, write)
  try {
    return await askPeer(broker, leader, write)
  } catch (error) {
    if (error instanceof AssertionFailure) throw error
    logger.debug('the coordinator of a transaction could not be asked', { leader, error })
    return () => ErrorCode.NETWORK_EXCEPTION
  }
}

async function askHere({ transactions }: AdmissionHome, write: FirstWrite): Promise<ErrorOf> {
  const request = { ...write, clientTransactionVersion: epochBumpVersion }
  if (write.adds) {
    const error = await transactions.addPartitions(request)
    return () => error
  }
  const verified = await transactions.verifyPartitions(request)
  if (typeof verified === 'number') return () => verified
  return (topic, index) =>
    verified.get(topic)?.has(index) ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE
}

async function askPeer({ peers }: AdmissionHome, leader: number, write: FirstWrite): Promise<ErrorOf> {
  const { transactionalId, producerId, producerEpoch, partitions, adds } = write
  const topics = [...partitions].map(([name, indexes]) => ({ name, partitions: [...indexes] }))
  const transaction = { transactionalId, producerId, producerEpoch, verifyOnly: !adds, topics }
  const response = await peers.request(leader, AddPartitionsToTxn, batchedVersion, {
    transactions: [transaction],
  })
  const whole = response.errorCode as ErrorCode
  if (whole !== ErrorCode.NONE) {
    // A matter between brokers, which says nothing to a client.
    const error = whole === ErrorCode.CLUSTER_AUTHORIZATION_FAILED ? ErrorCode.INVALID_TXN_STATE : whole
    return () => error
  }
  const results = response.resultsByTransaction[0]?.topicResults ?? []
  return (topic, index) =>
    (results
      .find(({ name }) => name === topic)
      ?.resultsByPartition.find(({ partitionIndex }) => partitionIndex === index)?.partitionErrorCode ??
      ErrorCode.UNKNOWN_SERVER_ERROR) as ErrorCode
}

/** Clients expect the older words for these. */
function inTermsOf({ knowsAbortable }: FirstWrite, errorOf: ErrorOf): ErrorOf {
  return (topic, index) => {
    const error = errorOf(topic, index)
    if (error === ErrorCode.PRODUCER_FENCED) return ErrorCode.INVALID_PRODUCER_EPOCH
    return error === ErrorCode.TRANSACTION_ABORTABLE && !knowsAbortable ? ErrorCode.INVALID_TXN_STATE : error
  }
}

function hasError(partitions: PartitionsByTopic, errorOf: ErrorOf, error: ErrorCode): boolean {
  for (const [topic, indexes] of partitions)
    for (const index of indexes) if (errorOf(topic, index) === error) return true
  return false
}
