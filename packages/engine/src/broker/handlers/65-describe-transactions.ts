/*
 * DescribeTransactions, version 0: what this broker coordinates of the transactional ids (KIP-664). Topics that the
 * client may not describe are left out.
 */
import { DescribeTransactions } from '@sluice/wire'
import { each } from '../../authorizer/access.ts'
import { transactionStateNames } from '../../coordinator/transaction/transaction.ts'
import { askedInSteps, byKeyInSteps } from '../../storage/slices.ts'
import { handler, type RequestContext } from '../handler.ts'

export const describeTransactions = handler(
  DescribeTransactions,
  [each('describe', 'transactionalId')],
  function* (request, context) {
    const ids = yield* byKeyInSteps(request.transactionalIds, (transactionalId) => transactionalId)
    const described = yield* askedInSteps(ids.keys(), (transactionalId) =>
      describedId(transactionalId, context),
    )
    return described.then((transactionStates) => ({ transactionStates }))
  },
)

async function describedId(transactionalId: string, { broker, session }: RequestContext) {
  const found = await broker.transactions.describe(transactionalId)
  if (typeof found === 'number') return { transactionalId, errorCode: found }
  return {
    transactionalId,
    transactionState: transactionStateNames[found.state],
    transactionTimeoutMs: found.timeoutMs,
    transactionStartTimeMs: found.startMs,
    producerId: found.producerId,
    producerEpoch: found.producerEpoch,
    topics: [...found.partitions]
      .filter(([topic]) => session.permissions.allows('describe', 'topic', topic))
      .map(([topic, partitions]) => ({ topic, partitions: [...partitions] })),
  }
}
