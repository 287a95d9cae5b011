import type { Random } from '@sluice/effects'
import {
  ConfigRecord,
  ConfigResourceType,
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  ErrorCode,
  type RequestOf,
  type ResponseOf,
  RemoveTopicRecord,
  randomUuid,
  TopicRecord,
  zeroUuid,
  metadataTopic,
} from '@sluice/wire'
import type { BrokerConfig } from '../metadata/configs.ts'
import { TopicConfigs } from '../metadata/describe-configs.ts'
import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { partitionRecord } from '../metadata/topics-image.ts'
import { collisionKey, isInternalTopic, topicNameProblem } from '../metadata/topic-name.ts'
import type { MutationQuota, Mutations } from '../quotas/mutation-quota.ts'
import { quotaClient } from '../quotas/quota-limits.ts'
import { byKeyInSteps, eachInSteps, eachOfSteps, type Steps } from '../storage/slices.ts'
import { type ControllerRequest, controllerRequest, type RequestFacts } from './controller-request.ts'
import { type Decision, partitionsPerRequestMax, Refusal, RequestedRecords } from './decision.ts'
import { clearElrRecords } from './elr-configs.ts'
import { NewPartitions } from './new-partitions.ts'
import { topicConfigsProblem } from './topic-configs.ts'
import { assignedRefusal, type PartitionRoom, type TopicPolicy } from './topic-policy.ts'

type CreatableTopic = RequestOf<typeof CreateTopics>['topics'][number]
type CreateResult = ResponseOf<typeof CreateTopics>['topics'][number]
type NamedTopic = Pick<RequestOf<typeof DeleteTopics>['topics'][number], 'name' | 'topicId'>
type WantedPartitions = RequestOf<typeof CreatePartitions>['topics'][number]

const defaultCount = -1
/** From these versions on nothing is done for whoever is over their quota (KIP-599). */
const strictVersionMin = { create: 6, delete: 5, createPartitions: 3 }
/** From this version on DeleteTopics names each topic in a struct, by name or id; before, as bare names. */
const topicStructVersionMin = 6

/** Decides about topics and the partitions that they begin with. */
export class TopicsManager {
  readonly #image: MetadataImage
  readonly #config: BrokerConfig
  readonly #random: Random
  readonly #newPartitions: NewPartitions
  readonly #mutations: MutationQuota
  /** Null: clients may make whatever topics they like. */
  readonly #policy: TopicPolicy | null

  constructor(options: {
    image: MetadataImage
    config: BrokerConfig
    random: Random
    mutations: MutationQuota
    policy: TopicPolicy | null
  }) {
    this.#image = options.image
    this.#config = options.config
    this.#random = options.random
    this.#newPartitions = new NewPartitions(options)
    this.#mutations = options.mutations
    this.#policy = options.policy
  }

