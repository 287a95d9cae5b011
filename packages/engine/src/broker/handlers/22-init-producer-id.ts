/*
 * InitProducerId, versions 0 to 5: a producer id for an idempotent or transactional producer (KIP-98).
 *
 * - Without a transactional id every call gets a new id with epoch 0, also one that names an older id (KIP-360).
 * - With one, the epoch rises and whoever had the id before is fenced; a transaction that is left open is aborted first,
 *   and the client comes again (51). Who names what it has may go on with it (KIP-360).
 * - Not done: version 6 (two-phase commit, KIP-939), which is unstable in 4.4.
 */
import { ErrorCode, InitProducerId } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'
import { inOlderTerms } from '../transactions/older-terms.ts'

const none = -1
/** From here on clients know PRODUCER_FENCED. */
const fencedVersionMin = 4

export const initProducerId = handler(
  InitProducerId,
  [
    whole('write', 'transactionalId'),
    whole('idempotentWrite', 'cluster', {
      when: 'without a transactional id',
      unless: { operation: 'write', resource: 'topic' },
    }),
  ],
  async (request, { broker, apiVersion }) => {
    const { transactionalId, transactionTimeoutMs: timeoutMs, producerId, producerEpoch } = request
    const failed = (errorCode: number) => ({ errorCode, producerId: none, producerEpoch: none })
    if ((producerId === none) !== (producerEpoch === none)) return failed(ErrorCode.INVALID_REQUEST)
    if (transactionalId !== null) {
      const expected = producerId === none ? null : { producerId, producerEpoch }
      const result = await broker.transactions.init({ transactionalId, timeoutMs, expected })
      return { ...result, errorCode: inOlderTerms(result.errorCode, apiVersion, fencedVersionMin) }
    }
    const next = await broker.producerIds.next()
    return 'error' in next
      ? failed(next.error)
      : { errorCode: ErrorCode.NONE, producerId: next.producerId, producerEpoch: 0 }
  },
)
