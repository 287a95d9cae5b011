/*
 * OffsetCommit, versions 2 to 10.
 *
 * - Members of a group commit with their generation; without member and generation whoever assigns partitions
 *   itself commits to a group that is empty, which may be new (KIP-211 for its expiry).
 * - Versions 2 to 4 may give a retention time of their own. Version 10 names topics by id (KIP-848).
 * - Topics and partitions that are missing are refused one by one; the others are committed.
 * - Members of the consumer protocol commit with their epoch, from version 9 on; an older one will do for partitions that
 *   they have had since then (KIP-848, KIP-1251).
 * - Those of one connection that follow each other are decided in their order, and written together.
 */
import { OffsetCommit } from '@sluice/wire'
import { each, whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

export const offsetCommit = handler(
  OffsetCommit,
  [whole('read', 'group'), each('read', 'topic')],
  function* (request, context) {
    const committed = yield* context.broker.groups.offsets.commit(context, request)
    return committed.then(function* (topics) {
      return { topics: yield* topics }
    })
  },
  { pipelined: true },
)
