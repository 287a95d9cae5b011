import { ErrorCode } from '@sluice/wire'
import { matchPattern } from '../metadata/client-metrics-match.ts'
import { configDefinition, validateConfig } from '../metadata/config-definitions.ts'
import { Refusal } from './decision.ts'

const intervalMsMin = 100
const intervalMsMax = 3_600_000

/** Why a client metrics subscription cannot have these configs; null when it can. */
export function clientMetricsConfigsProblem(configs: ReadonlyMap<string, string>): Refusal | null {
  for (const [name, value] of configs) {
    if (!configDefinition('client-metrics', name))
      return new Refusal(ErrorCode.INVALID_REQUEST, `Unknown client metrics configuration: ${name}`)
    const check = validateConfig('client-metrics', name, value)
    if (!check.ok) return new Refusal(ErrorCode.INVALID_CONFIG, check.error)
    if (name === 'interval.ms' && !isInterval(check.parsed as number))
      return new Refusal(
        ErrorCode.INVALID_REQUEST,
        `Invalid value ${value} for ${name}, it must be between ${intervalMsMin} and ${intervalMsMax} (1 hour)`,
      )
    const pattern = name === 'match' && (check.parsed as readonly string[]).find((one) => !matchPattern(one))
    if (typeof pattern === 'string')
      return new Refusal(ErrorCode.INVALID_CONFIG, `Illegal client matching pattern: ${pattern}`)
  }
  return null
}

function isInterval(ms: number): boolean {
  return ms >= intervalMsMin && ms <= intervalMsMax
}
