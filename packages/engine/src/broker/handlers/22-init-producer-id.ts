/*
 * InitProducerId, versions 0 to 5: a producer id for an idempotent producer (KIP-98).
 *
 * Without a transactional id every call gets a new id with epoch 0, also one that names an older id (KIP-360).
 * Not done: transactional ids, which are refused at once with 35; version 6 (two-phase commit) is unstable in 4.4.
 */
import { ErrorCode, InitProducerId } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

const none = -1

export const initProducerId = handler(
  InitProducerId,
  [
    whole('write', 'transactionalId'),
    whole('idempotentWrite', 'cluster', {
      when: 'without a transactional id',
      unless: { operation: 'write', resource: 'topic' },
    }),
  ],
  async (request, { broker }) => {
    const failed = (errorCode: number) => ({ errorCode, producerId: none, producerEpoch: none })
    if (request.transactionalId === '') return failed(ErrorCode.INVALID_REQUEST)
    if (request.transactionalId !== null) return failed(ErrorCode.UNSUPPORTED_VERSION)
    if ((request.producerId === none) !== (request.producerEpoch === none))
      return failed(ErrorCode.INVALID_REQUEST)
    const next = await broker.producerIds.next()
    return 'error' in next
      ? failed(next.error)
      : { errorCode: ErrorCode.NONE, producerId: next.producerId, producerEpoch: 0 }
  },
)
