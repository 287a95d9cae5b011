import type { GroupFacts, PartitionFacts } from './group-facts.ts'

export interface GroupVerdict {
  /** One word a cause, for programs. */
  readonly cause: GroupCause
  /** Nothing has to be done. */
  readonly isWell: boolean
  readonly what: string
  readonly why: string
  readonly fix: string
  /** Those that it is about, as `topic-partition`. */
  readonly partitions: readonly string[]
}

type GroupCause =
  | 'NOT_ALLOWED'
  | 'NO_COORDINATOR'
  | 'NO_SUCH_GROUP'
  | 'NO_MEMBERS'
  | 'REBALANCING'
  | 'TOPIC_MISSING'
  | 'PARTITION_OFFLINE'
  | 'OFFSET_OUT_OF_RANGE'
  | 'NOT_ASSIGNED'
  | 'OPEN_TRANSACTION'
  | 'NEVER_COMMITTED'
  | 'STUCK'
  | 'BEHIND'
  | 'IDLE_MEMBERS'
  | 'TOPICS_EMPTY'
  | 'CAUGHT_UP'

/** What the group did while it was watched. */
interface Watched {
  readonly before: GroupFacts
  readonly after: GroupFacts
  readonly ms: number
}

const nameOf = ({ topic, partition }: PartitionFacts) => `${topic}-${partition}`

/** Records that a member would be given now. */
function lagOf({ offsets, committed }: PartitionFacts): number {
  return offsets ? Math.max(0, offsets.stableEnd - Math.max(committed ?? offsets.start, offsets.start)) : 0
}

const totalLag = ({ partitions }: GroupFacts) => partitions.reduce((sum, one) => sum + lagOf(one), 0)

function count(n: number, one: string): string {
  return `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`
}

function listed(partitions: readonly PartitionFacts[]): string {
  const names = partitions.map(nameOf)
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
}

/** Says one thing: the first of these, from what stops everything to what stops nothing. */
export function groupVerdict(name: string, watched: Watched): GroupVerdict {
  return (
    ofMembers(name, watched) ??
    ofTopics(watched.after) ??
    ofPartitions(watched.after) ??
    ofProgress(watched) ??
    ofRest(watched.after)
  )
}

function ofMembers(name: string, { before, after }: Watched): GroupVerdict | null {
  const { group, hasCommitted } = after
  const lag = totalLag(after)
  const partitions: string[] = []
  if (group.state === 'Dead' && !hasCommitted)
    return {
      ...{ cause: 'NO_SUCH_GROUP', isWell: false, partitions },
      what: `There is no group ${name}.`,
      why: 'No consumer of that group.id has ever joined here, or all that it had committed has expired.',
      fix: 'Compare group.id and bootstrap servers of the consumer with these: `group list` names those that there are.',
    }
  if (group.members.length === 0)
    return {
      ...{ cause: 'NO_MEMBERS', isWell: false, partitions },
      what: `Nobody is in the group; ${count(lag, 'record')} ${lag === 1 ? 'waits' : 'wait'}.`,
      why: 'No consumer has joined, or the last one has left or was not heard of for its session timeout.',
      fix: 'Start the consumer. Where it runs, its log says why it cannot join: another address, a login, or no right to the group.',
    }
  if (group.state !== 'Stable' && before.group.state !== 'Stable')
    return {
      ...{ cause: 'REBALANCING', isWell: false, partitions },
      what: `The group is ${group.state}: its members are being given their partitions.`,
      why: 'A member that has joined is waited for, until all have come again or max.poll.interval.ms is over.',
      fix: `Look for the one that does not come: ${group.members.map(({ clientId, host }) => `${clientId} ${host}`).join(', ')}. Members that come and go keep a group so for ever.`,
    }
  return null
}

function ofTopics({ missingTopics, partitions }: GroupFacts): GroupVerdict | null {
  if (missingTopics.length > 0)
    return {
      ...{ cause: 'TOPIC_MISSING', isWell: false, partitions: [] },
      what: `Members subscribe to what there is not: ${missingTopics.join(', ')}.`,
      why: 'The topic was never made, was deleted, or has another name.',
      fix: `Make it, or correct the consumer: topic create ${missingTopics[0]}`,
    }
  const offline = partitions.filter(({ offsets }) => offsets === null)
  if (offline.length > 0)
    return {
      ...{ cause: 'PARTITION_OFFLINE', isWell: false, partitions: offline.map(nameOf) },
      what: `${listed(offline)} cannot be read: nobody leads it.`,
      why: 'No replica that is in sync runs.',
      fix: 'Start the brokers that hold it; `topic describe` names them.',
    }
  return null
}

