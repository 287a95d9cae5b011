/*
 * AddOffsetsToTxn, versions 0 to 4: the partition of a group's offsets joins a transaction (KIP-98). Clients of
 * transaction.version 2 leave that to the group's coordinator (KIP-890).
 */
import { AddOffsetsToTxn, consumerOffsets } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'
import { inOlderTerms } from '../transactions/older-terms.ts'

/** From here on clients know PRODUCER_FENCED. */
const fencedVersionMin = 2

export const addOffsetsToTxn = handler(
  AddOffsetsToTxn,
  [whole('write', 'transactionalId'), whole('read', 'group')],
  async (request, { broker, apiVersion }) => {
    const { transactionalId, producerId, producerEpoch, groupId } = request
    const error = await broker.transactions.addPartitions({
      transactionalId,
      producerId,
      producerEpoch,
      partitions: new Map([[consumerOffsets.topic, new Set([broker.groups.partitionFor(groupId)])]]),
      clientTransactionVersion: 0,
    })
    return { errorCode: inOlderTerms(error, apiVersion, fencedVersionMin) }
  },
)
