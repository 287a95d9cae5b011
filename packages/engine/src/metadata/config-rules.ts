import { standardAuthorizer } from './acls-image.ts'
import { configDefinition, configDefinitions } from './config-definitions.ts'
import { principalMapping } from './principal-mapping.ts'
import { type ConfigValue, parseConfigValue, sentence } from './config-values.ts'

/**
 * What must hold between the configs of one broker, and of values beyond what their definitions say. Apache Kafka has
 * these in several places, some only at a start, some only for a change while it runs; here each holds everywhere.
 */
interface ConfigRule {
  /** All that it reads; the first is whose fault it is. */
  readonly names: readonly [string, ...string[]]
  /** Why the configs cannot be so, as a sentence; null when they can. */
  readonly problem: (configs: WholeConfig) => string | null
}

/** All configs of one broker: what was set anywhere, and the defaults of the rest. */
export class WholeConfig {
  readonly #set: ReadonlyMap<string, string>

  constructor(set: ReadonlyMap<string, string>) {
    this.#set = set
  }

  value(name: string): ConfigValue {
    const definition = configDefinition('broker', name)
    if (!definition) return null
    const parsed = parseConfigValue(definition, this.#set.get(name) ?? definition.default)
    return parsed.ok ? parsed.parsed : null
  }

  number(name: string): number {
    return Number(this.value(name))
  }

  /** With the configs of coarser units that stand in for it where it has no value, in its own unit. */
  effective(name: string): number {
    for (const synonym of configDefinition('broker', name)?.synonyms ?? []) {
      const value = this.value(synonym.name)
      if (value !== null) return Number(value) < 0 ? Number(value) : Number(value) * synonym.multiplier
    }
    return Number.NaN
  }
}

const bytesPerCleanerMin = 1_048_576
const compressionTypes = 5

const securityProtocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

/** Zero connections let nobody in, not even those who come to take the value back. */
const letNobodyIn = ['max.connections', 'max.connection.creation.rate']

/** Here a broker has one log directory, and loads no code. */
const fixed = [
  'cordoned.log.dirs',
  'kafka.metrics.reporters',
  'metric.reporters',
  ...[...configDefinitions('broker').keys()].filter((name) => /\.class(\.name|\.path)?$/.test(name)),
]
const otherClasses: ReadonlyMap<string, string> = new Map([
  ['authorizer.class.name', standardAuthorizer],
  ['replica.selector.class', 'org.apache.kafka.common.replica.RackAwareReplicaSelector'],
  [
    'sasl.server.callback.handler.class',
    'org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler',
  ],
])

const retention = ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'] as const
const flush = ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'] as const

export const configRules: readonly ConfigRule[] = [
  valueRule('ssl.principal.mapping.rules', 'a rule of it cannot be read', (value) =>
    isReadable(() => principalMapping(String(value))),
  ),
  ...letNobodyIn.map((name) => valueRule(name, 'Value must be at least 1', (value) => value !== 0)),
  ...fixed.map((name) =>
    valueRule(name, 'no other value than the default is served', (value) => isDefault(name, value)),
  ),
  // Apache Kafka also takes names, and asks the DNS for their addresses.
  valueRule('max.connections.per.ip.overrides', 'it is no list of <address>:<number>', (value) =>
    entriesOf(value).every((entry) => /^[\da-f.:]+:[+-]?\d+$/i.test(entry)),
  ),
  {
    names: ['max.connections.per.ip', 'max.connections.per.ip.overrides'],
    problem: (configs) =>
      configs.number('max.connections.per.ip') > 0 ||
      entriesOf(configs.value('max.connections.per.ip.overrides')).length > 0
        ? null
        : sentence(
            'max.connections.per.ip',
            '0',
            'it may be 0 only where max.connections.per.ip.overrides excepts addresses',
          ),
  },
  valueRule('listeners', 'it is no list of <name>://<host>:<port>', (value) =>
    entriesOf(value).every((entry) => /^[\w.-]+:\/\/[^/]*:\d+$/.test(entry)),
  ),
  valueRule(
    'listener.security.protocol.map',
    'it is no list of <listener>:<security protocol>',
    (value) =>
      value !== '' &&
      entriesOf(value).every((entry) => securityProtocols.includes(entry.replace(/^.+:/, '').toUpperCase())),
  ),
  valueRule('log.roll.ms', 'Value must be at least 1', (value) => value === null || Number(value) >= 1),
  valueRule('log.roll.jitter.ms', 'Value must be at least 0', (value) => Number(value) >= 0),
  ...['offsets.topic.compression.codec', 'share.coordinator.state.topic.compression.codec'].map((name) =>
    valueRule(
      name,
      'it is the id of no compression type',
      (value) => Number(value) >= 0 && Number(value) < compressionTypes,
    ),
  ),
  {
    names: retention,
    problem: (configs) =>
      configs.effective(retention[0]) === 0
        ? sentence(retention[0], '0', 'must be unlimited (-1) or at least 1')
        : null,
  },
  {
    names: flush,
    problem: (configs) =>
      configs.effective(flush[0]) < 0
        ? sentence(flush[0], String(configs.effective(flush[0])), 'Value must be at least 0')
        : null,
  },
  {
    names: ['log.cleaner.dedupe.buffer.size', 'log.cleaner.threads'],
    problem: (configs) => {
      const threads = configs.number('log.cleaner.threads')
      if (threads === 0) return sentence('log.cleaner.threads', '0', 'Value must be at least 1')
      return configs.number('log.cleaner.dedupe.buffer.size') / threads > bytesPerCleanerMin
        ? null
        : `log.cleaner.dedupe.buffer.size must be more than ${bytesPerCleanerMin} bytes for each of log.cleaner.threads`
    },
  },
  {
    names: ['connections.max.idle.ms', 'connection.failed.authentication.delay.ms'],
    problem: (configs) => {
      const idleMs = configs.number('connections.max.idle.ms')
      return idleMs < 0 || configs.number('connection.failed.authentication.delay.ms') < idleMs
        ? null
        : 'connection.failed.authentication.delay.ms must be less than connections.max.idle.ms'
    },
  },
  {
    names: ['queued.max.request.bytes', 'socket.request.max.bytes'],
    problem: (configs) => {
      const queued = configs.number('queued.max.request.bytes')
      return queued <= 0 || queued >= configs.number('socket.request.max.bytes')
        ? null
        : 'queued.max.request.bytes must be at least socket.request.max.bytes'
    },
  },
  {
    names: ['log.local.retention.ms', ...retention],
    problem: (configs) => {
      const [local, whole] = [configs.number('log.local.retention.ms'), configs.effective(retention[0])]
      const isWithin = local === -2 || whole < 0 || (local !== -1 && local <= whole)
      return isWithin ? null : 'log.local.retention.ms must not be more than log.retention.ms'
    },
  },
  {
    names: ['log.remote.copy.lag.ms', 'log.local.retention.ms', ...retention],
    problem: (configs) => {
      const local = configs.number('log.local.retention.ms')
      const kept = local === -2 ? configs.effective(retention[0]) : local
      return kept < 0 || configs.number('log.remote.copy.lag.ms') <= kept
        ? null
        : 'log.remote.copy.lag.ms must not be more than what log.local.retention.ms keeps'
    },
  },
  atMost('replica.fetch.wait.max.ms', 'replica.socket.timeout.ms'),
  atMost('replica.fetch.wait.max.ms', 'replica.lag.time.max.ms'),
  atMost('group.share.max.size', 'group.share.max.share.sessions'),
  ...groupLimits(),
  ...['consumer', 'share', 'streams'].map((kind) =>
    below(`group.${kind}.heartbeat.interval.ms`, `group.${kind}.session.timeout.ms`),
  ),
]

function isDefault(name: string, value: ConfigValue): boolean {
  return (
    otherClasses.get(name) === value ||
    String(value ?? '') === (configDefinition('broker', name)?.default ?? '')
  )
}

function isReadable(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}

function entriesOf(value: ConfigValue): readonly string[] {
  if (Array.isArray(value)) return value
  return value === null || value === '' ? [] : String(value).split(/\s*,\s*/)
}

function valueRule(name: string, why: string, isFine: (value: ConfigValue) => boolean): ConfigRule {
  return {
    names: [name],
    problem: (configs) => {
      const value = configs.value(name)
      return isFine(value) ? null : sentence(name, String(value), why)
    },
  }
}

function atMost(low: string, high: string): ConfigRule {
  return {
    names: [low, high],
    problem: (configs) =>
      configs.number(low) <= configs.number(high) ? null : `${low} must not be more than ${high}`,
  }
}

function below(low: string, high: string): ConfigRule {
  return {
    names: [low, high],
    problem: (configs) =>
      configs.number(low) < configs.number(high) ? null : `${low} must be less than ${high}`,
  }
}

/** `group.share.min.x` and `group.share.max.x` bound `group.share.x`, or `group.share.num.x`, and each other. */
function groupLimits(): ConfigRule[] {
  const known = configDefinitions('broker')
  return [...known.keys()].flatMap((name) => {
    const match = /^group\.(consumer|share|streams)\.(min|max)\.(.+)$/.exec(name)
    if (!match) return []
    const [, kind = '', end, what = ''] = match
    const bounded = [`group.${kind}.${what}`, `group.${kind}.num.${what}`].find((one) => known.has(one))
    const max = `group.${kind}.max.${what}`
    if (end === 'max') return bounded ? [atMost(bounded, name)] : []
    return [...(bounded ? [atMost(name, bounded)] : []), ...(known.has(max) ? [atMost(name, max)] : [])]
  })
}
