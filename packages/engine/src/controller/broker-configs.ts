import { ConfigResourceType, ErrorCode } from '@sluice/wire'
import type { BrokerConfigName } from '../metadata/config-names.generated.ts'
import { configDefinition, needsListenerPrefix } from '../metadata/config-definitions.ts'
import { configProblems } from '../metadata/config-problems.ts'
import { sentence } from '../metadata/config-values.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { Refusal } from './decision.ts'

/** Numbers of threads, which Apache Kafka lets nobody change by more than a factor of two at a time. */
const threadConfigs: readonly BrokerConfigName[] = [
  'background.threads',
  'log.cleaner.threads',
  'num.io.threads',
  'num.network.threads',
  'num.recovery.threads.per.data.dir',
  'num.replica.fetchers',
  'remote.log.manager.copier.thread.pool.size',
  'remote.log.manager.expiration.thread.pool.size',
  'remote.log.manager.follower.thread.pool.size',
  'remote.log.reader.threads',
]

/**
 * Why a broker (or '', all brokers) cannot have dynamic configs of these names; null when it can. Names that nobody
 * knows are kept, as Apache Kafka keeps them for plug-ins.
 */
export function brokerConfigNamesProblem(brokerName: string, names: Iterable<string>): Refusal | null {
  const refuse = (message: string) => new Refusal(ErrorCode.INVALID_REQUEST, message)
  const modes = [...names].map((name) => ({
    name,
    mode: configDefinition('broker', name)?.updateMode,
  }))
  const named = (wanted: (one: { name: string; mode: string | undefined }) => boolean) =>
    `[${modes
      .filter(wanted)
      .map(({ name }) => name)
      .join(', ')}]`

  if (modes.some(({ mode }) => mode === 'read-only'))
    return refuse(`Cannot update these configs dynamically: ${named(({ mode }) => mode === 'read-only')}`)
  if (modes.some(({ name }) => needsListenerPrefix(name)))
    return refuse(
      `These security configs can be dynamically updated only per-listener using the listener prefix: ${named(({ name }) => needsListenerPrefix(name))}`,
    )
  if (brokerName === '' && modes.some(({ mode }) => mode === 'per-broker'))
    return refuse(
      `Cannot update these configs at default cluster level, broker id must be specified: ${named(({ mode }) => mode === 'per-broker')}`,
    )
  return null
}

/**
 * Why brokers cannot run with what they would have after a change, all in all: the broker of that name, or each of them.
 */
export function wholeConfigProblem(
  brokerName: string,
  configs: ReadonlyMap<string, string>,
  image: MetadataImage,
  config: BrokerConfig,
): Refusal | null {
  const kept = (name: string) => image.configs.of(ConfigResourceType.broker, name)
  const changed = (name: string) => (name === brokerName ? configs : kept(name))
  const brokers = brokerName === '' ? ['', ...image.brokers().map(({ id }) => String(id))] : [brokerName]
  for (const broker of brokers) {
    const problems = (dynamic: typeof kept) =>
      configProblems(
        new Map([...config.staticEntries(), ...dynamic(''), ...(broker === '' ? [] : dynamic(broker))]),
      )
    const after = problems(changed)
    // What an older build took is ignored, and must not keep anybody from taking it back one by one.
    const before = after.length === 0 ? [] : problems(kept)
    const first = after.find(({ problem }) => !before.some((one) => one.problem === problem))
    if (first) return new Refusal(ErrorCode.INVALID_REQUEST, first.problem)
  }
  return null
}

/**
 * Without threads of that kind nothing here depends on this rule; but Apache Kafka could not start on a directory whose
 * log breaks it.
 */
export function threadCountProblem(
  brokerName: string,
  changes: ReadonlyMap<string, string | null>,
  image: MetadataImage,
  config: BrokerConfig,
): Refusal | null {
  const forAll = image.configs.of(ConfigResourceType.broker, '')
  const brokers = brokerName === '' ? image.brokers().map(({ id }) => String(id)) : [brokerName]
  for (const [changed, value] of changes) {
    const name = threadConfigs.find((one) => one === changed)
    if (value === null || name === undefined) continue
    for (const broker of brokers) {
      const own = image.configs.of(ConfigResourceType.broker, broker).get(name)
      // What is set for all does not reach a broker that has its own.
      if (brokerName === '' && own !== undefined) continue
      const current = Number(own ?? forAll.get(name) ?? config.int(name))
      if (Number(value) <= current * 2 && Number(value) >= current / 2) continue
      return new Refusal(
        ErrorCode.INVALID_REQUEST,
        sentence(name, value, `it may at most double or halve from its current value ${current}`),
      )
    }
  }
  return null
}
