import { ConfigResourceType } from '@sluice/wire'
import { configDefinition, configDefinitions, withoutListenerPrefix } from './config-definitions.ts'
import { documentationOf } from './config-documentation.ts'
import { type ConfigDefinition, type ConfigType, configValueText } from './config-values.ts'
import type { ConfigResource } from './configs-image.ts'
import { type BrokerConfig, type ConfigLayer, ConfigSource } from './configs.ts'
import type { MetadataImage } from './image.ts'

/** A config as DescribeConfigs sends it. */
interface ConfigEntry {
  name: string
  value: string | null
  readOnly: boolean
  configSource: number
  isSensitive: boolean
  synonyms: { name: string; value: string | null; source: number }[]
  configType: number
  documentation: string | null
}

const typeNumbers: Record<ConfigType, number> = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
}
const unknownType = 0

/**
 * Apache Kafka computes with these, but does not name them as synonyms, so that a value that comes from one of
 * them is reported as the default.
 */
const silentSynonyms = new Set([
  'log.retention.minutes',
  'log.retention.hours',
  'log.roll.hours',
  'log.roll.jitter.hours',
  'log.flush.scheduler.interval.ms',
])

/** The configs of one resource that exists; `keys` null or empty means all. */
export function describeConfigs(
  config: BrokerConfig,
  image: MetadataImage,
  resource: ConfigResource,
  keys: readonly string[] | null,
): ConfigEntry[] {
  const wanted = keys && keys.length > 0 ? new Set(keys) : null
  // A few keys of many should cost no more than they say.
  const isWanted: IsWanted = wanted ? (key) => wanted.has(key) : all
  const { type, name } = resource
  switch (type) {
    case ConfigResourceType.topic:
      return scopedEntries('topic', config, name, isWanted)
    case ConfigResourceType.group:
      return scopedEntries('group', config, name, isWanted)
    case ConfigResourceType.clientMetrics:
      return scopedEntries('client-metrics', config, name, isWanted)
    default:
      return name === ''
        ? defaultBrokerEntries(image, isWanted)
        : brokerEntries(config, image, name, isWanted)
  }
}

type IsWanted = (key: string) => boolean

const all: IsWanted = () => true

/** What topics have, or would have, that differ in a few configs of their own: the rest is computed once for all. */
export class TopicConfigs {
  readonly #config: BrokerConfig
  #inherited: readonly ConfigEntry[] | null = null

  constructor(config: BrokerConfig) {
    this.#config = config
  }

  with(own: ReadonlyMap<string, string>): readonly ConfigEntry[] {
    this.#inherited ??= scopedEntries('topic', this.#config, '', () => true, new Map())
    if (own.size === 0) return this.#inherited
    const entries = scopedEntries('topic', this.#config, '', (key) => own.has(key), own)
    const changed = new Map(entries.map((one) => [one.name, one]))
    const rest = this.#inherited.map((one) => {
      const entry = changed.get(one.name) ?? one
      changed.delete(one.name)
      return entry
    })
    return [...rest, ...changed.values()]
  }
}

function scopedEntries(
  scope: 'topic' | 'group' | 'client-metrics',
  config: BrokerConfig,
  resource: string,
  isWanted: IsWanted,
  own?: ReadonlyMap<string, string>,
): ConfigEntry[] {
  return [...configDefinitions(scope).values()].flatMap((definition) => {
    if (!isWanted(definition.name)) return []
    const layers = config.layers(scope, resource, definition.name, own)
    if (definition.internal && !layers.some(({ source }) => isResourcesOwn(source))) return []
    // A group config without a broker config behind it is its own synonym at the default.
    const isAlone = scope === 'group' && definition.synonyms.length === 0 && definition.default !== null
    const itself = { name: definition.name, value: String(definition.default), source: ConfigSource.default }
    return [entry(definition, isAlone ? [...layers, { ...itself, multiplier: 1 }] : layers)]
  })
}

