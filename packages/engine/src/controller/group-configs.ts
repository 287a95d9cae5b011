import { ErrorCode } from '@sluice/wire'
import type { BrokerConfigName } from '../metadata/config-names.generated.ts'
import { validateConfig } from '../metadata/config-definitions.ts'
import type { ConfigValue } from '../metadata/config-values.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import { Refusal } from './decision.ts'

interface Bounds {
  readonly name: string
  readonly min: BrokerConfigName | null
  readonly max: BrokerConfigName | null
}

const kinds = ['consumer', 'share', 'streams'] as const
const timings = ['session.timeout.ms', 'heartbeat.interval.ms', 'assignment.interval.ms'] as const
const shareLimits = ['record.lock.duration.ms', 'delivery.count.limit', 'partition.max.record.locks'] as const

/** Group configs with the broker configs that bound them, by the part of the name that they share. */
const bounds: readonly Bounds[] = [
  ...kinds.flatMap((kind) =>
    timings.map(
      (what): Bounds => ({
        name: `${kind}.${what}`,
        min: `group.${kind}.min.${what}`,
        max: `group.${kind}.max.${what}`,
      }),
    ),
  ),
  ...shareLimits.map(
    (what): Bounds => ({
      name: `share.${what}`,
      min: `group.share.min.${what}`,
      max: `group.share.max.${what}`,
    }),
  ),
  { name: 'streams.num.standby.replicas', min: null, max: 'group.streams.max.standby.replicas' },
  { name: 'streams.num.warmup.replicas', min: null, max: 'group.streams.max.warmup.replicas' },
  { name: 'streams.task.offset.interval.ms', min: 'group.streams.min.task.offset.interval.ms', max: null },
]

/** Why a group cannot have these dynamic configs, all together; null when it can. */
export function groupConfigsProblem(
  configs: ReadonlyMap<string, string>,
  broker: BrokerConfig,
): Refusal | null {
  const refuse = (message: string) => new Refusal(ErrorCode.INVALID_CONFIG, message)
  const parsed = new Map<string, ConfigValue>()
  for (const [name, value] of configs) {
    const check = validateConfig('group', name, value)
    if (!check.ok) return refuse(check.error)
    parsed.set(name, check.parsed)
  }
  for (const { name, min, max } of bounds) {
    const value = parsed.get(name)
    if (typeof value !== 'number') continue
    const lowest = min === null ? 0 : broker.int(min)
    const highest = max === null ? Number.MAX_SAFE_INTEGER : broker.int(max)
    if (value < lowest || value > highest)
      return refuse(`${name} must be in the range ${lowest} to ${highest} inclusive.`)
  }
  return sessionProblem(parsed, broker)
}

/** A heartbeat must fit into the session that it keeps alive. */
function sessionProblem(parsed: ReadonlyMap<string, ConfigValue>, broker: BrokerConfig): Refusal | null {
  for (const kind of kinds) {
    const valueOf = (what: (typeof timings)[number]) =>
      Number(parsed.get(`${kind}.${what}`) ?? broker.int(`group.${kind}.${what}`))
    if (valueOf('session.timeout.ms') <= valueOf('heartbeat.interval.ms'))
      return new Refusal(
        ErrorCode.INVALID_CONFIG,
        `${kind}.session.timeout.ms must be greater than ${kind}.heartbeat.interval.ms`,
      )
  }
  return null
}
