import { RE2JS } from 're2js'

/** What a subscription may match clients by (KIP-714). */
const keys = [
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
] as const

type MatchKey = (typeof keys)[number]
export type MatchFacts = Readonly<Record<MatchKey, string>>

export interface MatchPattern {
  readonly key: MatchKey
  readonly expression: RE2JS
}

/**
 * `key=regular expression`; null where it is no such thing. Whoever writes one decides how long each client is looked at,
 * so that only what takes linear time is an expression: RE2's.
 */
export function matchPattern(text: string): MatchPattern | null {
  const [name = '', expression, ...more] = text.replace(/=+$/, '').split('=')
  const key = keys.find((one) => one === name.trim())
  if (!key || expression === undefined || more.length > 0) return null
  try {
    return { key, expression: RE2JS.compile(expression.trim()) }
  } catch {
    return null
  }
}

/** Whether a client is all that is wanted; of two patterns for one key the last counts, as on Apache Kafka. */
export function matchesAll(patterns: readonly MatchPattern[], facts: MatchFacts): boolean {
  const byKey = new Map(patterns.map(({ key, expression }) => [key, expression]))
  return [...byKey].every(([key, expression]) => expression.testExact(facts[key]))
}
