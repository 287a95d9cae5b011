import { ErrorCode } from '@sluice/wire'
import { KafkaError } from '../errors.ts'
import type { Route } from '../routing.ts'
import { groupFacts, openTransaction } from './group-facts.ts'
import { type GroupVerdict, groupVerdict } from './group-verdict.ts'

const coordinatorMsMax = 5_000

/** Why a group does not consume, or how it does: one verdict. It is watched for so long, to see whether it gets on. */
export async function whyGroup(
  route: Route,
  name: string,
  { watchMs }: { watchMs: number },
): Promise<GroupVerdict> {
  try {
    const before = await groupFacts({ ...route, timeoutMs: coordinatorMsMax }, name)
    const startMs = route.clock.monotonic()
    if (before.group.members.length > 0) await route.clock.sleep(watchMs)
    const after = await groupFacts({ ...route, timeoutMs: coordinatorMsMax }, name)
    const verdict = groupVerdict(name, { before, after, ms: route.clock.monotonic() - startMs })
    return verdict.cause === 'OPEN_TRANSACTION' ? await withProducer(route, verdict) : verdict
  } catch (error) {
    const verdict = error instanceof KafkaError && ofRefusal(name, error)
    if (verdict) return verdict
    throw error
  }
}

async function withProducer(route: Route, verdict: GroupVerdict): Promise<GroupVerdict> {
  const [, topic = '', partition] = /^(.*)-(\d+)$/.exec(verdict.partitions[0] ?? '') ?? []
  const open = await openTransaction(route, { topic, partition: Number(partition) }).catch(() => null)
  if (!open) return verdict
  const at = new Date(open.lastWroteAtMs).toISOString()
  const who = `It is of the producer ${open.producerId}, begins at offset ${open.startOffset}, and wrote last at ${at}.`
  return { ...verdict, why: `${who} ${verdict.why}` }
}

function ofRefusal(name: string, { code, message }: KafkaError): GroupVerdict | null {
  const rest = { isWell: false, partitions: [] }
  if (code === ErrorCode.GROUP_AUTHORIZATION_FAILED || code === ErrorCode.TOPIC_AUTHORIZATION_FAILED)
    return {
      ...{ cause: 'NOT_ALLOWED', ...rest },
      what: `This user may not see the group ${name}.`,
      why: `The broker says ${message}. Where the consumer logs in as the same user, that is why it cannot join.`,
      fix: 'Give the user READ and DESCRIBE of the group and of its topics, by ACL or by policy.',
    }
  if (code === ErrorCode.COORDINATOR_NOT_AVAILABLE || code === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
    return {
      ...{ cause: 'NO_COORDINATOR', ...rest },
      what: `Nobody coordinates the group ${name}.`,
      why: `The broker says ${message}: the partition of __consumer_offsets that keeps it has no leader.`,
      fix: 'Start the brokers that hold it: `topic describe __consumer_offsets` names them.',
    }
  return null
}
