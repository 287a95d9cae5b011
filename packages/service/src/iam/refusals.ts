import type { Logger } from '@sluice/effects'
import { type Decision, type Question, refusalText } from './policy/decision.ts'

/** So many are told; whoever is refused more has been told enough. */
const toldMax = 1_000
/** Of one caller and action: a listing asks for every topic that there is. */
const toldOfOneMax = 10

/** Tells the log of what is refused, once for each caller, action and resource, with the smallest policy that allows it. */
export class Refusals {
  readonly #told = new Set<string>()
  readonly #counts = new Map<string, number>()

  tell(logger: Logger, question: Question, decision: Decision): void {
    const { caller, action, resource } = question
    const kind = `${caller.principalArn} ${action}`
    const count = this.#counts.get(kind) ?? 0
    const id = `${kind} ${resource}`
    if (this.#told.size >= toldMax || count >= toldOfOneMax || this.#told.has(id)) return
    this.#told.add(id)
    this.#counts.set(kind, count + 1)
    logger.warn(
      refusalText(question, decision),
      decision.by ? { by: decision.by } : smallestPolicy(question, decision),
    )
  }
}

/** What would allow it, and where it would have to stand. */
function smallestPolicy(
  { caller, action, resource }: Question,
  { source }: Decision,
): Record<string, unknown> {
  const statement = { Effect: 'Allow', Action: action, Resource: resource }
  const whole =
    source === 'resource-based' ? { ...statement, Principal: { AWS: caller.principalArn } } : statement
  const where = {
    'identity-based': `a policy of ${caller.principalArn} in iam.json`,
    session: 'the policy of the session',
    'resource-based': 'the policy of the resource',
  }[source]
  return { wouldAllow: { Version: '2012-10-17', Statement: [whole] }, in: where }
}
