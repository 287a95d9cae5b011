import type { Logger } from '@sluice/effects'
import { ConfigResourceType, consumerOffsets, shareGroupState, transactionState } from '@sluice/wire'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { ImageDelta } from '../metadata/delta.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { TellLoss } from '../storage/losses.ts'

/** Clients cannot make these, and grow with what they commit. */
const ownTopics: ReadonlySet<string> = new Set(
  [consumerOffsets, transactionState, shareGroupState].map(({ topic }) => topic),
)

const cleanupPolicy = 'cleanup.policy'

/**
 * There is no log cleaner yet. `cleanup.policy=compact` is accepted all the same, for Kafka Connect, Kafka Streams and
 * schema registries ask for it and lose nothing but disk without it; that is told once a topic.
 */
export class CompactionNotice {
  readonly #config: BrokerConfig
  readonly #image: MetadataImage
  readonly #logger: Logger
  readonly #tell: TellLoss
  readonly #told = new Set<string>()

  constructor(options: {
    config: BrokerConfig
    image: MetadataImage
    logger: Logger
    onLoss?: TellLoss | undefined
  }) {
    this.#config = options.config
    this.#image = options.image
    this.#logger = options.logger
    this.#tell = options.onLoss ?? (() => {})
    options.image.onChange((delta) => this.#changed(delta))
  }

  /** Of the topics that a start has found. */
  begin(): void {
    for (const { name } of this.#image.topics()) this.#look(name)
  }

  #changed({ topicsCreated, topicsDeleted, configsChanged }: ImageDelta): void {
    for (const { name } of topicsDeleted) this.#told.delete(name)
    for (const { name } of topicsCreated) this.#look(name)
    for (const { type, name } of configsChanged) {
      if (type === ConfigResourceType.topic) this.#look(name)
      // log.cleanup.policy is what topics without one of their own have.
      else if (type === ConfigResourceType.broker) this.begin()
    }
  }

  #look(topic: string): void {
    if (ownTopics.has(topic) || this.#told.has(topic) || !this.#image.topic(topic)) return
    const own = this.#image.configs.of(ConfigResourceType.topic, topic)
    const policy = this.#config.topicValue(own.has(cleanupPolicy) ? topic : '', cleanupPolicy)
    if (!Array.isArray(policy) || !policy.includes('compact')) return
    this.#told.add(topic)
    this.#tell({ kind: 'compaction not done', topic })
    this.#logger.warn('a topic asks for compaction, which is not done yet: its old records stay', {
      topic,
      policy: policy.join(','),
    })
  }
}
