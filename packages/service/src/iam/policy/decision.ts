import { arnOf, resourceIn } from './arn-pattern.ts'
import type { Variables } from './pattern.ts'
import { concerns, type Policy, type Statement } from './policy.ts'
import type { Caller } from './principals.ts'

/** A policy under the name by which people find it. */
export interface NamedPolicy {
  readonly name: string
  readonly policy: Policy
}

/** The policies that have a say of a request. */
export interface PolicySet {
  /** Of the user or role. */
  readonly identity: readonly NamedPolicy[]
  /** To which a session was bounded when it was made; null where it was not. */
  readonly session: readonly NamedPolicy[] | null
  /** Of what is asked for. */
  readonly resource: NamedPolicy | null
  /** Its own policy has to allow it in any case, as a role's trust does. */
  readonly needsResource?: boolean
}

export interface Question {
  readonly caller: Caller
  /** `kafka:DescribeCluster` */
  readonly action: string
  /** An ARN, or `*` where the action has no resource. */
  readonly resource: string
  /** Whose the resource is. */
  readonly resourceAccount: string
  /** What conditions and variables ask for, by keys in small letters. */
  readonly context: Variables
}

/** Which kind of policy a decision comes from. */
type PolicySource = 'identity-based' | 'session' | 'resource-based'

export interface Decision {
  readonly isAllowed: boolean
  /** The statement that decides; null where nobody allows it, or nobody has to. */
  readonly by: { readonly policy: string; readonly statement: string } | null
  /** What kind of policy decides, or would have to allow it. */
  readonly source: PolicySource
}

interface Found extends NonNullable<Decision['by']> {
  readonly isDirect: boolean
}

/**
 * The one evaluator (IAM User Guide, "Policy evaluation logic"):
 *  1. an explicit deny, wherever it stands, wins
 *  2. the owner of the account may do everything with what is the account's own
 *  3. a session's own policies have to allow it, where it has some
 *  4. within an account the policies of the identity or of the resource have to allow it, across accounts both
 *  5. else nobody has allowed it
 */
export function judge(question: Question, policies: PolicySet): Decision {
  const { caller, resourceAccount } = question
  const { identity, session, resource } = policies
  const ofResource = resource ? [resource] : []
  const sources = [
    ['identity-based', identity],
    ['session', session ?? []],
    ['resource-based', ofResource],
  ] as const
  const isOwn = caller.account === resourceAccount
  const isOwner = caller.type === 'Account'
  if (isOwner && isOwn && session === null) return { isAllowed: true, by: null, source: 'identity-based' }
  const asked: Asked = { question, arn: arnOf(question.resource) }
  for (const [source, of] of sources) {
    const by = found('Deny', of, asked)
    if (by) return { isAllowed: false, by: nameOf(by), source }
  }
  const bySession = session && found('Allow', session, asked)
  if (session && !bySession) return refused('session')
  const byIdentity = isOwner ? ownerOfAll : found('Allow', identity, asked)
  if (isOwn && byIdentity && !policies.needsResource) return allowed(byIdentity, 'identity-based')
  if (!isOwn && !byIdentity) return refused('identity-based')
  const byResource = found('Allow', ofResource, asked)
  if (byResource && (!isOwn || byIdentity || byResource.isDirect))
    return allowed(byResource, 'resource-based')
  return refused(isOwn && !byIdentity ? 'identity-based' : 'resource-based')
}

/** Of a text that no policy names. */
const filler = 'q7Zk2vXw'

/**
 * Is it allowed for anything whose ARN begins like that (`arn:…:topic/orders/<uuid>/`)? Asks of an ARN that each allowing
 * statement is about, so that one that is denied where another one is not is no denial.
 */
export function judgeAny(question: Omit<Question, 'resource'>, start: string, policies: PolicySet): boolean {
  const { identity, session, resource: ofResource } = policies
  const all = [...identity, ...(session ?? []), ...(ofResource ? [ofResource] : [])]
  const patterns = all
    .flatMap(({ policy }) => policy.statements)
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ resources }) => (resources.isNegated ? [] : resources.patterns))
  const witnesses = patterns.map((pattern) => pattern.witness(start, filler, question.context))
  return [...new Set([start + filler, ...witnesses])].some(
    (resource) => resource !== null && judge({ ...question, resource }, policies).isAllowed,
  )
}

interface Asked {
  readonly question: Question
  readonly arn: ReturnType<typeof arnOf>
}

const ownerOfAll: Found = { policy: 'root', statement: 'the account itself', isDirect: true }

/** The first statement of that effect about the request, one that names the caller before others. */
function found(effect: Statement['effect'], policies: readonly NamedPolicy[], asked: Asked): Found | null {
  const { action, context, caller } = asked.question
  const resource = resourceIn(asked.arn)
  let byAccount: Found | null = null
  for (const { name, policy } of policies)
    for (const statement of policy.about(action)[effect].of(resource)) {
      if (!concerns(statement, asked.arn, context)) continue
      const naming = statement.principals ? statement.principals.naming(caller) : 'direct'
      if (naming === null) continue
      const one = { policy: name, statement: statement.id, isDirect: naming === 'direct' }
      if (one.isDirect) return one
      byAccount ??= one
    }
  return byAccount
}

function allowed(by: Found, source: PolicySource): Decision {
  return { isAllowed: true, by: nameOf(by), source }
}

function refused(source: PolicySource): Decision {
  return { isAllowed: false, by: null, source }
}

function nameOf({ policy, statement }: Found): NonNullable<Decision['by']> {
  return { policy, statement }
}

/** What AWS says to whoever may not do it. */
export function refusalText({ caller, action, resource }: Question, { by, source }: Decision): string {
  const article = source === 'identity-based' ? 'an' : 'a'
  const why = by
    ? `with an explicit deny in ${article} ${source} policy`
    : `because no ${source} policy allows the ${action} action`
  return `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`
}
