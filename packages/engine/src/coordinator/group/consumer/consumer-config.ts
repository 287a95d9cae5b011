import type { ConfigReader } from '../../config-reader.ts'
import { range } from './assignors/range.ts'
import { uniform } from './assignors/uniform.ts'
import type { Assignor } from './assignors/assignor.ts'

/** The dynamic configs that a group has of its own, by name. */
export type OwnGroupConfigs = (groupId: string) => ReadonlyMap<string, string>

/** The configurations of consumer groups. */
export interface ConsumerGroupConfig {
  readonly isServed: boolean
  readonly groupSizeMax: number
  readonly regexRefreshIntervalMs: number
  /** Whether a group of the classic protocol may become one of this protocol, and the other way, while it has members. */
  readonly upgrades: boolean
  readonly downgrades: boolean
  /** Whether members of the classic protocol may join. */
  readonly mixes: boolean
  /** The first is the default. */
  readonly assignors: readonly [Assignor, ...Assignor[]]
  sessionTimeoutMs(groupId: string): number
  heartbeatIntervalMs(groupId: string): number
  /** No target assignment comes sooner after another (KIP-1263). */
  assignmentIntervalMs(groupId: string): number
}

const known: Readonly<Record<string, Assignor>> = { uniform, range }
/** Apache Kafka takes the names of classes too. */
const classPrefix = 'org.apache.kafka.coordinator.group.assignor.'
const classes: Readonly<Record<string, Assignor>> = {
  [`${classPrefix}UniformAssignor`]: uniform,
  [`${classPrefix}RangeAssignor`]: range,
}

export function consumerGroupConfig(config: ConfigReader, own: OwnGroupConfigs): ConsumerGroupConfig {
  const policy = config.string('group.consumer.migration.policy').toLowerCase()
  // The bounds of what a group has of its own may have changed since.
  const ofGroup = (name: string, all: () => number, min: number, max: number) => (groupId: string) => {
    const value = own(groupId).get(name)
    return value === undefined ? all() : Math.max(Math.min(Number(value), max), min)
  }
  return {
    isServed: config.list('group.coordinator.rebalance.protocols').includes('consumer'),
    groupSizeMax: config.int('group.consumer.max.size'),
    regexRefreshIntervalMs: config.int('group.consumer.regex.refresh.interval.ms'),
    mixes: policy !== 'disabled',
    upgrades: policy === 'upgrade' || policy === 'bidirectional',
    downgrades: policy === 'downgrade' || policy === 'bidirectional',
    assignors: assignorsOf(config.list('group.consumer.assignors')),
    sessionTimeoutMs: ofGroup(
      'consumer.session.timeout.ms',
      () => config.int('group.consumer.session.timeout.ms'),
      config.int('group.consumer.min.session.timeout.ms'),
      config.int('group.consumer.max.session.timeout.ms'),
    ),
    heartbeatIntervalMs: ofGroup(
      'consumer.heartbeat.interval.ms',
      () => config.int('group.consumer.heartbeat.interval.ms'),
      config.int('group.consumer.min.heartbeat.interval.ms'),
      config.int('group.consumer.max.heartbeat.interval.ms'),
    ),
    assignmentIntervalMs: ofGroup(
      'consumer.assignment.interval.ms',
      () => config.int('group.consumer.assignment.interval.ms'),
      config.int('group.consumer.min.assignment.interval.ms'),
      config.int('group.consumer.max.assignment.interval.ms'),
    ),
  }
}

/** What we do not have is left out: a broker of ours runs nobody's classes. */
function assignorsOf(names: readonly string[]): [Assignor, ...Assignor[]] {
  const [first = uniform, ...others] = names.flatMap((name) => known[name] ?? classes[name] ?? [])
  return [first, ...others]
}
