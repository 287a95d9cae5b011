import { customListenersName, customListenersProblem } from '../engines/custom-listeners.ts'
import { parseJavaProperties } from './java-properties.ts'

/*
 * Which broker properties an MSK configuration may set on Standard brokers, and what can be said of their values
 * without knowing the version that will run (MSK Developer Guide, "Custom Amazon MSK configurations"). The engine
 * judges them again when a cluster gets them.
 */

/** A text any longer is not a configuration by hand: there are about 60 names to set. */
const serverPropertiesBytesMax = 65_536

type Kind = 'boolean' | 'integer' | 'number' | 'text' | 'list' | Range | readonly string[]
interface Range {
  min: number
  max: number
}

/** -1 stands for no limit in most of the plain integers. */
const settable: Readonly<Record<string, Kind>> = {
  'allow.everyone.if.no.acl.found': 'boolean',
  'auto.create.topics.enable': 'boolean',
  'compression.type': ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
  'connections.max.idle.ms': 'integer',
  [customListenersName]: 'text',
  'default.replication.factor': 'integer',
  'delete.topic.enable': 'boolean',
  'group.initial.rebalance.delay.ms': 'integer',
  'group.max.session.timeout.ms': 'integer',
  'group.min.session.timeout.ms': 'integer',
  'leader.imbalance.per.broker.percentage': 'integer',
  'log.cleaner.delete.retention.ms': 'integer',
  'log.cleaner.min.cleanable.ratio': 'number',
  'log.cleanup.policy': 'list',
  'log.flush.interval.messages': 'integer',
  'log.flush.interval.ms': 'integer',
  'log.message.timestamp.after.max.ms': 'integer',
  'log.message.timestamp.before.max.ms': 'integer',
  'log.message.timestamp.difference.max.ms': 'integer',
  'log.message.timestamp.type': ['CreateTime', 'LogAppendTime'],
  'log.retention.bytes': 'integer',
  'log.retention.hours': 'integer',
  'log.retention.minutes': 'integer',
  'log.retention.ms': 'integer',
  'log.roll.ms': 'integer',
  'log.segment.bytes': 'integer',
  'max.incremental.fetch.session.cache.slots': 'integer',
  'message.max.bytes': 'integer',
  'min.insync.replicas': 'integer',
  'num.io.threads': 'integer',
  'num.network.threads': 'integer',
  'num.partitions': 'integer',
  'num.recovery.threads.per.data.dir': 'integer',
  'num.replica.fetchers': 'integer',
  'offsets.retention.minutes': 'integer',
  'offsets.topic.replication.factor': 'integer',
  'replica.fetch.max.bytes': 'integer',
  'replica.fetch.response.max.bytes': 'integer',
  'replica.lag.time.max.ms': { min: 10_000, max: 30_000 },
  'replica.selector.class': ['org.apache.kafka.common.replica.RackAwareReplicaSelector'],
  'replica.socket.receive.buffer.bytes': 'integer',
  'socket.receive.buffer.bytes': 'integer',
  'socket.request.max.bytes': 'integer',
  'socket.send.buffer.bytes': 'integer',
  'transaction.max.timeout.ms': 'integer',
  'transaction.state.log.min.isr': 'integer',
  'transaction.state.log.replication.factor': 'integer',
  'transactional.id.expiration.ms': 'integer',
  'unclean.leader.election.enable': 'boolean',
  'zookeeper.connection.timeout.ms': 'integer',
  'zookeeper.session.timeout.ms': { min: 6_000, max: 18_000 },
}

/** MSK takes these; nothing here could keep their word yet. */
const unservedPrefixes = ['local.retention.', 'log.local.retention.', 'remote.']

type ConfigurationProperties =
  | { properties: Record<string, string> }
  /** A sentence. */
  | { invalid: string }
  /** The names that MSK takes and Sluice does not yet, as the subject of a sentence. */
  | { notImplemented: string }

/** From the bytes of a configuration to its properties, or what is wrong with them: every name at once. */
export function configurationProperties(bytes: Uint8Array): ConfigurationProperties {
  if (bytes.length > serverPropertiesBytesMax)
    return { invalid: `The server properties have at most ${serverPropertiesBytesMax} bytes.` }
  const parsed = parseJavaProperties(bytes)
  if ('problem' in parsed) return { invalid: `The server properties cannot be read. ${parsed.problem}` }
  const { properties } = parsed
  const names = Object.keys(properties)
  const unserved = names.filter(isUnserved)
  const unknown = names.filter((name) => !isUnserved(name) && !Object.hasOwn(settable, name))
  if (unknown.length > 0)
    return {
      invalid: `A configuration cannot set these server properties: ${unknown.map((name) => shown(name)).join(', ')}.`,
    }
  if (unserved.length > 0) return { notImplemented: `The server property ${unserved.join(' or ')}` }
  const problems = Object.entries(properties).flatMap(([name, value]) => {
    const problem = propertyProblem(name, value.trim())
    return problem === null ? [] : [`${name}: ${problem}`]
  })
  if (problems.length > 0) return { invalid: `Server properties are not valid: ${problems.join('; ')}.` }
  return { properties }
}

function isUnserved(name: string): boolean {
  return unservedPrefixes.some((prefix) => name.startsWith(prefix))
}

function propertyProblem(name: string, value: string): string | null {
  if (name === customListenersName) return customListenersProblem(value)
  const problem = valueProblem(settable[name] ?? 'text', value)
  return problem === null ? null : `'${shown(value)}' ${problem}`
}

function valueProblem(kind: Kind, value: string): string | null {
  if (kind === 'boolean') return /^(true|false)$/i.test(value) ? null : 'is neither true nor false'
  if (kind === 'integer') return isInteger(value) ? null : 'is not a whole number'
  if (kind === 'number') return value !== '' && Number.isFinite(Number(value)) ? null : 'is not a number'
  if (kind === 'text') return null
  if (kind === 'list') {
    const isPolicy = value.split(',').every((part) => ['compact', 'delete'].includes(part.trim()))
    return isPolicy ? null : 'is not a list of compact and delete'
  }
  if ('min' in kind) {
    const isWithin = isInteger(value) && Number(value) >= kind.min && Number(value) <= kind.max
    return isWithin ? null : `is not between ${kind.min} and ${kind.max}`
  }
  return kind.includes(value) ? null : `is not one of ${kind.join(', ')}`
}

function isInteger(text: string): boolean {
  return /^[+-]?\d{1,19}$/.test(text)
}

/** Names and values come from outside and may be of any length. */
function shown(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
