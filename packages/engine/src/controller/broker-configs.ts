import { ConfigResourceType, ErrorCode } from '@sluice/wire'
import type { BrokerConfigName } from '../metadata/config-names.generated.ts'
import { configDefinition, needsListenerPrefix, validateDefined } from '../metadata/config-definitions.ts'
import { sentence } from '../metadata/config-values.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { Refusal } from './decision.ts'

/** Zero would delete everything at once: beyond what the definition says, only -1 or at least 1. */
const neverZero = new Set(['log.retention.ms'])

/** Numbers of threads, which Apache Kafka lets nobody change by more than a factor of two at a time. */
const threadConfigs: readonly BrokerConfigName[] = [
  'background.threads',
  'log.cleaner.threads',
  'num.io.threads',
  'num.network.threads',
  'num.recovery.threads.per.data.dir',
  'num.replica.fetchers',
]

/**
 * Why a broker (or '', all brokers) cannot have these dynamic configs; null when it can. Names that nobody knows are
 * kept, as Apache Kafka keeps them for plug-ins.
 */
export function brokerConfigsProblem(
  brokerName: string,
  configs: ReadonlyMap<string, string>,
  changes: ReadonlyMap<string, string | null>,
): Refusal | null {
  const refuse = (message: string) => new Refusal(ErrorCode.INVALID_REQUEST, message)
  const modes = [...configs.keys()].map((name) => ({
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
  for (const [name, value] of configs) {
    const definition = configDefinition('broker', name)
    if (!definition || !changes.has(name)) continue
    const check = validateDefined(definition, value)
    if (!check.ok) return refuse(check.error)
    if (neverZero.has(name) && (check.parsed === 0 || Number(check.parsed) < -1))
      return refuse(sentence(name, value, 'must be unlimited (-1) or at least 1'))
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
