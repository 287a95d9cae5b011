import { PartitionChangeRecord, type ValueOf } from '@sluice/wire'
import { recordVersions } from '../metadata/features.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { LeaderRecoveryState, noLeader, type PartitionImage } from '../metadata/topics-image.ts'
import { completedReassignment } from './reassignment.ts'

/**
 * `online`: the leader stays where it can. `preferred`: the first replica leads where it can. `unclean`: rather a
 * leader that is out of sync, and records lost, than none.
 */
export type Election = 'online' | 'preferred' | 'unclean'

/** What of a partition somebody may want to be different. */
export type PartitionTarget = Partial<
  Pick<
    PartitionImage,
    'isr' | 'replicas' | 'directories' | 'removingReplicas' | 'addingReplicas' | 'leaderRecoveryState'
  >
>

interface PartitionChangeOptions {
  readonly topicId: string
  readonly partitionId: number
  readonly before: PartitionImage
  /** What is not named stays as it is. */
  readonly target: PartitionTarget
  readonly election: Election
  /** Whether a broker may lead once what is being decided holds. */
  readonly canLead: (brokerId: number) => boolean
  /** Whether a broker that does not serve is about to. Nobody leads uncleanly in the place of one that is. */
  readonly isExpected: (brokerId: number) => boolean
  /** How many in sync are enough to need no others; null where the cluster keeps no eligible leader replicas. */
  readonly minIsr: number | null
  /** A broker that may have lost records of which it had said that it has them. */
  readonly uncleanShutdown?: number | undefined
  /** A broker that has lost its replica and begins it anew, without a record. */
  readonly madeAnew?: number | undefined
  /** Where a broker keeps a replica that it does not have yet. */
  readonly defaultDirectory: (brokerId: number) => string
}

/** Where a partition is going. */
type Course = Pick<PartitionImage, 'isr' | 'replicas' | 'removingReplicas' | 'addingReplicas'> & {
  readonly elr: readonly number[]
  /** Who had all that is committed until it stopped uncleanly, and may have it still; the last leader first. */
  readonly lastKnown: readonly number[]
}

interface Elected {
  readonly leader: number
  readonly isUnclean: boolean
}

type Changes = Partial<ValueOf<typeof PartitionChangeRecord>>

/**
 * The one place where a partition's change is decided; null when nothing changes.
 *
 * 1. A reassignment ends once the ISR is enough for it: the replicas that are to go leave.
 * 2. Who leaves an ISR that is below the minimum becomes an eligible leader (KIP-966): the high watermark stands still
 *    from then on, so that it has all that is committed. An ISR that is large enough again needs no others. Who was
 *    one of them and stops uncleanly is remembered: the next best, should all the others be lost.
 * 3. A leader is elected. One from outside the ISR is the whole ISR from then on.
 * 4. The record names only what changes, since replay starts a leader epoch for every leader that is named, the same
 *    one too: wanted where replicas go away for good, whose fetches shall be refused. A smaller ISR alone starts none.
 */
export function partitionChange(options: PartitionChangeOptions): NewRecord | null {
  const { topicId, partitionId, before } = options
  const wanted = wantedCourse(options)
  const elected = elect(options, wanted)
  const course = elected.leader === before.leader ? wanted : led(wanted, elected)
  const lastKnownElr = lastKnownAfter(options, course, elected)
  const changes: Changes = {
    ...leaderChange(options, course, elected),
    ...isrChanges(options, course),
    ...assignmentChanges(options, course),
    ...recoveryChange(options, elected),
    ...(isSame(lastKnownElr, before.lastKnownElr) ? {} : { lastKnownElr: [...lastKnownElr] }),
  }
  if (Object.keys(changes).length === 0) return null
  const value = { topicId, partitionId, ...changes }
  return newRecord(PartitionChangeRecord, value, recordVersions.partitionChange)
}

