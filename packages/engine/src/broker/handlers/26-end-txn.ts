/*
 * EndTxn, versions 0 to 5: a client commits or aborts its transaction (KIP-98).
 *
 * - Answered when the decision stands in the log; the markers follow, and the next transaction waits for them (51).
 * - From version 5 on, for clients of transaction.version 2, each end raises the epoch, and the answer says to what
 *   (KIP-890): a message that comes late never falls into the next transaction.
 */
import { EndTxn } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { epochBumpVersion } from '../../coordinator/transaction/transaction.ts'
import { handler } from '../handler.ts'
import { inOlderTerms } from '../transactions/older-terms.ts'

/** From here on clients know PRODUCER_FENCED. */
const fencedVersionMin = 2
const epochBumpVersionMin = 5

export const endTxn = handler(
  EndTxn,
  [whole('write', 'transactionalId')],
  async (request, { broker, apiVersion }) => {
    const { transactionalId, producerId, producerEpoch, committed: commit } = request
    const bumpsEpoch = apiVersion >= epochBumpVersionMin
    const result = await broker.transactions.end({
      transactionalId,
      producerId,
      producerEpoch,
      commit,
      clientTransactionVersion: bumpsEpoch ? epochBumpVersion : 0,
    })
    const errorCode = inOlderTerms(result.errorCode, apiVersion, fencedVersionMin)
    return bumpsEpoch ? { ...result, errorCode } : { errorCode }
  },
)
