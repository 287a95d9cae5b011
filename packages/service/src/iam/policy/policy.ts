import { type Arn, ArnPattern } from './arn-pattern.ts'
import { type Condition, conditionOf } from './conditions.ts'
import { duplicateMember } from './duplicate-member.ts'
import { MalformedPolicy } from './malformed-policy.ts'
import { Pattern, type Variables } from './pattern.ts'
import { Principals } from './principals.ts'

/** `identity`: of a user, a role or a session. `resource`: of a cluster or a secret. `trust`: who may assume a role. */
export type PolicyKind = 'identity' | 'resource' | 'trust'

/** A policy, ready to be asked. */
export class Policy {
  readonly statements: readonly Statement[]
  /** The statements about an action, by its name. */
  readonly #byAction = new Map<string, StatementsByEffect>()

  constructor(statements: readonly Statement[]) {
    this.statements = statements
  }

  /** Actions are few, and nearly all questions are about the same ones. */
  about(action: string): StatementsByEffect {
    const known = this.#byAction.get(action)
    if (known) return known
    const lower = action.toLowerCase()
    const about = this.statements.filter(
      ({ actions: { patterns, isNegated } }) =>
        patterns.some((pattern) => pattern.matches(lower, noVariables)) !== isNegated,
    )
    const split = {
      Allow: new StatementsByStart(about.filter(({ effect }) => effect === 'Allow')),
      Deny: new StatementsByStart(about.filter(({ effect }) => effect === 'Deny')),
    }
    if (this.#byAction.size >= actionsKeptMax) this.#byAction.clear()
    this.#byAction.set(action, split)
    return split
  }
}

type StatementsByEffect = Readonly<Record<Statement['effect'], StatementsByStart>>

/** A statement whose resources begin with less than that is looked at for all of them. */
const startLengthMin = 8

/** Statements, found by what the resources that they name begin with: of many that name others few are looked at. */
class StatementsByStart {
  /** Each in the order of the policy. */
  readonly #byStart = new Map<string, readonly Statement[]>()
  readonly #ofOthers: readonly Statement[]
  readonly #length: number

  constructor(statements: readonly Statement[]) {
    const starts = new Map(statements.map((one) => [one, startsOf(one)]))
    const lengths = [...starts.values()].flatMap((of) => of?.map(({ length }) => length) ?? [])
    const length = Math.min(...lengths)
    const begins = (one: Statement, start: string) =>
      starts.get(one)?.some((of) => of.startsWith(start)) ?? true
    for (const start of new Set([...starts.values()].flatMap((of) => of ?? [])))
      this.#byStart.set(
        start.slice(0, length),
        statements.filter((one) => begins(one, start.slice(0, length))),
      )
    this.#ofOthers = statements.filter((one) => starts.get(one) === null)
    this.#length = length
  }

  /** All that may be about a resource, and perhaps more. */
  of(resource: string): readonly Statement[] {
    return this.#byStart.get(resource.slice(0, this.#length)) ?? this.#ofOthers
  }
}

/** What the resources begin with that it is about; null where that says too little. */
function startsOf({ resources: { patterns, isNegated } }: Statement): string[] | null {
  const starts = patterns.map(({ resourceStart }) => resourceStart)
  return isNegated || starts.some(({ length }) => length < startLengthMin) ? null : starts
}

const actionsKeptMax = 500

const noVariables: Variables = () => undefined

/** A statement and what it takes for it to be about a request. */
export interface Statement {
  /** Its Sid, or which one it is: `statement 2`. */
  readonly id: string
  readonly effect: 'Allow' | 'Deny'
  /** Null in policies of identities. */
  readonly principals: Principals | null
  readonly actions: { readonly patterns: readonly Pattern[]; readonly isNegated: boolean }
  readonly resources: { readonly patterns: readonly ArnPattern[]; readonly isNegated: boolean }
  readonly conditions: readonly Condition[]
}

const identityBytesMax = 6_144
const resourceBytesMax = 20_480

const everything = { patterns: [new ArnPattern('*')], isNegated: false }

/** Is a statement about this resource, asked for in this context? */
export function concerns({ resources, conditions }: Statement, resource: Arn, context: Variables): boolean {
  const { patterns, isNegated } = resources
  let isNamed = false
  for (const pattern of patterns)
    if (pattern.matches(resource, context)) {
      isNamed = true
      break
    }
  if (isNamed === isNegated) return false
  for (const isMet of conditions) if (!isMet(context)) return false
  return true
}

/** Throws MalformedPolicy for whatever is not understood: nothing of a policy is ever left aside. */
export function policyOf(text: string, kind: PolicyKind): Policy {
  const bytesMax = kind === 'identity' ? identityBytesMax : resourceBytesMax
  // AWS does not count white space.
  if (text.replaceAll(/\s/g, '').length > bytesMax)
    throw new MalformedPolicy(`Policy document exceeds the maximum length of ${bytesMax} characters.`)
  const document = objectOf(parsed(text))
  const twice = duplicateMember(text)
  if (twice !== null) throw new MalformedPolicy(`Has duplicate field ${twice}`)
  const { Version: version, Statement: given, Id: id, ...others } = document
  refuseOthers(others)
  if (id !== undefined && typeof id !== 'string') throw syntaxError()
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') throw syntaxError()
  if (kind === 'identity' && version !== '2012-10-17')
    throw new MalformedPolicy('Policy document must be version 2012-10-17 or greater.')
  const statements = [given].flat()
  if (given === undefined || statements.length === 0) throw syntaxError()
  const options = { variables: version === '2012-10-17' }
  const compiled = statements.map((one, at) => statementOf(objectOf(one), { kind, at, options }))
  const ids = new Set(compiled.map((one) => one.id))
  if (ids.size !== compiled.length)
    throw new MalformedPolicy('Statement IDs (SID) in a single policy must be unique.')
  return new Policy(compiled)
}

