import type { Clock, Logger } from '@sluice/effects'
import type { Identities, KeyOwner } from '../iam/identities.ts'
import { accountOfArn } from '../iam/policy/arn-pattern.ts'
import { type Decision, judge, type Question, refusalText } from '../iam/policy/decision.ts'
import { Refusals } from '../iam/refusals.ts'
import { contextOf } from '../iam/request-context.ts'
import type { Shape } from './codec.ts'
import { AwsException } from './exceptions.ts'
import type { AccessTarget, AwsService } from './service.ts'

/** A call before it is carried out. */
interface Call {
  readonly owner: KeyOwner
  /** `kafka:DescribeCluster` */
  readonly action: string
  readonly target: AccessTarget
  readonly input: Shape
  readonly sourceIp: string | undefined
  readonly isEncrypted: boolean
}

interface Authorized {
  readonly question: Question
  readonly decision: Decision
}

/** Asks the policies whether a call may be carried out. */
export class Authorization {
  readonly #identities: Identities
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #refusals = new Refusals()

  constructor(identities: Identities, { clock, logger }: { clock: Clock; logger: Logger }) {
    this.#identities = identities
    this.#clock = clock
    this.#logger = logger
  }

  judge({ owner, action, target, input, sourceIp, isEncrypted }: Call): Authorized {
    const { caller } = owner
    const { account, region } = this.#identities.snapshot
    const resourceAccount = accountOfArn(target.resource) ?? account
    const context = contextOf({
      caller,
      nowMs: this.#clock.now(),
      sourceIp,
      isEncrypted,
      region,
      resourceAccount,
      more: keysOf(target, input),
    })
    const question = { caller, action, resource: target.resource, resourceAccount, context }
    const decision = judge(question, {
      identity: this.#identities.policiesOf(caller),
      session: owner.session,
      resource: target.policy ?? null,
      needsResource: target.needsOwnPolicy ?? false,
    })
    if (!decision.isAllowed) this.#refusals.tell(this.#logger, question, decision)
    return { question, decision }
  }
}

/** The answer to whoever may not do it. */
export function accessDenied(
  { question, decision }: Authorized,
  { accessDeniedName = 'AccessDeniedException' }: Pick<AwsService, 'accessDeniedName'>,
): AwsException {
  return new AwsException(accessDeniedName, 403, refusalText(question, decision))
}

function keysOf({ tags = {}, more = {} }: AccessTarget, input: Shape): Map<string, string[]> {
  const keys = new Map<string, string[]>()
  const add = (key: string, value: string) => keys.set(key.toLowerCase(), [value])
  for (const [key, value] of Object.entries(tags)) add(`aws:ResourceTag/${key}`, value)
  for (const [key, value] of Object.entries(more)) add(key, value)
  const requested = requestTags(input['Tags'])
  for (const [key, value] of requested) add(`aws:RequestTag/${key}`, value)
  const named: unknown = input['TagKeys']
  const tagKeys = [...requested.map(([key]) => key), ...(Array.isArray(named) ? named.map(String) : [])]
  if (tagKeys.length > 0) keys.set('aws:tagkeys', tagKeys)
  return keys
}

/** Some services have a map of tags, others a list of keys with their values. */
function requestTags(tags: unknown): [key: string, value: string][] {
  if (typeof tags !== 'object' || tags === null) return []
  if (!Array.isArray(tags)) return Object.entries(tags).map(([key, value]) => [key, String(value)])
  return tags.map((tag: { Key?: string; Value?: string }) => [tag.Key ?? '', tag.Value ?? ''])
}
