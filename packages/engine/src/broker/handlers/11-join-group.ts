/*
 * JoinGroup, versions 0 to 9: the classic protocol.
 *
 * - The answer waits until the members of the next generation are known: all have joined, or the rebalance
 *   timeout is over; a group that was empty waits group.initial.rebalance.delay.ms for more members (KIP-134).
 * - From version 4 on a dynamic member is given its id first (KIP-394); static members by instance id from
 *   version 5 on (KIP-345), whose leader may skip the assignment from version 9 on (KIP-814).
 * - A member may name a thousand protocols; more are refused with 23.
 * - Members of all groups may say so much of themselves together; more is answered 14 until others have gone.
 * - A group of the consumer protocol takes members of this one, which wait for nobody there, unless
 *   group.consumer.migration.policy is disabled (KIP-848).
 */
import { JoinGroup } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

const nullableProtocolNameVersionMin = 7

export const joinGroup = handler(
  JoinGroup,
  [whole('read', 'group')],
  (request, context) => {
    const joined = context.broker.groups.classic.join(context, request)
    if (context.apiVersion >= nullableProtocolNameVersionMin) return joined
    // Not awaited: an answer that parks would keep its request.
    return joined.then((result) => ({ ...result, protocolName: result.protocolName ?? '' }))
  },
  { parks: true },
)