/** Why a text is not stored as a policy; null where it is one. */
export function policyProblem(text: string, kind: PolicyKind): string | null {
  try {
    policyOf(text, kind)
    return null
  } catch (error) {
    if (error instanceof MalformedPolicy) return error.message
    throw error
  }
}

function statementOf(
  given: Record<string, unknown>,
  { kind, at, options }: { kind: PolicyKind; at: number; options: { variables: boolean } },
): Statement {
  const {
    Sid,
    Effect,
    Action,
    NotAction,
    Resource,
    NotResource,
    Principal,
    Condition: condition,
    ...others
  } = given
  refuseOthers(others)
  if (Effect !== 'Allow' && Effect !== 'Deny')
    throw new MalformedPolicy(
      Effect === undefined ? 'Missing required field Effect' : `Invalid effect: ${JSON.stringify(Effect)}`,
    )
  return {
    id: sidOf(Sid, at),
    effect: Effect,
    principals: principalsOf(Principal, kind),
    actions: actionsOf(Action, NotAction),
    resources: resourcesOf(Resource, NotResource, kind, options),
    conditions: conditionsOf(condition, options),
  }
}

function sidOf(sid: unknown, at: number): string {
  if (sid === undefined || sid === '') return `statement ${at + 1}`
  // Space and the like are allowed in policies of resources alone, and harm nowhere.
  if (typeof sid !== 'string' || !/^[\w -]{1,200}$/.test(sid))
    throw new MalformedPolicy(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [A-Za-z0-9]*',
    )
  return sid
}

function principalsOf(principal: unknown, kind: PolicyKind): Principals | null {
  if (kind === 'identity' && principal !== undefined)
    throw new MalformedPolicy('Policy document should not specify a principal.')
  if (kind === 'identity') return null
  if (principal === undefined) throw new MalformedPolicy('Missing required field Principal')
  return Principals.of(principal)
}

function actionsOf(action: unknown, notAction: unknown): Statement['actions'] {
  const [texts, isNegated] = oneOf(action, notAction, 'Policy statement must contain actions.')
  for (const text of texts)
    if (text !== '*' && !/^[\w-]+:[\w*?]+$/.test(text))
      throw new MalformedPolicy(
        text.includes(':')
          ? `The action is not valid: ${text}`
          : 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
      )
  const patterns = texts.map((text) => new Pattern(text.toLowerCase(), { variables: false }))
  return { patterns, isNegated }
}

function resourcesOf(
  resource: unknown,
  notResource: unknown,
  kind: PolicyKind,
  options: { variables: boolean },
): Statement['resources'] {
  if (kind === 'trust') {
    if (resource !== undefined || notResource !== undefined)
      throw new MalformedPolicy('Has prohibited field Resource')
    return everything
  }
  const [texts, isNegated] = oneOf(resource, notResource, 'Policy statement must contain resources.')
  for (const text of texts)
    if (text !== '*' && !/^arn:[\w*?-]+:[\w*?-]+:/.test(text))
      throw new MalformedPolicy(`Resource ${text} must be in ARN format or "*".`)
  return { patterns: texts.map((text) => new ArnPattern(text, options)), isNegated }
}

function conditionsOf(given: unknown, options: { variables: boolean }): Condition[] {
  if (given === undefined) return []
  return Object.entries(objectOf(given)).flatMap(([operator, keys]) => {
    const lines = Object.entries(objectOf(keys))
    if (lines.length === 0) throw syntaxError()
    return lines.map(([key, value]) => {
      const values: unknown[] = [value].flat()
      if (!values.every((one) => ['string', 'number', 'boolean'].includes(typeof one))) throw syntaxError()
      return conditionOf(operator, key, values.map(String), options)
    })
  })
}

function oneOf(positive: unknown, negative: unknown, missing: string): [texts: string[], isNegated: boolean] {
  if (positive !== undefined && negative !== undefined) throw syntaxError()
  const texts: unknown[] = [positive ?? negative ?? []].flat()
  if (texts.length === 0) throw new MalformedPolicy(missing)
  if (!texts.every((text) => typeof text === 'string')) throw syntaxError()
  return [texts, positive === undefined]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw syntaxError()
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw syntaxError()
  return value as Record<string, unknown>
}

function refuseOthers(others: object): void {
  const [other] = Object.keys(others)
  if (other !== undefined) throw new MalformedPolicy(`Has prohibited field ${other}`)
}

function syntaxError(): MalformedPolicy {
  return new MalformedPolicy('Syntax errors in policy.')
}
