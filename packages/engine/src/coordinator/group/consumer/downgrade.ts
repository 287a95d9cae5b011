import type { FinalGroupDecision } from '../shard-context.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerMember } from './consumer-member.ts'

/** Null: the group stays one of the consumer protocol. */
export function downgradeWithout<R>(
  _context: ConsumerContext,
  _group: ConsumerGroup,
  _leaving: readonly ConsumerMember[],
  _response: R,
): FinalGroupDecision<R> | null {
  return null
}
