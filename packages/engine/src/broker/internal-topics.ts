import { CreateTopics, ErrorCode } from '@sluice/wire'
import type { Logger } from '@sluice/effects'
import { offsetsTopic } from '../coordinator/group/group-coordinator.ts'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'

const internalTopics: ReadonlySet<string> = new Set([
  offsetsTopic,
  '__transaction_state',
  '__share_group_state',
])

export function isInternalTopic(topic: string): boolean {
  return topic.charCodeAt(0) === underscore && internalTopics.has(topic)
}

const underscore = 0x5f
const createTimeoutMs = 30_000

/** Creates topics that nobody asked for by CreateTopics: internal ones at first use, user topics by Metadata. */
export class TopicCreation {
  readonly #metadata: MetadataImage
  readonly #config: BrokerConfig
  readonly #controller: ControllerChannel
  readonly #logger: Logger
  readonly #running = new Map<string, Promise<number>>()

  constructor(options: {
    metadata: MetadataImage
    config: BrokerConfig
    controller: ControllerChannel
    logger: Logger
  }) {
    this.#metadata = options.metadata
    this.#config = options.config
    this.#controller = options.controller
    this.#logger = options.logger
  }

  /** Asks for the topic unless it is there or asked for. Resolves with a wire error code; 0 when it exists. */
  ensure(topic: string): Promise<number> {
    if (this.#metadata.topic(topic)) return Promise.resolve(ErrorCode.NONE)
    const running = this.#running.get(topic)
    if (running) return running
    const created = this.#create(topic).finally(() => this.#running.delete(topic))
    this.#running.set(topic, created)
    return created
  }

  async #create(topic: string): Promise<number> {
    const response = await this.#controller.request(CreateTopics, CreateTopics.maxVersion, {
      topics: [{ name: topic, assignments: [], ...this.#shape(topic) }],
      timeoutMs: createTimeoutMs,
      validateOnly: false,
    })
    const result = response.topics[0]
    const error = result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR
    if (error === ErrorCode.TOPIC_ALREADY_EXISTS) return ErrorCode.NONE
    if (error !== ErrorCode.NONE)
      this.#logger.warn('a topic could not be created', { topic, error, message: result?.errorMessage })
    return error
  }

  #shape(topic: string) {
    const config = this.#config
    if (topic === offsetsTopic)
      return {
        numPartitions: config.int('offsets.topic.num.partitions'),
        replicationFactor: config.int('offsets.topic.replication.factor'),
        configs: [
          { name: 'cleanup.policy', value: 'compact' },
          { name: 'compression.type', value: 'producer' },
          { name: 'segment.bytes', value: String(config.int('offsets.topic.segment.bytes')) },
        ],
      }
    return { numPartitions: -1, replicationFactor: -1, configs: [] }
  }
}
