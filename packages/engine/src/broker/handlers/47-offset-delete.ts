/*
 * OffsetDelete, version 0 (KIP-496): forgets committed offsets. Topics that a member of the group reads keep
 * theirs (86); missing topics and partitions get 3, a partition without an offset is fine.
 */
import { OffsetDelete } from '@sluice/wire'
import { each, whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

export const offsetDelete = handler(
  OffsetDelete,
  [whole('delete', 'group'), each('read', 'topic')],
  (request, context) => context.broker.groups.offsets.delete(request),
)
