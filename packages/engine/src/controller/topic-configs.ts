import { ErrorCode } from '@sluice/wire'
import { configDefinition, validateConfig } from '../metadata/config-definitions.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import { Refusal } from './decision.ts'

/** Why a topic cannot have these dynamic configs, together with what it inherits; null when it can. */
export function topicConfigsProblem(
  configs: ReadonlyMap<string, string>,
  config: BrokerConfig,
): Refusal | null {
  const refuse = (message: string) => new Refusal(ErrorCode.INVALID_CONFIG, message)
  for (const name of configs.keys())
    if (!configDefinition('topic', name)) return refuse(`Unknown topic config name: ${name}`)
  for (const [name, value] of configs) {
    const check = validateConfig('topic', name, value)
    if (!check.ok) return refuse(check.error)
  }
  const value = (name: string) => config.topicValueWith(configs, name)
  const [min, max] = [Number(value('min.compaction.lag.ms')), Number(value('max.compaction.lag.ms'))]
  if (min > max)
    return refuse(
      `conflict topic config setting min.compaction.lag.ms (${min}) > max.compaction.lag.ms (${max})`,
    )
  if (value('remote.storage.enable') === true)
    return refuse(
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    )
  return null
}
