import type { ReplicaProgress } from './replica-progress.ts'

/*
 * Which replicas are in sync, and what that makes committed. All of it is pure: the leader says where it stands.
 */

/** Where a leader stands. */
export interface LeaderView {
  /** All replicas, the leader's own among them. */
  readonly replicas: readonly ReplicaProgress[]
  /** As the metadata log has it. */
  readonly isr: readonly number[]
  /** What the controller is asked to make of it, and has not answered; null while there is nothing. */
  readonly proposedIsr: readonly number[] | null
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly highWatermark: number
  /** Where the leader's log ended when its epoch began. */
  readonly epochStartOffset: number
  readonly nowMs: number
  readonly lagMaxMs: number
  /** Whether the controller would let it enter the ISR (KIP-841, KIP-903). */
  readonly isEligible: (replica: ReplicaProgress) => boolean
}

/**
 * The replicas that the high watermark waits for: those in the ISR or in the one that is proposed, whichever of the two
 * will be (KIP-497), and those that are caught up and about to enter. Without the latter a follower could run behind
 * the high watermark of a busy leader for ever. Who was put out and has not fetched since is not about to enter.
 */
export function countedReplicas(view: LeaderView): readonly ReplicaProgress[] {
  const counted = view.replicas.filter(
    (replica) =>
      view.isr.includes(replica.brokerId) ||
      view.proposedIsr?.includes(replica.brokerId) ||
      (replica.isKnown && !replica.isPutOut && isCaughtUp(replica, view) && view.isEligible(replica)),
  )
  // One array the less for each of many partitions.
  return counted.length === view.replicas.length ? view.replicas : counted
}

/** The offset below which each of these replicas, at least one, has every record. */
export function commonEnd(replicas: readonly ReplicaProgress[]): number {
  let end = (replicas[0] as ReplicaProgress).endOffset
  for (let i = 1; i < replicas.length; i++) end = Math.min(end, (replicas[i] as ReplicaProgress).endOffset)
  return end
}

/** Who should be in the ISR: of those within, the ones that are caught up; of those without, the ones that may enter. */
export function wantedIsr(view: LeaderView): number[] {
  return view.replicas
    .filter((replica) =>
      view.isr.includes(replica.brokerId) ? isCaughtUp(replica, view) : mayEnter(replica, view),
    )
    .map(({ brokerId }) => brokerId)
}

/**
 * Too few to accept what all of them should have, and to commit anything (KIP-966). More than there are replicas is
 * never asked for.
 */
export function isUnderMinIsr(isrCount: number, replicaCount: number, minInSyncReplicas: number): boolean {
  return isrCount < Math.min(minInSyncReplicas, replicaCount)
}

function isCaughtUp(replica: ReplicaProgress, view: LeaderView): boolean {
  return replica.isCaughtUp(view.logEndOffset, view.nowMs, view.lagMaxMs)
}

/**
 * It fetches, has all that is committed, has agreed with this leader on what came before it (below the epoch's start its
 * log might still differ), and has nothing that was deleted: where it led next, that would be there again.
 */
function mayEnter(replica: ReplicaProgress, view: LeaderView): boolean {
  return (
    !replica.isPutOut &&
    replica.endOffset >= view.highWatermark &&
    replica.endOffset >= view.epochStartOffset &&
    !replica.holdsBelow(view.logStartOffset) &&
    view.isEligible(replica)
  )
}