function ofPartitions({ partitions }: GroupFacts): GroupVerdict | null {
  const outside = partitions.filter(
    ({ offsets, committed }) =>
      offsets && committed !== null && (committed < offsets.start || committed > offsets.end),
  )
  if (outside.length > 0)
    return {
      ...{ cause: 'OFFSET_OUT_OF_RANGE', isWell: false, partitions: outside.map(nameOf) },
      what: `What the group has committed for ${listed(outside)} is not there: ${outside.map(({ committed, offsets }) => `${committed} of ${offsets?.start} to ${offsets?.end}`).join(', ')}.`,
      why: 'Retention has deleted those records before they were read, or the topic was made anew. The consumer goes where its auto.offset.reset says, which may be past all that is there.',
      fix: 'Stop the consumers and say where to go on: group seek GROUP --to start',
    }
  const unassigned = partitions.filter((one) => one.member === null && lagOf(one) > 0)
  if (unassigned.length > 0)
    return {
      ...{ cause: 'NOT_ASSIGNED', isWell: false, partitions: unassigned.map(nameOf) },
      what: `Nobody reads ${listed(unassigned)}.`,
      why: 'No member that is in the group subscribes to that topic (any more), or members subscribe to different ones.',
      fix: 'Let all members of a group subscribe to the same topics, or forget the topic where it is not meant any more.',
    }
  const held = partitions.filter(
    (one) => one.offsets && one.offsets.stableEnd < one.offsets.end && lagOf(one) === 0,
  )
  if (held.length > 0)
    return {
      ...{ cause: 'OPEN_TRANSACTION', isWell: false, partitions: held.map(nameOf) },
      what: `An open transaction holds back ${count(
        held.reduce((sum, { offsets }) => sum + (offsets ? offsets.end - offsets.stableEnd : 0), 0),
        'offset',
      )} of ${listed(held)}.`,
      why: 'Readers of what is committed see nothing behind the first record of a transaction until it ends, at the latest when its transaction.timeout.ms is over.',
      fix: 'Let its producer commit or abort; one that is gone is ended by the next that has its transactional.id.',
    }
  return null
}

function ofProgress({ before, after, ms }: Watched): GroupVerdict | null {
  const lag = totalLag(after)
  if (lag === 0) return null
  const behind = after.partitions.filter((one) => lagOf(one) > 0)
  const partitions = behind.map(nameOf)
  const done = sumOf(after, ({ committed }) => committed) - sumOf(before, ({ committed }) => committed)
  const added = sumOf(after, ({ offsets }) => offsets?.end) - sumOf(before, ({ offsets }) => offsets?.end)
  if (done > 0) {
    const [perSecond, addedPerSecond] = [(done * 1_000) / ms, (added * 1_000) / ms]
    const gain = perSecond - addedPerSecond
    return {
      ...{ cause: 'BEHIND', isWell: gain > 0, partitions },
      what: `It consumes, and is ${count(lag, 'record')} behind.`,
      why: `It commits ${perSecond.toFixed(1)} records a second, and ${addedPerSecond.toFixed(1)} come.`,
      fix:
        gain > 0
          ? `Wait: it is level in about ${Math.ceil(lag / gain)} s.`
          : 'Add members, up to one a partition, or make each record cheaper.',
    }
  }
  if (behind.every(({ committed }) => committed === null))
    return {
      ...{ cause: 'NEVER_COMMITTED', isWell: false, partitions },
      what: `Members have ${listed(behind)}, and have never committed anything there.`,
      why: 'They do not commit (enable.auto.commit, or a commit of their own), have not finished their first record, or began at the end by auto.offset.reset=latest, behind all that is there.',
      fix: 'See the consumer’s settings. To read what is there, stop it and: group seek GROUP --to start --topics TOPIC',
    }
  return {
    ...{ cause: 'STUCK', isWell: false, partitions },
    what: `Members are alive, and have committed nothing for ${(ms / 1_000).toFixed(1)} s; ${count(lag, 'record')} ${lag === 1 ? 'waits' : 'wait'}.`,
    why: `${[...new Set(behind.map(({ member }) => member))].join(', ')} sends heartbeats and does not get on: a record that takes long or fails again and again, a pause, or a consumer that may not read the topic.`,
    fix: `Look at the record where it stands: consume ${behind[0]?.topic} -p ${behind[0]?.partition} --offset ${behind[0]?.committed} -n 1; then at the consumer’s log.`,
  }
}

function ofRest({ group, partitions }: GroupFacts): GroupVerdict {
  const idle = group.members.filter((member) => member.partitions.length === 0)
  if (idle.length > 0)
    return {
      ...{ cause: 'IDLE_MEMBERS', isWell: true, partitions: [] },
      what: `${count(idle.length, 'member')} of ${group.members.length} ${idle.length === 1 ? 'has' : 'have'} no partition: ${idle.map(({ clientId }) => clientId).join(', ')}.`,
      why: `A partition has one reader in a group, and there ${partitions.length === 1 ? 'is' : 'are'} ${count(partitions.length, 'partition')}.`,
      fix: 'Nothing is left behind. For more readers give the topic more partitions: topic add-partitions TOPIC -n 1',
    }
  if (partitions.every(({ offsets }) => offsets?.end === 0))
    return {
      ...{ cause: 'TOPICS_EMPTY', isWell: true, partitions: partitions.map(nameOf) },
      what: 'There is nothing to consume.',
      why: 'Nothing was ever written into its topics.',
      fix: 'See whether the producer writes to these topics of this cluster.',
    }
  return {
    ...{ cause: 'CAUGHT_UP', isWell: true, partitions: [] },
    what: 'It has consumed all that there is.',
    why: `${count(partitions.length, 'partition')}, none of them behind.`,
    fix: 'Nothing.',
  }
}

function sumOf({ partitions }: GroupFacts, of: (one: PartitionFacts) => number | null | undefined): number {
  return partitions.reduce((sum, one) => sum + (of(one) ?? 0), 0)
}