  *create(
    request: RequestOf<typeof CreateTopics>,
    facts: RequestFacts,
  ): Steps<Decision<ResponseOf<typeof CreateTopics>>> {
    const mutations = this.#mutationsOf(facts, strictVersionMin.create)
    const counts = yield* countInSteps(request.topics, ({ name }) => name)
    const wanted = request.topics.filter(({ name }) => counts.get(name) === 1 && name !== metadataTopic)
    const records = new RequestedRecords()
    const tooMany =
      (yield* this.#partitionsOf(wanted)) > partitionsPerRequestMax
        ? new Refusal(ErrorCode.POLICY_VIOLATION, 'Excessively large number of partitions per request.')
        : null
    const existing = tooMany ? new Map<string, string>() : yield* this.#collisionKeys(wanted)
    const room = this.#policy && (yield* this.#policy.room())
    const plan = (topic: CreatableTopic) => this.#plan(topic, existing, room)
    const topicConfigs = new TopicConfigs(this.#config)
    const results = yield* eachOfSteps(wanted, function* (topic) {
      const planned = tooMany ?? (yield* plan(topic))
      if (planned instanceof Refusal) return failure(topic.name, planned)
      const isCounted = !room || !isInternalTopic(topic.name)
      if (isCounted && !mutations.take(planned.partitions.length)) return failure(topic.name, overQuota)
      records.push(...planned.records)
      return success(topic, planned, topicConfigs)
    })
    if (counts.has(metadataTopic))
      results.push(
        failure(
          metadataTopic,
          new Refusal(
            ErrorCode.INVALID_REQUEST,
            `Creation of the internal topic ${metadataTopic} is prohibited.`,
          ),
        ),
      )
    for (const [name, count] of counts)
      if (count > 1)
        results.push(failure(name, new Refusal(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.')))
    return {
      records: request.validateOnly ? [] : records.all,
      response: { throttleTimeMs: this.#throttleTimeMs(mutations, request.topics), topics: results },
    }
  }

  *delete(
    request: RequestOf<typeof DeleteTopics>,
    facts: RequestFacts,
  ): Steps<Decision<ResponseOf<typeof DeleteTopics>>> {
    const mutations = this.#mutationsOf(facts, strictVersionMin.delete)
    const asked =
      facts.version >= topicStructVersionMin
        ? request.topics
        : request.topicNames.map((name) => ({ name, topicId: zeroUuid }))
    const idOf = ({ name, topicId }: NamedTopic) => this.#resolve(name, topicId)?.id ?? topicId
    const counts = yield* countInSteps(asked, idOf)
    const records = new RequestedRecords()
    const responses = yield* eachInSteps(asked, ({ name, topicId }) => {
      const found = this.#deletable(name, topicId, counts)
      const isOver = !(found instanceof Refusal) && !mutations.take(found.partitions.length)
      const outcome = isOver ? overQuota : found
      if (outcome instanceof Refusal)
        return { name, topicId, errorCode: outcome.error, errorMessage: outcome.message }
      records.push(newRecord(RemoveTopicRecord, { topicId: outcome.id }))
      return { name: outcome.name, topicId: outcome.id, errorCode: ErrorCode.NONE, errorMessage: null }
    })
    return { records: records.all, response: { throttleTimeMs: this.#throttleTimeMs(mutations), responses } }
  }

  *createPartitions(
    request: RequestOf<typeof CreatePartitions>,
    facts: RequestFacts,
  ): Steps<Decision<ResponseOf<typeof CreatePartitions>>> {
    const mutations = this.#mutationsOf(facts, strictVersionMin.createPartitions)
    const counts = yield* countInSteps(request.topics, ({ name }) => name)
    const byName = yield* byKeyInSteps(request.topics, ({ name }) => name)
    const records = new RequestedRecords()
    const again = new Refusal(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.')
    const room = this.#policy && (yield* this.#policy.room())
    const plan = (topic: WantedPartitions) => this.#planPartitions(topic, mutations, room)
    const results = yield* eachOfSteps(byName, function* ([name, topic]) {
      const planned = counts.get(name) === 1 ? yield* plan(topic) : again
      if (planned instanceof Refusal) return { name, errorCode: planned.error, errorMessage: planned.message }
      records.push(...planned)
      return { name, errorCode: ErrorCode.NONE, errorMessage: null }
    })
    return {
      records: request.validateOnly ? [] : records.all,
      response: { throttleTimeMs: this.#throttleTimeMs(mutations), results },
    }
  }

  #mutationsOf(facts: RequestFacts, strictMin: number): Mutations {
    return this.#mutations.of(quotaClient(facts), { isStrict: facts.version >= strictMin })
  }

  /** What the cluster makes for itself slows nobody down. */
  #throttleTimeMs({ throttleTimeMs }: Mutations, made: readonly { name: string }[] = []): number {
    const isOwn = made.length > 0 && made.every(({ name }) => isInternalTopic(name))
    return Math.max(throttleTimeMs, isOwn ? 0 : (this.#policy?.asked() ?? 0))
  }

  *#partitionsOf(topics: readonly CreatableTopic[]): Steps<number> {
    const byDefault = this.#config.int('num.partitions')
    let sum = 0
    for (const { assignments, numPartitions } of topics) {
      if (assignments.length > 0) sum += assignments.length
      else sum += numPartitions === defaultCount ? byDefault : numPartitions
      yield
    }
    return sum
  }

  /** The topics with whose names those of wanted ones may collide: with a dot or an underscore, by collision key. */
  *#collisionKeys(wanted: readonly CreatableTopic[]): Steps<Map<string, string>> {
    const names = new Map<string, string>()
    if (!wanted.some(({ name }) => collisionKey(name).includes('_'))) return names
    for (const { name } of this.#image.topics()) {
      const key = collisionKey(name)
      if (key.includes('_') && !names.has(key)) names.set(key, name)
      yield
    }
    return names
  }

  /** `existing`: names of topics by collision key. */
  *#plan(
    topic: CreatableTopic,
    existing: ReadonlyMap<string, string>,
    room: PartitionRoom | null,
  ): Steps<Plan | Refusal> {
    const nameRefusal = this.#nameRefusal(topic.name, existing)
    if (nameRefusal) return nameRefusal
    const configs = configsOf(topic)
    if (configs instanceof Refusal) return configs
    const problem = topicConfigsProblem(configs, this.#config) ?? this.#policy?.topicRefusal(topic, configs)
    if (problem) return problem
    const partitions = yield* topic.assignments.length > 0 ? this.#assigned(topic) : this.#placed(topic)
    if (partitions instanceof Refusal) return partitions
    const isCompacted = this.#policy?.willBeCompacted(configs) ?? false
    const tooMany = isInternalTopic(topic.name) ? null : room?.take(isCompacted, partitions.length)
    if (tooMany) return tooMany
    const topicId = randomUuid(this.#random)
    const configRecords = [...configs].map(([name, value]) =>
      newRecord(ConfigRecord, {
        resourceType: ConfigResourceType.topic,
        resourceName: topic.name,
        name,
        value,
      }),
    )
    const partitionRecords = yield* eachInSteps(partitions.entries(), ([index, partition]) =>
      partitionRecord(topicId, index, partition),
    )
    const records = [
      newRecord(TopicRecord, { name: topic.name, topicId }),
      ...configRecords,
      ...clearElrRecords(configRecords, this.#image),
      ...partitionRecords,
    ]
    return { topicId, partitions, configs, records }
  }

  /** Topics of one request may collide, as on Apache Kafka: a name is held against those that are there. */
  #nameRefusal(name: string, existing: ReadonlyMap<string, string>): Refusal | null {
    const problem = topicNameProblem(name)
    if (problem) return new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, problem)
    if (this.#image.topic(name))
      return new Refusal(ErrorCode.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`)
    const key = collisionKey(name)
    const collidesWith = existing.get(key)
    return collidesWith === undefined
      ? null
      : new Refusal(
          ErrorCode.INVALID_TOPIC_EXCEPTION,
          `Topic '${name}' collides with existing topic: ${collidesWith}`,
        )
  }

  *#assigned(topic: CreatableTopic): Steps<PartitionImage[] | Refusal> {
    if (topic.replicationFactor !== defaultCount)
      return new Refusal(
        ErrorCode.INVALID_REQUEST,
        'A manual partition assignment was specified, but replication factor was not set to -1.',
      )
    if (topic.numPartitions !== defaultCount)
      return new Refusal(
        ErrorCode.INVALID_REQUEST,
        'A manual partition assignment was specified, but numPartitions was not set to -1.',
      )
    const byIndex = new Map(topic.assignments.map((one) => [one.partitionIndex, one.brokerIds]))
    if (byIndex.size < topic.assignments.length)
      return new Refusal(
        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
        'Found multiple manual partition assignments for one partition',
      )
    const lists = [...byIndex.keys()].sort((a, b) => a - b)
    if (lists.some((index, i) => index !== i))
      return new Refusal(
        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
        'partitions should be a consecutive 0-based integer sequence',
      )
    return yield* this.#newPartitions.assigned(
      lists.map((index) => byIndex.get(index) ?? []),
      null,
      0,
    )
  }

  *#placed(topic: CreatableTopic): Steps<PartitionImage[] | Refusal> {
    const { numPartitions, replicationFactor } = topic
    if (replicationFactor < defaultCount || replicationFactor === 0)
      return new Refusal(
        ErrorCode.INVALID_REPLICATION_FACTOR,
        'Replication factor must be larger than 0, or -1 to use the default value.',
      )
    if (numPartitions < defaultCount || numPartitions === 0)
      return new Refusal(
        ErrorCode.INVALID_PARTITIONS,
        'Number of partitions was set to an invalid non-positive value.',
      )
    return yield* this.#newPartitions.placed(
      numPartitions === defaultCount ? this.#config.int('num.partitions') : numPartitions,
      replicationFactor === defaultCount ? this.#config.int('default.replication.factor') : replicationFactor,
      0,
    )
  }

  #resolve(name: string | null, topicId: string): TopicImage | undefined {
    return name === null ? this.#image.topicById(topicId) : this.#image.topic(name)
  }

  #deletable(
    name: string | null,
    topicId: string,
    counts: ReadonlyMap<string, number>,
  ): TopicImage | Refusal {
    if (!this.#config.boolean('delete.topic.enable'))
      return new Refusal(ErrorCode.TOPIC_DELETION_DISABLED, 'Topic deletion is disabled.')
    if (name !== null && topicId !== zeroUuid)
      return new Refusal(ErrorCode.INVALID_REQUEST, 'You may not specify both topic name and topic id.')
    if (name === null && topicId === zeroUuid)
      return new Refusal(ErrorCode.INVALID_REQUEST, 'Neither topic name nor id were specified.')
    const topic = this.#resolve(name, topicId)
    if (!topic)
      return name === null
        ? new Refusal(ErrorCode.UNKNOWN_TOPIC_ID, 'This server does not host this topic ID.')
        : new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic-partition.')
    if ((counts.get(topic.id) ?? 0) > 1)
      return new Refusal(ErrorCode.INVALID_REQUEST, 'The request names this topic more than once.')
    return topic
  }

  *#planPartitions(
    wanted: WantedPartitions,
    mutations: Mutations,
    room: PartitionRoom | null,
  ): Steps<NewRecord[] | Refusal> {
    const topic = this.#image.topic(wanted.name)
    if (!topic)
      return new Refusal(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        'This server does not host this topic-partition.',
      )
    const before = topic.partitions.length
    const additional = wanted.count - before
    const refusal = additionalRefusal(topic, wanted) ?? this.#roomRefusal(topic, wanted, room)
    if (refusal) return refusal
    if (!mutations.take(additional)) return overQuota
    const replicationFactor = topic.partitions[0]?.replicas.length ?? 1
    const partitions = yield* wanted.assignments
      ? this.#newPartitions.assigned(
          wanted.assignments.map(({ brokerIds }) => brokerIds),
          replicationFactor,
          before,
        )
      : this.#newPartitions.placed(additional, replicationFactor, before)
    if (partitions instanceof Refusal) return partitions
    return yield* eachInSteps(partitions.entries(), ([i, partition]) =>
      partitionRecord(topic.id, before + i, partition),
    )
  }

  #roomRefusal(topic: TopicImage, wanted: WantedPartitions, room: PartitionRoom | null): Refusal | null {
    if (!room || !this.#policy || isInternalTopic(topic.name)) return null
    if (wanted.assignments) return assignedRefusal
    return room.take(this.#policy.isCompacted(topic), wanted.count - topic.partitions.length)
  }
}

const overQuota = new Refusal(ErrorCode.THROTTLING_QUOTA_EXCEEDED, 'The throttling quota has been exceeded.')

interface Plan {
  topicId: string
  partitions: PartitionImage[]
  configs: ReadonlyMap<string, string>
  records: NewRecord[]
}

function additionalRefusal(topic: TopicImage, wanted: WantedPartitions): Refusal | null {
  const before = topic.partitions.length
  const additional = wanted.count - before
  if (additional === 0)
    return new Refusal(ErrorCode.INVALID_PARTITIONS, `Topic already has ${before} partition(s).`)
  if (additional < 0)
    return new Refusal(
      ErrorCode.INVALID_PARTITIONS,
      `The topic ${topic.name} currently has ${before} partition(s); ${wanted.count} would not be an increase.`,
    )
  if (additional > partitionsPerRequestMax)
    return new Refusal(
      ErrorCode.POLICY_VIOLATION,
      'Excessively large number of additional partitions per request.',
    )
  if (wanted.assignments && wanted.assignments.length !== additional)
    return new Refusal(
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      `Attempted to add ${additional} additional partition(s), but only ${wanted.assignments.length} assignment(s) were specified.`,
    )
  return null
}

/** A config that is named twice has its last value, as in a map. */
function configsOf(topic: CreatableTopic): ReadonlyMap<string, string> | Refusal {
  const missing = topic.configs.filter(({ value }) => value === null).map(({ name }) => name)
  if (missing.length > 0)
    return new Refusal(
      ErrorCode.INVALID_CONFIG,
      `Null value not supported for topic configs: ${missing.join(',')}`,
    )
  return new Map(topic.configs.map(({ name, value }) => [name, value ?? '']))
}

function success(topic: CreatableTopic, plan: Plan, topicConfigs: TopicConfigs): CreateResult {
  const configs = topicConfigs.with(plan.configs)
  return {
    name: topic.name,
    topicId: plan.topicId,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    topicConfigErrorCode: ErrorCode.NONE,
    numPartitions: plan.partitions.length,
    replicationFactor: plan.partitions[0]?.replicas.length ?? 0,
    configs: configs.map(({ name, value, readOnly, configSource, isSensitive }) => ({
      name,
      value,
      readOnly,
      configSource,
      isSensitive,
    })),
  }
}

function failure(name: string, { error, message }: Refusal): CreateResult {
  return {
    name,
    topicId: zeroUuid,
    errorCode: error,
    errorMessage: message,
    topicConfigErrorCode: ErrorCode.NONE,
    numPartitions: -1,
    replicationFactor: -1,
    configs: [],
  }
}

function* countInSteps<T>(items: readonly T[], keyOf: (item: T) => string): Steps<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const item of items) {
    const key = keyOf(item)
    counts.set(key, (counts.get(key) ?? 0) + 1)
    yield
  }
  return counts
}

export const topicRequests: readonly ControllerRequest<TopicsManager>[] = [
  controllerRequest({
    api: CreateTopics,
    decide: (topics: TopicsManager, asked, facts) => topics.create(asked, facts),
    refuse: (asked, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      topics: asked.topics.map(({ name }) => failure(name, new Refusal(errorCode, errorMessage))),
    }),
  }),
  controllerRequest({
    api: DeleteTopics,
    decide: (topics: TopicsManager, asked, facts) => topics.delete(asked, facts),
    refuse: (asked, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      responses: [...asked.topics, ...asked.topicNames.map((name) => ({ name, topicId: zeroUuid }))].map(
        (topic) => ({ ...topic, errorCode, errorMessage }),
      ),
    }),
  }),
  controllerRequest({
    api: CreatePartitions,
    decide: (topics: TopicsManager, asked, facts) => topics.createPartitions(asked, facts),
    refuse: (asked, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      results: asked.topics.map(({ name }) => ({ name, errorCode, errorMessage })),
    }),
  }),
]
