/*
 * SyncGroup, versions 0 to 5: the leader gives the assignment, every member gets its part.
 *
 * - The answers wait until the assignment is committed to __consumer_offsets.
 * - From version 5 on protocol type and name must be named and be the group's (KIP-559).
 */
import { SyncGroup } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

export const syncGroup = handler(
  SyncGroup,
  [whole('read', 'group')],
  (request, context) => context.broker.groups.classic.sync(context, request),
  { parks: true },
)
