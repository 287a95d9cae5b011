import { assert } from '@sluice/effects'
import { ConfigResourceType } from '@sluice/wire'
import type { BrokerConfigName } from './config-names.generated.ts'
import {
  type ConfigScope,
  configDefinition,
  configDefinitions,
  validateDefined,
  withoutListenerPrefix,
} from './config-definitions.ts'
import { configProblems } from './config-problems.ts'
import { type ConfigDefinition, type ConfigValue, parseConfigValue } from './config-values.ts'
import type { MetadataImage } from './image.ts'

/** Where a value comes from, as DescribeConfigs says it. */
export const ConfigSource = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefaultBroker: 3,
  staticBroker: 4,
  default: 5,
  brokerLogger: 6,
  clientMetrics: 7,
  group: 8,
} as const

/** One place that gives a config a value. */
export interface ConfigLayer {
  readonly name: string
  readonly value: string
  readonly source: number
  /** Turns the unit of `name` into that of the config that was asked for. */
  readonly multiplier: number
}

/** Reads a topic's configs into the shape that somebody needs. */
type TopicView<T> = (value: (name: string) => ConfigValue) => T

/** A dynamic config that is kept and does not count: nothing could run with it. */
interface IgnoredConfig {
  readonly name: string
  readonly value: string
  /** A sentence without its full stop. */
  readonly problem: string
}

/** The dynamic configs that count for a broker: its own, and those of all. */
interface DynamicConfigs {
  readonly own: ReadonlyMap<string, string>
  readonly all: ReadonlyMap<string, string>
  readonly ignored: readonly IgnoredConfig[]
}

/** A value as computed; `at` is the state of all configs when it was last known to hold. */
interface Cached<T> {
  at: number
  revision: string
  value: T
}

/**
 * The configs of one broker (or of the controller) and, under it, of topics and groups. A value is looked for, first
 * hit wins: the topic's or group's own dynamic config; then for the broker config that stands behind it: this
 * broker's dynamic one, the dynamic one for all brokers, the static properties, the default.
 */
export class BrokerConfig {
  readonly #image: MetadataImage
  readonly #nodeId: string
  readonly #static: Readonly<Record<string, string>>
  readonly #values = new Map<string, Cached<ConfigValue>>()
  readonly #dynamics = new Map<string, Cached<DynamicConfigs>>()
  readonly #topicValues = new Map<string, Cached<ConfigValue>>()
  readonly #topicViews = new Map<TopicView<unknown>, Map<string, Cached<unknown>>>()

  constructor(options: {
    image: MetadataImage
    nodeId: number
    staticProperties: Readonly<Record<string, string>>
  }) {
    this.#image = options.image
    this.#nodeId = String(options.nodeId)
    this.#static = options.staticProperties
  }

  /**
   * What does not count of the dynamic configs. Each change is judged before it is kept; but the log may have one from a
   * build that judged otherwise, and whoever ran with it might let nobody in who could take it back.
   */
  ignored(): readonly IgnoredConfig[] {
    return [...this.#dynamic().ignored, ...this.#ignoredOfTopics()]
  }

  *#ignoredOfTopics(): Iterable<IgnoredConfig> {
    const { configs } = this.#image
    for (const { type, name: topic } of configs.resources(ConfigResourceType.topic))
      for (const [name, value] of configs.of(type, topic)) {
        const definition = configDefinition('topic', name)
        const check = definition && validateDefined(definition, value)
        if (check && !check.ok) yield { name: `${name} of ${topic}`, value, problem: check.error }
      }
  }

