import { ConfigResourceType } from '@sluice/wire'
import {
  matchesAll,
  type MatchFacts,
  type MatchPattern,
  matchPattern,
} from '../../metadata/client-metrics-match.ts'
import { configDefinition, validateConfig } from '../../metadata/config-definitions.ts'
import type { MetadataImage } from '../../metadata/image.ts'

const everything = '*'

interface Subscription {
  readonly metrics: readonly string[]
  readonly intervalMs: number
  readonly patterns: readonly MatchPattern[]
}

/** What a client is to push, and how often. */
export interface Wanted {
  readonly metrics: readonly string[]
  readonly pushIntervalMs: number
}

/** The client metrics subscriptions, as the configs have them. */
export class Subscriptions {
  readonly #metadata: MetadataImage
  #all: readonly Subscription[] = []
  /** Of the configs, when they were looked at last. */
  #configRevision = -1
  #text = ''
  #revision = 0

  constructor(metadata: MetadataImage) {
    this.#metadata = metadata
  }

  /** Rises with each change of a subscription. */
  get revision(): number {
    const { configs } = this.#metadata
    if (configs.revision === this.#configRevision) return this.#revision
    this.#configRevision = configs.revision
    const resources = configs
      .resources(ConfigResourceType.clientMetrics)
      .map(({ type, name }) => configs.of(type, name))
    const text = JSON.stringify(resources.map((values) => [...values].sort()))
    if (text === this.#text) return this.#revision
    this.#text = text
    this.#all = resources.map(subscription)
    return ++this.#revision
  }

  /** Of all that mean a client together. */
  of(facts: MatchFacts): Wanted {
    const meant = this.#all.filter(({ patterns }) => matchesAll(patterns, facts))
    const metrics = new Set(meant.flatMap((one) => one.metrics))
    const intervals = meant.map(({ intervalMs }) => intervalMs)
    return {
      metrics: metrics.has(everything) ? [everything] : [...metrics],
      pushIntervalMs: Math.min(defaultIntervalMs(), ...intervals),
    }
  }
}

function subscription(values: ReadonlyMap<string, string>): Subscription {
  const list = (name: string) => parsed(name, values.get(name)) as readonly string[]
  return {
    metrics: list('metrics'),
    intervalMs: parsed('interval.ms', values.get('interval.ms')) as number,
    patterns: list('match').flatMap((text) => matchPattern(text) ?? []),
  }
}

/** What the controller has let pass. */
function parsed(name: string, value: string | undefined): unknown {
  const check = validateConfig('client-metrics', name, value ?? defaultOf(name))
  return check.ok ? check.parsed : []
}

function defaultOf(name: string): string | null {
  return configDefinition('client-metrics', name)?.default ?? null
}

function defaultIntervalMs(): number {
  return Number(defaultOf('interval.ms'))
}
