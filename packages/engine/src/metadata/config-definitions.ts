import {
  brokerConfigs,
  brokerDynamicOnlyConfigs,
  clientMetricsConfigs,
  groupConfigs,
  listenerPrefixedConfigs,
  mechanismPrefixedConfigs,
  topicConfigs,
} from './config-data.generated.ts'
import {
  type BrokerSynonym,
  type ConfigCheck,
  type ConfigDefinition,
  checkRules,
  parseConfigValue,
} from './config-values.ts'

export type ConfigScope = 'topic' | 'broker' | 'group' | 'client-metrics'

/** A line of config-data.generated.ts. */
interface ConfigLine extends Omit<ConfigDefinition, 'min' | 'max' | 'synonyms' | 'required' | 'internal'> {
  min?: string
  max?: string
  required?: boolean
  internal?: boolean
  brokerSynonyms?: (string | { name: string; unit: keyof typeof unitMs })[]
  brokerSynonym?: string
}

const unitMs = { minutes: 60_000, hours: 3_600_000 }

/**
 * Broker configs that stand in for another one, finest unit first. Apache Kafka pairs log.roll.* only in this
 * sense: log.roll.hours holds where log.roll.ms is not set.
 */
const coarserBrokerConfigs: Record<string, BrokerSynonym[]> = {
  'log.retention.ms': [
    { name: 'log.retention.minutes', multiplier: unitMs.minutes },
    { name: 'log.retention.hours', multiplier: unitMs.hours },
  ],
  'log.roll.ms': [{ name: 'log.roll.hours', multiplier: unitMs.hours }],
  'log.roll.jitter.ms': [{ name: 'log.roll.jitter.hours', multiplier: unitMs.hours }],
  'log.flush.interval.ms': [{ name: 'log.flush.scheduler.interval.ms', multiplier: 1 }],
}

/** The line itself, completed: there are hundreds, and every start makes them. */
function definition(line: ConfigLine, scope: ConfigScope): ConfigDefinition {
  const { min, max } = line
  const made = line as unknown as ConfigDefinition
  made.synonyms = synonymsOf(line, scope)
  made.default ??= null
  made.required ??= false
  made.internal ??= false
  made.updateMode ??= 'cluster-wide'
  if (min !== undefined) made.min = Number(min)
  if (max !== undefined) made.max = Number(max)
  return made
}

function synonymsOf(line: ConfigLine, scope: ConfigScope): BrokerSynonym[] {
  if (scope === 'broker')
    return [{ name: line.name, multiplier: 1 }, ...(coarserBrokerConfigs[line.name] ?? [])]
  if (line.brokerSynonym) return [{ name: line.brokerSynonym, multiplier: 1 }]
  return (line.brokerSynonyms ?? []).map((synonym) =>
    typeof synonym === 'string'
      ? { name: synonym, multiplier: 1 }
      : { name: synonym.name, multiplier: unitMs[synonym.unit] },
  )
}

function table(text: string, scope: ConfigScope): Map<string, ConfigDefinition> {
  const lines = JSON.parse(`[${text.trim().split('\n').join(',')}]`) as ConfigLine[]
  return new Map(lines.map((line) => [line.name, definition(line, scope)]))
}

const texts: Record<ConfigScope, string> = {
  topic: topicConfigs,
  broker: brokerConfigs,
  group: groupConfigs,
  'client-metrics': clientMetricsConfigs,
}
const tables: Partial<Record<ConfigScope, Map<string, ConfigDefinition>>> = {}
let dynamicOnly: Map<string, ConfigDefinition> | undefined
let ofAuthorizer: Map<string, ConfigDefinition> | undefined

/** What the StandardAuthorizer reads for itself: Apache Kafka's brokers neither know nor describe it. */
const authorizerConfigs = `
{"name":"super.users","type":"string","default":"","importance":"medium","updateMode":"read-only"}
{"name":"allow.everyone.if.no.acl.found","type":"boolean","default":"false","importance":"medium","updateMode":"read-only"}
`

const listenerPrefixed = new Set(listenerPrefixedConfigs)
const mechanismPrefixed = new Set(mechanismPrefixedConfigs)

/** All that may change of one listener while it is there. */
const alterableOfListener: ReadonlySet<string> = new Set(['max.connections', 'max.connection.creation.rate'])

/** `listener.name.<listener>.<config>`, also with a SASL mechanism before the config. */
const listenerPrefix = /^listener\.name\.([^.]+)\.(.+)$/

export function configDefinitions(scope: ConfigScope): ReadonlyMap<string, ConfigDefinition> {
  return (tables[scope] ??= table(texts[scope], scope))
}

/** No static value; can be altered for one broker and for all. */
export function dynamicOnlyBrokerConfigs(): ReadonlyMap<string, ConfigDefinition> {
  return (dynamicOnly ??= table(brokerDynamicOnlyConfigs, 'broker'))
}

export function configDefinition(scope: ConfigScope, name: string): ConfigDefinition | undefined {
  const found = configDefinitions(scope).get(name)
  if (found || scope !== 'broker') return found
  ofAuthorizer ??= table(authorizerConfigs, 'broker')
  return dynamicOnlyBrokerConfigs().get(name) ?? ofAuthorizer.get(name) ?? behindListenerPrefix(name)
}

/** The part of a broker config's name that the definitions know. */
export function withoutListenerPrefix(name: string): string {
  const rest = listenerPrefix.exec(name)?.[2]
  if (rest === undefined) return name
  if (configDefinitions('broker').has(rest)) return rest
  const afterMechanism = rest.slice(rest.indexOf('.') + 1)
  const isOfTokens =
    rest === `oauthbearer.${afterMechanism}` && afterMechanism.startsWith('sasl.oauthbearer.')
  return mechanismPrefixed.has(afterMechanism) || isOfTokens ? afterMechanism : rest
}

function behindListenerPrefix(name: string): ConfigDefinition | undefined {
  const bare = withoutListenerPrefix(name)
  const found = bare === name ? undefined : configDefinitions('broker').get(bare)
  const updateMode = alterableOfListener.has(bare) ? 'per-broker' : 'read-only'
  return found && { ...found, name, updateMode, synonyms: [{ name, multiplier: 1 }] }
}

/** Security configs that may change while the broker runs only behind a listener's prefix. */
export function needsListenerPrefix(name: string): boolean {
  return listenerPrefixed.has(name) || (mechanismPrefixed.has(name) && name.startsWith('sasl.'))
}

/** Parses the value and checks what the definition itself refuses; rules between configs are elsewhere. */
export function validateConfig(scope: ConfigScope, name: string, value: string | null): ConfigCheck {
  const found = configDefinition(scope, name)
  if (!found) return { ok: false, error: unknownName(scope, name) }
  return validateDefined(found, value)
}

export function validateDefined(found: ConfigDefinition, value: string | null): ConfigCheck {
  const parsed = parseConfigValue(found, value)
  if (!parsed.ok) return parsed
  const error = checkRules(found, parsed.parsed, value)
  return error === null ? parsed : { ok: false, error }
}

function unknownName(scope: ConfigScope, name: string): string {
  if (scope === 'client-metrics') return `Unknown client metrics configuration: ${name}`
  return `Unknown ${scope} config name: ${name}`
}