  #dynamic(): DynamicConfigs {
    return this.#cached(this.#dynamics, '', null, () => {
      const { configs } = this.#image
      const own = configs.of(ConfigResourceType.broker, this.#nodeId)
      const all = configs.of(ConfigResourceType.broker, '')
      const ours = [ofNode(own), ofNode(all)] as const
      const sound = soundConfigs(this.#static, ours[0].counting, ours[1].counting)
      return { ...sound, ignored: [...ours.flatMap(({ ignored }) => ignored), ...sound.ignored] }
    })
  }

  /** What the properties set of themselves. */
  staticEntries(): [string, string][] {
    return Object.entries(this.#static)
  }

  int(name: BrokerConfigName): number {
    return this.#typed(name, 'number')
  }

  long(name: BrokerConfigName): number {
    return this.#typed(name, 'number')
  }

  double(name: BrokerConfigName): number {
    return this.#typed(name, 'number')
  }

  boolean(name: BrokerConfigName): boolean {
    return this.#typed(name, 'boolean')
  }

  string(name: BrokerConfigName): string {
    return this.#typed(name, 'string')
  }

  list(name: BrokerConfigName): readonly string[] {
    const value = this.value(name)
    assert(Array.isArray(value), `config ${name} is no list`)
    return value
  }

  /** null where neither a layer nor the definition has a value. */
  value(name: string): ConfigValue {
    return this.#cached(this.#values, name, null, () => {
      const definition = configDefinition('broker', name)
      assert(definition, `no broker config ${name}`)
      return valueOf(definition, this.brokerLayers([{ name, multiplier: 1 }])[0])
    })
  }

  /** Of one listener: what is set for it alone (`listener.name.<its name, lower case>.`), else what is set for all. */
  listenerValue(listener: string, name: BrokerConfigName): ConfigValue {
    const own = `listener.name.${listener.toLowerCase()}.${name}`
    return this.#cached(this.#values, own, null, () => {
      const definition = configDefinition('broker', name)
      assert(definition, `no broker config ${name}`)
      const layersOf = (one: string) => this.brokerLayers([{ name: one, multiplier: 1 }])
      return valueOf(definition, [...layersOf(own), ...layersOf(name)][0])
    })
  }

  /** Of one listener: only what is set for it alone, else null. */
  valueOfListenerAlone(listener: string, name: BrokerConfigName): ConfigValue {
    const own = `listener.name.${listener.toLowerCase()}.${name}`
    return this.#cached(this.#values, `${own} alone`, null, () => {
      const definition = configDefinition('broker', own)
      const [first] = this.brokerLayers([{ name: own, multiplier: 1 }])
      return definition && first ? valueOf(definition, first) : null
    })
  }

  /** Of one listener's mechanism (`listener.name.<its name>.<mechanism>.`, in lower case), else of the listener. */
  mechanismConfig(listener: string, mechanism: string, name: BrokerConfigName): ConfigValue {
    const own = `listener.name.${listener.toLowerCase()}.${mechanism.toLowerCase()}.${name}`
    return this.#cached(this.#values, own, null, () => {
      const definition = configDefinition('broker', own)
      const [first] = this.brokerLayers([{ name: own, multiplier: 1 }])
      return definition && first ? valueOf(definition, first) : this.listenerValue(listener, name)
    })
  }

  /** The value of a topic config for a topic, which need not exist: then what it would start with. */
  topicValue(topic: string, name: string): ConfigValue {
    return this.#cached(this.#topicValues, `${topic} ${name}`, topic, () =>
      effectiveValue('topic', name, this.layers('topic', topic, name)),
    )
  }

  /** The value of a topic config for a topic whose own configs were these. */
  topicValueWith(own: ReadonlyMap<string, string>, name: string): ConfigValue {
    return effectiveValue('topic', name, this.layers('topic', '', name, own))
  }

  topicInt(topic: string, name: string): number {
    const value = this.topicValue(topic, name)
    assert(typeof value === 'number', `topic config ${name} is no number`)
    return value
  }

  /** What a view makes of a topic's configs. The same object until one of them changes. */
  topicView<T>(topic: string, view: TopicView<T>): T {
    let views = this.#topicViews.get(view)
    if (!views) this.#topicViews.set(view, (views = new Map()))
    const made = this.#cached(views, topic, topic, () =>
      view((name) => effectiveValue('topic', name, this.layers('topic', topic, name))),
    )
    return made as T
  }

  /** A deleted topic's values are of no use any more. */
  forgetTopic(topic: string): void {
    for (const views of this.#topicViews.values()) views.delete(topic)
    for (const name of configDefinitions('topic').keys()) this.#topicValues.delete(`${topic} ${name}`)
  }

  /**
   * All places that give the config a value, the one that wins first. `own` in place of the resource's own dynamic
   * configs: what it would be with those.
   */
  layers(
    scope: Exclude<ConfigScope, 'broker'>,
    resource: string,
    name: string,
    own?: ReadonlyMap<string, string>,
  ): ConfigLayer[] {
    const definition = configDefinition(scope, name)
    assert(definition, `no ${scope} config ${name}`)
    const { type, source } = dynamicLayerOf[scope]
    const kept = (own ?? this.#image.configs.of(type, resource)).get(name)
    // As with those of brokers.
    const value = kept !== undefined && validateDefined(definition, kept).ok ? kept : undefined
    const behind = this.brokerLayers(definition.synonyms)
    return value === undefined ? behind : [{ name, value, source, multiplier: 1 }, ...behind]
  }

  /** The same for broker configs, by layer first and then in the order of the names. */
  brokerLayers(names: readonly { name: string; multiplier: number }[]): ConfigLayer[] {
    const { own, all } = this.#dynamic()
    const lookups: [number, (name: string) => string | null | undefined][] = [
      [ConfigSource.dynamicBroker, (name) => own.get(name)],
      [ConfigSource.dynamicDefaultBroker, (name) => all.get(name)],
      [ConfigSource.staticBroker, (name) => this.#static[name]],
      // What is only ever dynamic has a default, but Apache Kafka names it nowhere.
      [ConfigSource.default, (name) => configDefinitions('broker').get(name)?.default],
    ]
    return lookups.flatMap(([source, lookup]) =>
      names.flatMap(({ name, multiplier }) => {
        const value = lookup(name) ?? null
        return value === null ? [] : [{ name, value, source, multiplier }]
      }),
    )
  }

  #typed<T>(name: string, type: string): T {
    const value = this.value(name)
    assert(typeof value === type, `config ${name} has no ${type}`)
    return value as T
  }

  /** Most look-ups meet configs of which none has changed at all; only else is it asked whether ours have. */
  #cached<T>(cache: Map<string, Cached<T>>, key: string, topic: string | null, compute: () => T): T {
    const found = cache.get(key)
    const at = this.#image.configs.revision
    if (found?.at === at) return found.value
    const revision = this.#revisionFor(topic)
    if (found?.revision === revision) {
      found.at = at
      return found.value
    }
    const value = compute()
    cache.set(key, { at, revision, value })
    return value
  }

  #revisionFor(topic: string | null): string {
    const { configs } = this.#image
    const own = configs.revisionOf(ConfigResourceType.broker, this.#nodeId)
    const all = configs.revisionOf(ConfigResourceType.broker, '')
    return `${own} ${all} ${topic === null ? '' : configs.revisionOf(ConfigResourceType.topic, topic)}`
  }
}

