/*
 * DescribeConfigs, versions 1 to 4.
 *
 * - Topics, brokers (this one by its id, or '' for what is set for all), groups, client metrics.
 * - Each value with its source and, when asked for, all synonyms that could give it, the winner first (KIP-226).
 * - Passwords are never shown; internal configs only when set. Documentation is left empty (KIP-569).
 * Not done: broker loggers (resource type 8), refused with 42.
 */
import { DescribeConfigs, ErrorCode, type Input, type ResponseOf } from '@sluice/wire'
import {
  type ConfigDefinition,
  configDefinition,
  configDefinitions,
  type ConfigScope,
  dynamicOnlyBrokerConfigs,
} from '../../metadata/config-definitions.ts'
import { configValueText } from '../../metadata/config-values.ts'
import { type ConfigLayer, ConfigSource } from '../../metadata/configs.ts'
import { ConfigResourceType } from '../../metadata/configs-image.ts'
import { isValidTopicName } from '../../metadata/topic-name.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'

type Entry = NonNullable<
  NonNullable<Input<ResponseOf<typeof DescribeConfigs>>['results']>[number]['configs']
>[number]

/** As the wire numbers them. */
const configTypes = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
} as const

interface Described {
  readonly name: string
  readonly definition: ConfigDefinition | undefined
  readonly layers: readonly ConfigLayer[]
  readonly readOnly: boolean
}

class Refusal {
  readonly error: number
  readonly message: string

  constructor(error: number, message: string) {
    this.error = error
    this.message = message
  }
}

export const describeConfigs = handler(DescribeConfigs, (request, { broker }) => ({
  results: request.resources.map(({ resourceType, resourceName, configurationKeys }) => {
    const resource = { resourceType, resourceName }
    const described = describe(resourceType, resourceName, broker)
    if (described instanceof Refusal)
      return { ...resource, errorCode: described.error, errorMessage: described.message, configs: [] }
    const wanted = configurationKeys && configurationKeys.length > 0 ? new Set(configurationKeys) : null
    const configs = described
      .filter(({ name }) => wanted === null || wanted.has(name))
      .map((config) => entryOf(config, request.includeSynonyms, request.includeDocumentation))
    return { ...resource, errorCode: ErrorCode.NONE, errorMessage: null, configs }
  }),
}))

function describe(type: number, name: string, broker: BrokerServices): Described[] | Refusal {
  switch (type) {
    case ConfigResourceType.topic:
      if (!isValidTopicName(name))
        return new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, `'${name}' cannot be the name of a topic.`)
      if (!broker.metadata.topic(name))
        return new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `There is no topic '${name}'.`)
      return all('topic', name, broker)
    case ConfigResourceType.broker:
      return describeBroker(name, broker)
    case ConfigResourceType.group:
      if (name === '') return new Refusal(ErrorCode.INVALID_REQUEST, 'The group name is empty.')
      return all('group', name, broker)
    case ConfigResourceType.clientMetrics:
      if (name === '')
        return new Refusal(ErrorCode.INVALID_REQUEST, 'The name of the client metrics resource is empty.')
      return all('client-metrics', name, broker)
    case ConfigResourceType.brokerLogger:
      return new Refusal(ErrorCode.INVALID_REQUEST, 'Broker loggers are not implemented.')
    default:
      return new Refusal(ErrorCode.INVALID_REQUEST, `There is no config resource of type ${type}.`)
  }
}

function all(scope: Exclude<ConfigScope, 'broker'>, resource: string, broker: BrokerServices): Described[] {
  return [...configDefinitions(scope).values()]
    .map((definition) => ({
      name: definition.name,
      definition,
      layers: broker.config.layers(scope, resource, definition.name),
      readOnly: false,
    }))
    .filter(isShown)
}

function describeBroker(name: string, broker: BrokerServices): Described[] | Refusal {
  if (name === '') {
    const set = broker.metadata.configs.of(ConfigResourceType.broker, '')
    return [...set.keys()].map((config) => brokerConfig(config, broker, ConfigSource.dynamicDefaultBroker))
  }
  if (name !== String(broker.nodeId))
    return new Refusal(
      ErrorCode.INVALID_REQUEST,
      `This is broker ${broker.nodeId}: ask it for '${broker.nodeId}', or for '' (all brokers), not for '${name}'.`,
    )
  const names = new Set([
    ...configDefinitions('broker').keys(),
    ...dynamicOnlyBrokerConfigs().keys(),
    ...broker.metadata.configs.of(ConfigResourceType.broker, name).keys(),
  ])
  return [...names].map((config) => brokerConfig(config, broker)).filter(isShown)
}

function brokerConfig(name: string, broker: BrokerServices, onlySource?: number): Described {
  const definition = configDefinition('broker', name)
  const layers = broker.config.brokerLayers(definition?.synonyms ?? [{ name, multiplier: 1 }])
  return {
    name,
    definition,
    layers: onlySource === undefined ? layers : layers.filter(({ source }) => source === onlySource),
    readOnly: definition?.updateMode === 'read-only',
  }
}

/** Internal configs, and those that exist only as dynamic ones, appear when they are set. */
function isShown({ name, definition, layers }: Described): boolean {
  const set = layers.some(({ source }) => source !== ConfigSource.default)
  if (definition?.internal) return set
  return set || !dynamicOnlyBrokerConfigs().has(name)
}

function entryOf(config: Described, includeSynonyms: boolean, includeDocumentation: boolean): Entry {
  const { name, definition, layers, readOnly } = config
  const isSensitive = definition === undefined || definition.type === 'password'
  const winner = layers[0]
  return {
    name,
    value: isSensitive ? null : winner ? valueText(definition, winner) : definition.default,
    readOnly,
    configSource: winner?.source ?? ConfigSource.default,
    isSensitive,
    configType: definition ? configTypes[definition.type] : 0,
    documentation: includeDocumentation ? '' : null,
    synonyms: includeSynonyms
      ? layers.map((layer) => ({
          name: layer.name,
          value: isSensitive ? null : layer.value,
          source: layer.source,
        }))
      : [],
  }
}

/** The winner's text in the unit of the config that it is for. */
function valueText(definition: ConfigDefinition, { value, multiplier }: ConfigLayer): string | null {
  const text = configValueText(definition, value)
  if (multiplier === 1 || text === null) return text
  const scaled = BigInt(text) * BigInt(multiplier)
  // −1 hours mean without end, as −1 ms do.
  return scaled < 0n ? '-1' : scaled.toString()
}
