import type { ClusterPlan, PropertyProblem } from '../engine.ts'
import { propertyData, propertyDataMinors } from './property-data.generated.ts'
import type { Release } from './versions.ts'

interface Definition {
  type: string
  /** `1..9`, `1..`, `a,b` or, where case does not matter, `~a,b`; empty where Kafka alone knows. */
  constraint: string
}

type Definitions = ReadonlyMap<string, Definition>

const byMinor = new Map<string, Definitions>()

/** Read by what the default authorizers of Kafka are, and defined by them, not by the broker. */
const authorizerProperties: Definitions = new Map([
  ['allow.everyone.if.no.acl.found', { type: 'boolean', constraint: '' }],
  ['super.users', { type: 'string', constraint: '' }],
])

/** What is wrong with broker properties in the eyes of this release. Kafka itself has the last word at the start. */
export function propertyProblems(
  properties: Readonly<Record<string, string>>,
  { version }: Release,
): PropertyProblem[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    const definition = definitionOf(name, version)
    const problem = definition
      ? valueProblem(definition, value)
      : `is not a broker property of Apache Kafka ${version}`
    return problem === null ? [] : [{ name, problem: `${name} ${problem}` }]
  })
}

/**
 * Of the plan's properties those that `accept` takes and the release knows: a configuration outlives the versions
 * that its cluster goes through. In the order of their names, so that equal plans give equal texts.
 */
export function plannedProperties(
  plan: ClusterPlan,
  release: Release,
  accept: (name: string) => boolean,
): Record<string, string> {
  const names = Object.keys(plan.properties).filter((name) => accept(name) && isKnown(name, release))
  return Object.fromEntries(names.sort().map((name) => [name, plan.properties[name] ?? '']))
}

function isKnown(name: string, { version, mode }: Release): boolean {
  if (mode === 'kraft' && name.startsWith('zookeeper.')) return false
  return definitionOf(name, version) !== undefined
}

function definitionOf(name: string, version: string): Definition | undefined {
  return definitionsOf(version).get(name) ?? authorizerProperties.get(name)
}

function definitionsOf(version: string): Definitions {
  const minor = version.split('.').slice(0, 2).join('.')
  const known = byMinor.get(minor) ?? parse(minor)
  byMinor.set(minor, known)
  return known
}

function parse(minor: string): Definitions {
  const definitions = new Map<string, Definition>()
  for (const line of propertyData.trim().split('\n')) {
    const [name = '', type = '', constraint = '', minors] = line.split('|')
    if ((minors?.split(',') ?? propertyDataMinors).includes(minor))
      definitions.set(name, { type, constraint })
  }
  return definitions
}

/** The range of each whole number type; a long is compared as a BigInt, since it may lie beyond 2^53. */
const bitsOf: Record<string, number> = { short: 16, int: 32, long: 64 }

function valueProblem({ type, constraint }: Definition, text: string): string | null {
  const value = text.trim()
  if (type === 'boolean') return /^(true|false)$/i.test(value) ? null : 'must be true or false'
  if (type in bitsOf) return wholeNumberProblem(bitsOf[type] ?? 0, constraint, value)
  if (type === 'double') return doubleProblem(constraint, value)
  if (type === 'string') return oneOfProblem(constraint, [value])
  if (type === 'list') return oneOfProblem(constraint, value === '' ? [] : value.split(/\s*,\s*/))
  return null
}

function wholeNumberProblem(bits: number, constraint: string, value: string): string | null {
  if (!/^[+-]?\d+$/.test(value)) return 'must be a whole number'
  const number = BigInt(value)
  if (BigInt.asIntN(bits, number) !== number) return `must be a whole number of ${bits} bits`
  const range = rangeOf(constraint)
  if (!range) return null
  const isBelow = number < BigInt(range.min)
  const isAbove = range.max !== undefined && number > BigInt(range.max)
  return isBelow || isAbove ? rangeSentence(range) : null
}

function doubleProblem(constraint: string, value: string): string | null {
  const number = value === '' ? Number.NaN : Number(value)
  if (Number.isNaN(number)) return 'must be a number'
  const range = rangeOf(constraint)
  if (!range) return null
  return number < Number(range.min) || number > Number(range.max ?? number) ? rangeSentence(range) : null
}

interface Range {
  min: string
  max: string | undefined
}

function rangeOf(constraint: string): Range | null {
  const match = /^(-?[\d.]+?)\.\.(-?[\d.]+)?$/.exec(constraint)
  return match ? { min: match[1] ?? '', max: match[2] } : null
}

function rangeSentence({ min, max }: Range): string {
  return max === undefined ? `must be at least ${min}` : `must be from ${min} to ${max}`
}

function oneOfProblem(constraint: string, values: readonly string[]): string | null {
  if (constraint === '' || rangeOf(constraint)) return null
  const ignoresCase = constraint.startsWith('~')
  const accepted = constraint.replace('~', '').split(',')
  const comparable = (text: string) => (ignoresCase ? text.toLowerCase() : text)
  const known = new Set(accepted.map(comparable))
  return values.every((value) => known.has(comparable(value))) ? null : `must be of ${accepted.join(', ')}`
}