/**
 * Whom a listener believes, and how its clients log in, only the properties of its node say: whoever may alter configs would
 * otherwise be let in as anybody, or nobody any more. Builds from before that have kept such configs.
 */
function ofNode(dynamic: ReadonlyMap<string, string>) {
  const isFixed = (name: string) =>
    withoutListenerPrefix(name) !== name && configDefinition('broker', name)?.updateMode === 'read-only'
  const fixed = [...dynamic].filter(([name]) => isFixed(name))
  if (fixed.length === 0) return { counting: dynamic, ignored: [] }
  return {
    counting: new Map([...dynamic].filter(([name]) => !isFixed(name))),
    ignored: fixed.map(([name]) => ({
      name,
      value: '[hidden]',
      problem: 'of a listener only the properties of its node count',
    })),
  }
}

/** Without what breaks a rule over all that is set: of the broker's own first, then of what is for all. */
function soundConfigs(
  properties: Readonly<Record<string, string>>,
  own: ReadonlyMap<string, string>,
  all: ReadonlyMap<string, string>,
): DynamicConfigs {
  if (own.size + all.size === 0) return { own, all, ignored: [] }
  const kept = { own: new Map(own), all: new Map(all) }
  const ignored: IgnoredConfig[] = []
  const problems = () => configProblems(new Map([...Object.entries(properties), ...kept.all, ...kept.own]))
  for (let [first] = problems(); first; [first] = problems()) {
    const { name, problem } = first
    const dynamic = [kept.own, kept.all].flatMap((layer) =>
      [...layer].map(([key, value]) => ({ layer, key, value })),
    )
    dynamic.sort((a, b) => Number(b.key === name) - Number(a.key === name))
    const culprit = dynamic.find(({ layer, key, value }) => {
      layer.delete(key)
      if (!problems().some((one) => one.problem === problem)) return true
      layer.set(key, value)
      return false
    })
    // What is static was judged by the start.
    if (!culprit) break
    ignored.push({ name: culprit.key, value: culprit.value, problem })
  }
  return { ...kept, ignored }
}

const dynamicLayerOf = {
  topic: { type: ConfigResourceType.topic, source: ConfigSource.topic },
  group: { type: ConfigResourceType.group, source: ConfigSource.group },
  'client-metrics': { type: ConfigResourceType.clientMetrics, source: ConfigSource.clientMetrics },
} as const

/** The value that wins, in the unit of the config that was asked for. */
function effectiveValue(scope: ConfigScope, name: string, layers: readonly ConfigLayer[]): ConfigValue {
  const definition = configDefinition(scope, name)
  assert(definition, `no ${scope} config ${name}`)
  return valueOf(definition, layers[0])
}

function valueOf(definition: ConfigDefinition, layer: ConfigLayer | undefined): ConfigValue {
  const parsed = parseConfigValue(definition, layer ? layer.value : definition.default)
  assert(parsed.ok, `config ${definition.name} holds a value that was never valid`)
  if (!layer || layer.multiplier === 1 || typeof parsed.parsed !== 'number') return parsed.parsed
  // -1 hours mean without end, as -1 ms do.
  return parsed.parsed < 0 ? -1 : parsed.parsed * layer.multiplier
}
