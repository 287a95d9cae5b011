/*
 * Heartbeat, versions 0 to 4: keeps a member's session alive, and is how it hears of a rebalance (27).
 *
 * While the coordinator still loads the group every heartbeat is good.
 */
import { Heartbeat } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

export const heartbeat = handler(Heartbeat, [whole('read', 'group')], async (request, context) => ({
  errorCode: await context.broker.groups.classic.heartbeat(request),
}))
