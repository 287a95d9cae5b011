import { type Clock, Deferred, type Logger, resolvedWithin } from '@sluice/effects'
import { CreateTopics, ErrorCode } from '@sluice/wire'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { CoordinatorHome, TopicShape } from './coordinators.ts'

/** The controller's own limit. */
const topicsPerRequestMax = 10_000
const askedAtOnceMax = 100
const createTimeoutMs = 30_000
/** A topic that is made is heard of at once, or its maker is not heard from at all. */
const hearMsMax = 5_000

/** What topics are made with. */
interface TopicCreator {
  readonly metadata: MetadataImage
  readonly config: BrokerConfig
  readonly coordinators: readonly CoordinatorHome[]
  readonly controller: ControllerChannel
  readonly clock: Clock
  readonly logger: Logger
}

/** Creates topics that nobody asked for by CreateTopics: internal ones at first use, user topics by Metadata. */
export class TopicCreation {
  readonly #broker: TopicCreator
  readonly #running = new Map<string, Promise<number>>()

  constructor(broker: TopicCreator) {
    this.#broker = broker
  }

  /** Asks for the topic unless it is there or asked for. Resolves with a wire error code; 0 when it exists and is known here. */
  ensure(topic: string): Promise<number> {
    if (this.#broker.metadata.topic(topic)) return Promise.resolve(ErrorCode.NONE)
    const running = this.#running.get(topic)
    if (running) return running
    const created = this.#create(topic).finally(() => this.#running.delete(topic))
    this.#running.set(topic, created)
    return created
  }

  /** The same for many, some at a time. More than one request may make are not asked for, as on Apache Kafka. */
  async ensureAll(topics: readonly string[]): Promise<Map<string, number>> {
    const errors = new Map<string, number>()
    if (topics.length > topicsPerRequestMax) return errors
    for (let at = 0; at < topics.length; at += askedAtOnceMax)
      await Promise.all(
        topics
          .slice(at, at + askedAtOnceMax)
          .map(async (topic) => errors.set(topic, await this.ensure(topic))),
      )
    return errors
  }

  async #create(topic: string): Promise<number> {
    const response = await this.#broker.controller.request(CreateTopics, CreateTopics.maxVersion, {
      topics: [{ name: topic, assignments: [], ...this.#shape(topic) }],
      timeoutMs: createTimeoutMs,
      validateOnly: false,
    })
    const result = response.topics[0]
    const error = result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR
    if (error === ErrorCode.NONE || error === ErrorCode.TOPIC_ALREADY_EXISTS) await this.#heard(topic)
    if (error === ErrorCode.TOPIC_ALREADY_EXISTS) return ErrorCode.NONE
    if (error !== ErrorCode.NONE)
      this.#broker.logger.warn('a topic could not be created', {
        topic,
        error,
        message: result?.errorMessage,
      })
    return error
  }

  /** Of a controller in another process the answer may come before the records. */
  async #heard(topic: string): Promise<void> {
    const { metadata, clock } = this.#broker
    if (metadata.topic(topic)) return
    const heard = new Deferred<void>()
    const forget = metadata.onChange(() => metadata.topic(topic) && heard.resolve())
    await resolvedWithin(heard, clock, hearMsMax)
    forget()
  }

  #shape(topic: string): TopicShape {
    const { coordinators, config } = this.#broker
    const home = coordinators.find((coordinator) => coordinator.topic === topic)
    return home?.shape(config) ?? { numPartitions: -1, replicationFactor: -1, configs: [] }
  }
}
