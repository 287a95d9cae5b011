/*
 * ListTransactions, versions 0 and 1: the transactional ids that this broker coordinates (KIP-664), of some states or
 * producer ids alone, from version 1 on also of those that take longer (KIP-994).
 *
 * Not done: version 2, whose pattern for ids is to be matched in a time that a stranger cannot stretch.
 */
import { ErrorCode, ListTransactions } from '@sluice/wire'
import { each } from '../../authorizer/access.ts'
import { transactionStateNames } from '../../coordinator/transaction/transaction.ts'
import { listsOnly } from '../../server/authorization.ts'
import { handler } from '../handler.ts'

const patternVersionMin = 2
const mayBeListed = each('describe', 'transactionalId')
const names: ReadonlySet<string> = new Set(transactionStateNames)

export const listTransactions = handler(
  ListTransactions,
  [mayBeListed],
  async (request, { broker }) => {
    const { stateFilters, producerIdFilters, durationFilter } = request
    const unknownStateFilters = stateFilters.filter((name) => !names.has(name))
    const listed = await broker.transactions.list({
      states: new Set(stateFilters),
      producerIds: new Set(producerIdFilters),
      durationMs: durationFilter,
    })
    if (typeof listed === 'number') return { errorCode: listed }
    return {
      errorCode: ErrorCode.NONE,
      unknownStateFilters,
      transactionStates: listed.map(({ transactionalId, producerId, state }) => ({
        transactionalId,
        producerId,
        transactionState: transactionStateNames[state],
      })),
    }
  },
  {
    max: patternVersionMin - 1,
    screen: listsOnly<typeof ListTransactions, 'transactionStates'>(
      mayBeListed,
      'transactionStates',
      ({ transactionalId }) => transactionalId,
    ),
  },
)
