/*
 * ListTransactions, versions 0 to 2: the transactional ids that this broker coordinates (KIP-664), of some states or
 * producer ids alone, from version 1 on also of those that take longer (KIP-994), from version 2 on of those whose ids are
 * wholly what an expression of RE2 says (KIP-1152), which takes linear time; 128 for what is none.
 */
import { ErrorCode, type Input, ListTransactions, type ResponseOf } from '@sluice/wire'
import { RE2JS } from 're2js'
import { each } from '../../authorizer/access.ts'
import { type Transaction, transactionStateNames } from '../../coordinator/transaction/transaction.ts'
import { listsOnly } from '../../server/authorization.ts'
import type { Steps } from '../../storage/slices.ts'
import { handler } from '../handler.ts'

/** A longer one takes its time before anything has been matched. */
const patternLengthMax = 255
const mayBeListed = each('describe', 'transactionalId')
const names: ReadonlySet<string> = new Set(transactionStateNames)

export const listTransactions = handler(
  ListTransactions,
  [mayBeListed],
  async (request, { broker }) => {
    const { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern } = request
    const unknownStateFilters = stateFilters.filter((name) => !names.has(name))
    const pattern = patternOf(transactionalIdPattern ?? '')
    if (pattern === 'invalid') return { errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION }
    const listed = await broker.transactions.list({
      states: new Set(stateFilters),
      producerIds: new Set(producerIdFilters),
      durationMs: durationFilter,
    })
    if (typeof listed === 'number') return { errorCode: listed }
    return answer(listed, pattern, unknownStateFilters)
  },
  {
    screen: listsOnly<typeof ListTransactions, 'transactionStates'>(
      mayBeListed,
      'transactionStates',
      ({ transactionalId }) => transactionalId,
    ),
  },
)

type Pattern = Pick<RE2JS, 'testExact'>

/** Null: all are meant. */
function patternOf(text: string): Pattern | null | 'invalid' {
  if (text === '') return null
  if (text.length > patternLengthMax) return 'invalid'
  try {
    return RE2JS.compile(text)
  } catch {
    return 'invalid'
  }
}

function* answer(
  listed: readonly Transaction[],
  pattern: Pattern | null,
  unknownStateFilters: string[],
): Steps<Input<ResponseOf<typeof ListTransactions>>> {
  const transactionStates = []
  for (const { transactionalId, producerId, state } of listed) {
    yield
    if (pattern && !pattern.testExact(transactionalId)) continue
    transactionStates.push({ transactionalId, producerId, transactionState: transactionStateNames[state] })
  }
  return { errorCode: ErrorCode.NONE, unknownStateFilters, transactionStates }
}
