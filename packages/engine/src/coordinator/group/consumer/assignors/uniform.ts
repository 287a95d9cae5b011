import type { Steps } from '../../../../storage/slices.ts'
import type { Assignment } from '../assignment.ts'
import { type AssignableMember, type Assignor, type PartitionCount, Rounds, Share } from './assignor.ts'
import { assignUnevenly } from './uneven.ts'

/** As even as can be, and within that as few moves as can be. Topics do not matter: their partitions are all alike. */
export const uniform: Assignor = {
  name: 'uniform',
  *assign(members, partitionCount) {
    const [first] = members
    if (!first) return new Map()
    const shares = members.every(({ topicIds }) => topicIds === first.topicIds)
      ? yield* assignEvenly(members, first.topicIds, partitionCount)
      : yield* assignUnevenly(members, partitionCount)
    return new Map(
      members.map(({ memberId }, i) => [memberId, (shares[i] as Share).partitions as Assignment]),
    )
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
): Steps<Share[]> {
  const taken: Taken = new Map(
    [...topicIds].map((topicId) => [topicId, new Uint8Array(partitionCount(topicId))]),
  )
  let total = 0
  for (const partitions of taken.values()) total += partitions.length
  const quotaMin = Math.floor(total / members.length)
  let extra = total % members.length
  const unfilled: { share: Share; quota: number }[] = []
  const shares: Share[] = []
  for (const [i, member] of members.entries()) {
    const quota = extra > 0 ? quotaMin + 1 : quotaMin
    const share = yield* kept(member, quota, taken)
    // It need not have the one more, for there are enough who can take it.
    const yields = extra > 0 && share.size < quota && members.length - i > extra
    if (extra > 0 && !yields) extra--
    const own = yields ? quota - 1 : quota
    if (share.size < own) unfilled.push({ share, quota: own })
    shares.push(share)
  }
  yield* fill(unfilled, taken)
  return shares
}

/** By topic, for each partition, whether somebody has it. */
type Taken = Map<string, Uint8Array>

function* kept({ before }: AssignableMember, quota: number, taken: Taken): Steps<Share> {
  const share = new Share()
  const rounds = new Rounds()
  for (const [topicId, partitions] of before) {
    const ofTopic = taken.get(topicId)
    if (!ofTopic) continue
    for (const partition of partitions) {
      if (rounds.isDue()) yield
      if (share.size === quota) return share
      if (ofTopic[partition] !== 0) continue
      ofTopic[partition] = 1
      share.add(topicId, partition)
    }
  }
  return share
}

function* fill(unfilled: readonly { share: Share; quota: number }[], taken: Taken): Steps {
  const rounds = new Rounds()
  let at = 0
  for (const [topicId, ofTopic] of taken)
    for (const [partition, isTaken] of ofTopic.entries()) {
      if (rounds.isDue()) yield
      if (isTaken) continue
      let next = unfilled[at]
      while (next && next.share.size === next.quota) next = unfilled[++at]
      next?.share.add(topicId, partition)
    }
}
