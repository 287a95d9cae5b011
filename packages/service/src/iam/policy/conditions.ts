import { isInRange, rangeOf } from '@sluice/effects'
import { arnOf, ArnPattern } from './arn-pattern.ts'
import { isKnownKey } from './context-keys.ts'
import { MalformedPolicy } from './malformed-policy.ts'
import { Pattern, type Variables } from './pattern.ts'

/** Whether a request meets a condition, all of whose lines have to be met. */
export type Condition = (context: Variables) => boolean

/** Whether one value of the request meets one of the policy. */
type Test = (value: string, context: Variables) => boolean
/** Throws MalformedPolicy where the value in the policy is none of its kind. */
type Compile = (wanted: string, options: { variables: boolean }) => Test

interface Operator {
  readonly compile: Compile
  /** It is met where no value of the policy is. */
  readonly isNegated: boolean
}

const text: Compile = (wanted, options) => {
  const pattern = new Pattern(wanted, { ...options, wildcards: false })
  return (value, context) => pattern.matches(value, context)
}

const anyCase: Compile = (wanted, options) => {
  const pattern = new Pattern(wanted.toLowerCase(), { ...options, wildcards: false })
  return (value, context) =>
    pattern.matches(value.toLowerCase(), (key) => context(key)?.map((one) => one.toLowerCase()))
}

const like: Compile = (wanted, options) => {
  const pattern = new Pattern(wanted, options)
  return (value, context) => pattern.matches(value, context)
}

const arn: Compile = (wanted, options) => {
  const pattern = new ArnPattern(wanted, options)
  return (value, context) => pattern.matches(arnOf(value), context)
}

const bool: Compile = (wanted) => {
  if (!['true', 'false'].includes(wanted.toLowerCase()))
    throw new MalformedPolicy(`Invalid value for a boolean condition: ${wanted}`)
  return (value) => value.toLowerCase() === wanted.toLowerCase()
}

const address: Compile = (wanted) => {
  const range = rangeOf(wanted)
  if (!range) throw new MalformedPolicy(`Invalid IP address or CIDR range: ${wanted}`)
  return (value) => isInRange(value, range)
}

type Comparison = (value: number, wanted: number) => boolean

const comparing =
  (numberOf: (text: string) => number, what: string, comparison: Comparison): Compile =>
  (wanted) => {
    const number = numberOf(wanted)
    if (Number.isNaN(number)) throw new MalformedPolicy(`Invalid value for a ${what} condition: ${wanted}`)
    return (value) => comparison(numberOf(value), number)
  }

function numeric(given: string): number {
  return given.trim() === '' ? Number.NaN : Number(given)
}

/** ISO 8601, or seconds since 1970. */
function instant(given: string): number {
  if (/^\d{1,12}$/.test(given)) return Number(given) * 1_000
  return /^\d{4}-\d{2}-\d{2}(T.+)?$/.test(given) ? Date.parse(given) : Number.NaN
}

const comparisons: Record<string, Comparison> = {
  Equals: (a, b) => a === b,
  LessThan: (a, b) => a < b,
  LessThanEquals: (a, b) => a <= b,
  GreaterThan: (a, b) => a > b,
  GreaterThanEquals: (a, b) => a >= b,
}

const operators = new Map<string, Operator>()

function define(name: string, compile: Compile, negatedName: string): void {
  operators.set(name, { compile, isNegated: false })
  operators.set(negatedName, { compile, isNegated: true })
}

define('StringEquals', text, 'StringNotEquals')
define('StringEqualsIgnoreCase', anyCase, 'StringNotEqualsIgnoreCase')
define('StringLike', like, 'StringNotLike')
define('ArnEquals', arn, 'ArnNotEquals')
define('ArnLike', arn, 'ArnNotLike')
define('IpAddress', address, 'NotIpAddress')
operators.set('Bool', { compile: bool, isNegated: false })
for (const [kind, numberOf, what] of [
  ['Numeric', numeric, 'numeric'],
  ['Date', instant, 'date'],
] as const)
  for (const [name, comparison] of Object.entries(comparisons)) {
    const compile = comparing(numberOf, what, comparison)
    if (name === 'Equals') define(`${kind}Equals`, compile, `${kind}NotEquals`)
    else operators.set(`${kind}${name}`, { compile, isNegated: false })
  }

/** One line of a condition: `"ForAnyValue:StringLikeIfExists": { "aws:TagKeys": ["team", "cost*"] }`. */
export function conditionOf(
  operatorName: string,
  key: string,
  wanted: readonly string[],
  options: { variables: boolean },
): Condition {
  const parsed = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operatorName)
  const [, set, name = '', ifExists] = parsed ?? []
  const lower = key.toLowerCase()
  if (!isKnownKey(lower)) throw new MalformedPolicy(`Condition key is not known here: ${key}`)
  if (name === 'Null' && set === undefined && ifExists === undefined) return isNull(lower, wanted)
  const operator = operators.get(name)
  if (!operator) throw new MalformedPolicy(`Invalid Condition type : ${operatorName}.`)
  const tests = wanted.map((one) => operator.compile(one, options))
  const { isNegated } = operator
  const isMet: Test = (value, context) => tests.some((test) => test(value, context)) !== isNegated
  if (set === 'ForAllValues') return (context) => (context(lower) ?? []).every((one) => isMet(one, context))
  const absent = ifExists !== undefined || (isNegated && set === undefined)
  return (context) => context(lower)?.some((one) => isMet(one, context)) ?? absent
}

/** `true`: the request has no such key. */
function isNull(key: string, wanted: readonly string[]): Condition {
  const tests = wanted.map((one) => bool(one, { variables: false }))
  return (context) => {
    const value = String(context(key) === undefined)
    return tests.some((test) => test(value, context))
  }
}