function isResourcesOwn(source: number): boolean {
  return (
    source === ConfigSource.topic || source === ConfigSource.group || source === ConfigSource.clientMetrics
  )
}

function brokerEntries(
  config: BrokerConfig,
  image: MetadataImage,
  name: string,
  isWanted: IsWanted,
): ConfigEntry[] {
  const own = image.configs.of(ConfigResourceType.broker, name)
  const forAll = image.configs.of(ConfigResourceType.broker, '')
  const defined = [...configDefinitions('broker').values()].flatMap((definition) => {
    if (!isWanted(definition.name)) return []
    const layers = config.brokerLayers(definition.synonyms)
    const isSet = layers.some(
      (layer) => layer.name === definition.name && layer.source !== ConfigSource.default,
    )
    return definition.internal && !isSet ? [] : [entry(definition, layers)]
  })
  // What is not in the table: dynamic only, behind a listener's prefix, or unknown to us.
  const others = new Set(
    [...own.keys(), ...forAll.keys()].filter((key) => isWanted(key) && !configDefinitions('broker').has(key)),
  )
  return [...defined, ...[...others].map((key) => otherBrokerEntry(config, key))]
}

function otherBrokerEntry(config: BrokerConfig, name: string): ConfigEntry {
  const layers = config.brokerLayers([{ name, multiplier: 1 }])
  const definition = configDefinition('broker', name)
  return definition ? entry(definition, layers) : unknownEntry(name, layers)
}

/** The broker resource '': only what was set for all brokers. */
function defaultBrokerEntries(image: MetadataImage, isWanted: IsWanted): ConfigEntry[] {
  const forAll = [...image.configs.of(ConfigResourceType.broker, '')]
  return forAll
    .filter(([name]) => isWanted(name))
    .map(([name, value]) => {
      const layers = [{ name, value, source: ConfigSource.dynamicDefaultBroker, multiplier: 1 }]
      const definition = configDefinition('broker', name)
      return definition ? entry(definition, layers) : unknownEntry(name, layers)
    })
}

function entry(definition: ConfigDefinition, layers: readonly ConfigLayer[]): ConfigEntry {
  const isSensitive = definition.type === 'password'
  const named = layers.filter(({ name }) => name === definition.name || !silentSynonyms.has(name))
  const text = (value: string | null) => (isSensitive ? null : configValueText(definition, value))
  return {
    name: definition.name,
    value: text(valueText(definition, layers)),
    readOnly: definition.updateMode === 'read-only',
    configSource: named[0]?.source ?? ConfigSource.default,
    isSensitive,
    synonyms: named.map(({ name, value, source }) => ({ name, value: text(value), source })),
    configType: typeNumbers[definition.type],
    documentation: documentationOf(withoutListenerPrefix(definition.name)),
  }
}

/** A broker config shows its own value only; a topic config what it gets from a coarser unit, converted. */
function valueText(definition: ConfigDefinition, layers: readonly ConfigLayer[]): string | null {
  const isBrokers = definition.synonyms[0]?.name === definition.name && definition.synonyms.length > 1
  const winner = isBrokers ? layers.find(({ name }) => name === definition.name) : layers[0]
  if (!winner) return definition.default
  if (winner.multiplier === 1) return winner.value
  const number = Number(winner.value)
  return String(number < 0 ? -1 : number * winner.multiplier)
}

/** Apache Kafka keeps broker configs that it does not know, and shows nothing of their value. */
function unknownEntry(name: string, layers: readonly ConfigLayer[]): ConfigEntry {
  return {
    name,
    value: null,
    readOnly: false,
    configSource: layers[0]?.source ?? ConfigSource.default,
    isSensitive: true,
    synonyms: layers.map((layer) => ({ name: layer.name, value: null, source: layer.source })),
    configType: unknownType,
    documentation: null,
  }
}
