import type { Clock } from '@sluice/effects'
import { ConfigResourceType, type CreateTopics, ErrorCode, type RequestOf } from '@sluice/wire'
import { type ClusterLimits, isCompacted } from '../metadata/cluster-limits.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage, TopicImage } from '../metadata/image.ts'
import { isInternalTopic } from '../metadata/topic-name.ts'
import { ThrottledRate } from '../quotas/throttled-rate.ts'
import type { Steps } from '../storage/slices.ts'
import { Refusal } from './decision.ts'

type CreatableTopic = RequestOf<typeof CreateTopics>['topics'][number]

const defaultCount = -1
const cleanupPolicy = 'cleanup.policy'
const messageBytes = 'max.message.bytes'

/**
 * What the limits of a cluster let clients make of topics, which is what Apache Kafka asks a CreateTopicPolicy and an
 * AlterConfigPolicy (KIP-108, KIP-133). Internal topics are the cluster's own, and free of it. Whatever is against the
 * limits is INVALID_REQUEST, as on MSK Serverless.
 */
export class TopicPolicy {
  readonly #limits: ClusterLimits
  readonly #image: MetadataImage
  readonly #config: BrokerConfig
  readonly #clock: Clock
  readonly #requests: ThrottledRate

  constructor(
    limits: ClusterLimits,
    { image, config, clock }: { image: MetadataImage; config: BrokerConfig; clock: Clock },
  ) {
    this.#limits = limits
    this.#image = image
    this.#config = config
    this.#clock = clock
    this.#requests = new ThrottledRate({
      sampleMs: config.int('quota.window.size.seconds') * 1_000,
      samplesMax: config.int('quota.window.num'),
    })
  }

  /** A client makes topics, changes or removes them. Returns for how long it is to ask nothing more, ms. */
  asked(): number {
    return this.#requests.record(1, this.#limits.topicRequestsPerSecond, this.#clock.monotonic())
  }

  /** For one request: how many partitions may still be made. */
  *room(): Steps<PartitionRoom> {
    const room = new PartitionRoom(this.#limits.partitionsMax)
    for (const topic of this.#image.topics()) {
      if (!isInternalTopic(topic.name)) room.count(this.isCompacted(topic), topic.partitions.length)
      yield
    }
    return room
  }

  isCompacted({ name }: Pick<TopicImage, 'name'>): boolean {
    return isCompacted(this.#config.topicValue(name, cleanupPolicy))
  }

  /** The same of a topic that is made with these configs. */
  willBeCompacted(configs: ReadonlyMap<string, string>): boolean {
    return isCompacted(this.#config.topicValueWith(configs, cleanupPolicy))
  }

  /** Why a topic cannot be made; null when it can. */
  topicRefusal(topic: CreatableTopic, configs: ReadonlyMap<string, string>): Refusal | null {
    if (isInternalTopic(topic.name)) return null
    const { replicationFactor } = this.#limits
    if (topic.assignments.length > 0) return assignedRefusal
    if (topic.replicationFactor !== defaultCount && topic.replicationFactor !== replicationFactor)
      return refuse(`The replication factor of every topic is ${replicationFactor}: leave it away.`)
    return this.#namesRefusal(configs.keys()) ?? this.#messageRefusal(configs.get(messageBytes))
  }

  /** Why the configs of a topic cannot be changed so (null takes one away); null when they can. */
  configsRefusal(topic: string, changes: ReadonlyMap<string, string | null>): Refusal | null {
    if (isInternalTopic(topic)) return null
    const current = this.#image.configs.of(ConfigResourceType.topic, topic)
    // The older form of the request names all that stays.
    const changed = [...changes].filter(([name, value]) => (current.get(name) ?? null) !== value)
    const fixed = changed.find(([name]) => this.#limits.fixedTopicConfigs.includes(name))
    if (fixed) return refuse(`The topic config ${fixed[0]} can only be set when a topic is created.`)
    const newBytes = changes.get(messageBytes) ?? undefined
    return this.#namesRefusal(changed.map(([name]) => name)) ?? this.#messageRefusal(newBytes)
  }

  #namesRefusal(names: Iterable<string>): Refusal | null {
    for (const name of names)
      if (!this.#limits.topicConfigs.includes(name))
        return refuse(
          `The topic config ${name} cannot be set. Those that can are: ${this.#limits.topicConfigs.join(', ')}.`,
        )
    return null
  }

  #messageRefusal(bytes: string | undefined): Refusal | null {
    const { messageBytesMax } = this.#limits
    if (bytes === undefined || Number(bytes) <= messageBytesMax) return null
    return refuse(`The topic config ${messageBytes} is at most ${messageBytesMax}.`)
  }
}

/** How many partitions clients may still make, of the two kinds that are counted apart. */
export class PartitionRoom {
  readonly #most: ClusterLimits['partitionsMax']
  #compacted = 0
  #others = 0

  constructor(most: ClusterLimits['partitionsMax']) {
    this.#most = most
  }

  count(isCompacted: boolean, partitions: number): void {
    if (isCompacted) this.#compacted += partitions
    else this.#others += partitions
  }

  /** Takes some of it, or says why not. */
  take(isCompacted: boolean, partitions: number): Refusal | null {
    const most = isCompacted ? this.#most.compacted : this.#most.others
    const there = isCompacted ? this.#compacted : this.#others
    const kind = isCompacted ? 'compacted' : 'non-compacted'
    if (there + partitions > most)
      return refuse(`The cluster has ${there} partitions of ${kind} topics, and can have ${most}.`)
    this.count(isCompacted, partitions)
    return null
  }
}

function refuse(message: string): Refusal {
  return new Refusal(ErrorCode.INVALID_REQUEST, message)
}

export const assignedRefusal = refuse('Where replicas are is decided by the cluster: assign none.')