/** Steps 1 and 2. */
function wantedCourse(options: PartitionChangeOptions): Course {
  const { isr, replicas, removingReplicas, addingReplicas } = { ...options.before, ...options.target }
  const asked = { isr, replicas, removingReplicas, addingReplicas }
  const course = completedReassignment(asked) ?? asked
  const wanted = { ...course, elr: eligible(options, course), lastKnown: remembered(options, course) }
  return options.madeAnew === undefined ? wanted : withSuccessor(options, wanted, options.madeAnew)
}

function eligible(
  { before, minIsr, uncleanShutdown, madeAnew }: PartitionChangeOptions,
  { isr, replicas }: Pick<Course, 'isr' | 'replicas'>,
): readonly number[] {
  if (minIsr === null) return before.eligibleLeaderReplicas
  if (isr.length >= minIsr) return []
  const candidates = new Set([...before.eligibleLeaderReplicas, ...before.isr])
  // Who is a replica no more cannot lead: named here it would keep the last leader from it for good.
  return [...candidates]
    .filter((id) => !isr.includes(id) && replicas.includes(id) && id !== uncleanShutdown && id !== madeAnew)
    .sort((a, b) => a - b)
}

function remembered(
  { before, minIsr, uncleanShutdown, madeAnew }: PartitionChangeOptions,
  { isr, replicas }: Pick<Course, 'isr' | 'replicas'>,
): readonly number[] {
  if (minIsr === null) return before.lastKnownElr
  if (isr.length >= minIsr) return []
  const { leader, lastKnownElr, eligibleLeaderReplicas } = before
  const stopped = [...before.isr, ...eligibleLeaderReplicas].filter((id) => id === uncleanShutdown)
  const known = new Set([...(stopped.includes(leader) ? [leader] : []), ...lastKnownElr, ...stopped])
  return [...known].filter((id) => !isr.includes(id) && replicas.includes(id) && id !== madeAnew)
}

/**
 * Who begins anew has nothing. Where it was the last one that could have had all that is committed, nobody ever will
 * again: then whoever has anything takes its place.
 */
function withSuccessor(
  { minIsr, canLead, isExpected }: PartitionChangeOptions,
  wanted: Course,
  madeAnew: number,
): Course {
  const { isr, elr, lastKnown, replicas } = wanted
  if ([...isr, ...elr, ...lastKnown].some((id) => id !== madeAnew)) return wanted
  const others = replicas.filter((id) => id !== madeAnew)
  const only = [others.find(canLead) ?? others.find(isExpected) ?? madeAnew]
  return minIsr === null ? { ...wanted, isr: only } : { ...wanted, isr: [], lastKnown: only }
}

/**
 * The leader that there is stays where it is in sync and can lead, or gives way to the first replica where that one is
 * preferred; else the first such replica leads. Where nobody is in sync, who is eligible counts as in sync. Where nobody
 * can lead so, it is the last leader there was, or the first of those remembered once that one has lost what it had;
 * then, with `unclean`, any of them; then anybody; then none. Where all brokers start at once, one that was out of sync
 * may be the first that is there: it waits for those that were in sync.
 */
function elect(options: PartitionChangeOptions, course: Course): Elected {
  const { before, election, canLead } = options
  const { isr, elr, replicas, lastKnown } = course
  const valid = isr.length > 0 ? isr : elr
  const preference = [...(election === 'preferred' ? replicas.slice(0, 1) : []), before.leader, ...replicas]
  const clean = preference.find((id) => valid.includes(id) && canLead(id))
  if (clean !== undefined) return { leader: clean, isUnclean: false }
  const mayLose = election === 'unclean' && !isWorthWaiting(options)
  const unclean =
    lastLeader(options, course) ?? (mayLose ? [...lastKnown, ...replicas].find(canLead) : undefined)
  return { leader: unclean ?? noLeader, isUnclean: unclean !== undefined }
}

/** The one that led last before nobody did: its log is as long as any that was committed from. */
function lastLeader({ minIsr, canLead }: PartitionChangeOptions, { isr, elr, lastKnown }: Course) {
  const [leader] = lastKnown
  if (minIsr === null || isr.length + elr.length > 0) return undefined
  return leader !== undefined && canLead(leader) ? leader : undefined
}

