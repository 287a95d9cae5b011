import { ErrorCode } from '@sluice/wire'
import type { GroupRecord } from '../group-records.ts'
import type { FinalGroupDecision } from '../shard-context.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { MaySee } from './may-see.ts'
import type { ConsumerGroup, ResolvedRegex } from './consumer-group.ts'
import { type ConsumerMember, regexOf } from './consumer-member.ts'
import { consumerRecords } from './consumer-records.ts'
import { topicPattern } from './regex-syntax.ts'
import { Refused } from './refused.ts'

/** Topics are not looked through for a group again before this is over, whatever changes. */
const refreshIntervalMsMin = 10_000

/** `resolved`: the topics of the member's other expression are known, or it has none any more. */
type RegexChange = 'same' | 'changed' | 'resolved'

interface MemberChange {
  readonly from: ConsumerMember
  readonly to: ConsumerMember
}

/**
 * What a member's regular expression comes to. Its topics are looked for behind the request, as the member may see them,
 * and count for all members with the expression; the record of what was found raises the group's epoch.
 */
export function followRegex(
  context: ConsumerContext,
  group: ConsumerGroup,
  change: MemberChange,
  maySee: MaySee,
  records: GroupRecord[],
): RegexChange | Refused {
  const before = regexOf(change.from)
  const regex = regexOf(change.to)
  if (before === regex) {
    if (group.regexes.size > 0) resolveWhereDue(context, group, change, maySee, false)
    return 'same'
  }
  if (before !== null && group.regexes.of(before) === 1)
    records.push(consumerRecords.regex(group.groupId, before, null))
  const isNew = regex !== null && group.regexes.of(regex) === 0
  const pattern = isNew ? topicPattern(regex) : null
  if (typeof pattern === 'string')
    return new Refused(
      ErrorCode.INVALID_REGULAR_EXPRESSION,
      `SubscribedTopicRegex \`${regex}\` is not a valid regular expression: ${pattern}.`,
    )
  resolveWhereDue(context, group, change, maySee, isNew)
  return regex === null || (!isNew && group.resolvedRegexes.has(regex)) ? 'resolved' : 'changed'
}

/** All expressions of the group together: one is new, topics have come since the last look, or it is long ago. */
function resolveWhereDue(
  context: ConsumerContext,
  group: ConsumerGroup,
  { from, to }: MemberChange,
  maySee: MaySee,
  isNew: boolean,
): void {
  const { resolver, consumers, clock } = context
  const { groupId, resolvedRegexes } = group
  const [last] = resolvedRegexes.values()
  const nowMs = clock.now()
  const lastMs = Math.max(Number(last?.timestamp ?? -Infinity), resolver.failedAtMs(groupId))
  // It may bear the time of another coordinator, whose clock is ahead.
  const agoMs = lastMs > nowMs ? Infinity : nowMs - lastMs
  if (resolver.isResolving(groupId) || agoMs <= refreshIntervalMsMin) return
  const regexes = group.regexes.copy()
  regexes.add(regexesOf(from), -1)
  regexes.add(regexesOf(to), 1)
  const isDue =
    isNew ||
    regexes.size !== resolvedRegexes.size ||
    Number(last?.version ?? 0) < context.newTopicsVersion() ||
    agoMs > consumers.regexRefreshIntervalMs
  if (isDue && regexes.size > 0) resolver.resolve(groupId, [...regexes.names()], maySee)
}

function regexesOf(member: ConsumerMember): string[] {
  const regex = regexOf(member)
  return regex === null ? [] : [regex]
}

/** What was found. Members may have come and gone meanwhile. */
export function regexesResolved(
  context: ConsumerContext,
  groupId: string,
  found: ReadonlyMap<string, ResolvedRegex>,
): FinalGroupDecision<void> {
  const group = context.groups.consumer(groupId)
  if (!group) return { records: [], response: undefined }
  const resolved = new Map([...found].filter(([regex]) => group.regexes.of(regex) > 0))
  const records: GroupRecord[] = [...resolved].map(([regex, value]) =>
    consumerRecords.regex(groupId, regex, { ...value, topics: [...value.topics] }),
  )
  const metadataHash = context.topicHashes.of(group.subscribedTopicsResolved(resolved))
  const hasChanged = [...resolved].some(([regex, { topics }]) => {
    const before = group.resolvedRegexes.get(regex)?.topics ?? []
    return before.length !== topics.length || before.some((topic, i) => topic !== topics[i])
  })
  if (hasChanged || metadataHash !== group.metadataHash) {
    const epoch = group.epoch + 1
    records.push(consumerRecords.group(groupId, { epoch, metadataHash }))
    group.isRefreshDue = false
    group.refreshedEpoch = epoch
  }
  return { records, response: undefined }
}
