import type { Steps } from '../../../../storage/slices.ts'
import type { Assignment } from '../assignment.ts'
import {
  type AssignableMember,
  assignments,
  type Assignor,
  nobody,
  type Owners,
  ownersOf,
  type PartitionCount,
  Rounds,
} from './assignor.ts'
import { assignUnevenly } from './uneven.ts'

/** As even as can be, and within that as few moves as can be. Topics do not matter: their partitions are all alike. */
export const uniform: Assignor = {
  name: 'uniform',
  *assign(members, partitionCount) {
    const [first] = members
    if (!first) return new Map()
    return members.every(({ topicIds }) => topicIds === first.topicIds)
      ? yield* assignEvenly(members, first.topicIds, partitionCount)
      : yield* assignUnevenly(members, partitionCount)
  },
}

/**
 * All members read the same topics:
 *
 * 1. Each keeps what it had, up to its quota: the number of partitions by that of members, and one more for as many as
 *    the rest is, those first who have so many already.
 * 2. What nobody has fills those who are below their quotas.
 */
function* assignEvenly(
  members: readonly AssignableMember[],
  topicIds: ReadonlySet<string>,
  partitionCount: PartitionCount,
): Steps<Map<string, Assignment>> {
  const owners: AllOwners = new Map(
    [...topicIds].map((topicId) => [topicId, ownersOf(topicId, partitionCount)]),
  )
  let total = 0
  for (const partitions of owners.values()) total += partitions.length
  const quotaMin = Math.floor(total / members.length)
  let extra = total % members.length
  const unfilled: Unfilled[] = []
  for (const [i, member] of members.entries()) {
    const quota = extra > 0 ? quotaMin + 1 : quotaMin
    const size = yield* keep(member, i, quota, owners)
    // It need not have the one more, for there are enough who can take it.
    const yields = extra > 0 && size < quota && members.length - i > extra
    if (extra > 0 && !yields) extra--
    const own = yields ? quota - 1 : quota
    if (size < own) unfilled.push({ place: i, lacks: own - size })
  }
  yield* fill(unfilled, owners)
  return yield* assignments(members, owners)
}

/** By topic. */
type AllOwners = Map<string, Owners>

/** How many it keeps. */
function* keep({ before }: AssignableMember, place: number, quota: number, owners: AllOwners): Steps<number> {
  const rounds = new Rounds()
  let size = 0
  for (const [topicId, partitions] of before) {
    const ofTopic = owners.get(topicId)
    if (!ofTopic) continue
    for (const partition of partitions) {
      if (rounds.isDue()) yield
      if (size === quota) return size
      if (ofTopic[partition] !== nobody) continue
      ofTopic[partition] = place
      size++
    }
  }
  return size
}

interface Unfilled {
  readonly place: number
  lacks: number
}

function* fill(unfilled: readonly Unfilled[], owners: AllOwners): Steps {
  const rounds = new Rounds()
  let at = 0
  for (const ofTopic of owners.values())
    for (const [partition, owner] of ofTopic.entries()) {
      if (rounds.isDue()) yield
      if (owner !== nobody) continue
      while (unfilled[at]?.lacks === 0) at++
      const next = unfilled[at]
      if (!next) return
      ofTopic[partition] = next.place
      next.lacks--
    }
}