/** Somebody who has all that is committed is on the way. */
function isWorthWaiting({ before, isExpected, madeAnew }: PartitionChangeOptions): boolean {
  const { isr, eligibleLeaderReplicas, leader, lastKnownElr } = before
  const known = [...isr, ...eligibleLeaderReplicas, leader, ...lastKnownElr]
  return known.some((id) => id !== madeAnew && isExpected(id))
}

/** The course under a new leader. */
function led(course: Course, { leader, isUnclean }: Elected): Course {
  if (isUnclean) return { ...course, isr: [leader], elr: [] }
  if (!course.elr.includes(leader)) return course
  return { ...course, isr: [leader], elr: course.elr.filter((id) => id !== leader) }
}

function leaderChange({ before }: PartitionChangeOptions, course: Course, { leader }: Elected): Changes {
  const someoneLeaves = before.replicas.some((id) => !course.replicas.includes(id))
  return leader !== before.leader || someoneLeaves ? { leader } : {}
}

/** Where nobody is eligible beside them, the last ones in sync stay, so that one of them can lead again. */
function isrChanges({ before, minIsr }: PartitionChangeOptions, { isr, elr }: Course): Changes {
  const mayEmpty = minIsr !== null
  const eligibleLeaderReplicas = minIsr === null ? [] : [...elr]
  return {
    ...((isr.length > 0 || mayEmpty) && !isSame(isr, before.isr) ? { isr: [...isr] } : {}),
    ...(isSame(eligibleLeaderReplicas, before.eligibleLeaderReplicas) ? {} : { eligibleLeaderReplicas }),
  }
}

/**
 * The member lastKnownElr begins with the last leader while there is none (KIP-966, balanced recovery). Once somebody
 * leads who was none of these, what they had is not the truth any more.
 */
function lastKnownAfter(
  { before, minIsr, madeAnew }: PartitionChangeOptions,
  { isr, elr, replicas, lastKnown }: Course,
  { leader, isUnclean }: Elected,
): readonly number[] {
  if (minIsr === null) return before.lastKnownElr
  if (isUnclean && leader !== before.leader && !lastKnown.includes(leader)) return []
  const rest = lastKnown.filter((id) => !isr.includes(id) && !elr.includes(id))
  if (leader !== noLeader) return rest
  const last = before.leader === noLeader ? before.lastKnownElr[0] : before.leader
  const isKept = last !== undefined && last !== madeAnew && replicas.includes(last)
  return isKept ? [last, ...rest.filter((id) => id !== last)] : rest
}

function assignmentChanges(options: PartitionChangeOptions, course: Course): Changes {
  const { before, target, defaultDirectory } = options
  const { replicas, removingReplicas, addingReplicas } = course
  const known = new Map(before.replicas.map((id, at) => [id, (target.directories ?? before.directories)[at]]))
  const directories = replicas.map((id) => known.get(id) ?? defaultDirectory(id))
  return {
    ...(isSame(replicas, before.replicas) ? {} : { replicas: [...replicas] }),
    ...(isSame(directories, before.directories) ? {} : { directories }),
    ...(isSame(removingReplicas, before.removingReplicas) ? {} : { removingReplicas: [...removingReplicas] }),
    ...(isSame(addingReplicas, before.addingReplicas) ? {} : { addingReplicas: [...addingReplicas] }),
  }
}

/** Who leads without having been in sync recovers first: until it says that it has, nobody enters the ISR. */
function recoveryChange({ before, target }: PartitionChangeOptions, { leader, isUnclean }: Elected): Changes {
  const asked = target.leaderRecoveryState ?? before.leaderRecoveryState
  const wanted = isUnclean && leader !== before.leader ? LeaderRecoveryState.recovering : asked
  return wanted === before.leaderRecoveryState ? {} : { leaderRecoveryState: wanted }
}

function isSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at])
}
