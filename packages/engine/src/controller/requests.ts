import {
  AllocateProducerIds,
  AlterConfigs,
  AlterPartition,
  type Api,
  BrokerHeartbeat,
  BrokerRegistration,
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  ErrorCode,
  IncrementalAlterConfigs,
  type RequestOf,
  type ResponseOf,
  UnregisterBroker,
  UpdateFeatures,
  zeroUuid,
} from '@sluice/wire'
import type { BrokersManager } from './brokers.ts'
import type { ConfigsManager } from './configs.ts'
import type { Decision } from './decision.ts'
import type { FeaturesManager } from './features.ts'
import type { ProducerIdsManager } from './producer-ids.ts'
import type { TopicsManager } from './topics.ts'

/** One manager a noun. */
export interface Managers {
  readonly brokers: BrokersManager
  readonly topics: TopicsManager
  readonly configs: ConfigsManager
  readonly producerIds: ProducerIdsManager
  readonly features: FeaturesManager
}

/** How the controller answers one API. */
export interface ControllerRequest<A extends Api = Api> {
  readonly api: A
  /** `offset`: of the first record that the decision writes. */
  decide(managers: Managers, request: RequestOf<A>, version: number, offset: number): Decision<ResponseOf<A>>
  /** The answer when the controller cannot decide at all. */
  refuse(request: RequestOf<A>, errorCode: number, errorMessage: string): ResponseOf<A>
}

const requests: readonly ControllerRequest<never>[] = [
  request({
    api: CreateTopics,
    decide: ({ topics }, asked) => topics.create(asked),
    refuse: (asked, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      topics: asked.topics.map(({ name }) => ({
        name,
        topicId: zeroUuid,
        errorCode,
        errorMessage,
        topicConfigErrorCode: 0,
        numPartitions: -1,
        replicationFactor: -1,
        configs: [],
      })),
    }),
  }),
  request({
    api: DeleteTopics,
    decide: ({ topics }, asked, version) => topics.delete(asked, version),
    refuse: (asked, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      responses: [...asked.topics, ...asked.topicNames.map((name) => ({ name, topicId: zeroUuid }))].map(
        (topic) => ({ ...topic, errorCode, errorMessage }),
      ),
    }),
  }),
  request({
    api: CreatePartitions,
    decide: ({ topics }, asked) => topics.createPartitions(asked),
    refuse: (asked, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      results: asked.topics.map(({ name }) => ({ name, errorCode, errorMessage })),
    }),
  }),
  request({
    api: IncrementalAlterConfigs,
    decide: ({ configs }, asked) => configs.alterIncrementally(asked),
    refuse: refuseResources,
  }),
  request({
    api: AlterConfigs,
    decide: ({ configs }, asked) => configs.alter(asked),
    refuse: refuseResources,
  }),
  request({
    api: BrokerRegistration,
    decide: ({ brokers }, asked, _version, offset) => brokers.register(asked, offset),
    refuse: (_asked, errorCode) => ({ throttleTimeMs: 0, errorCode, brokerEpoch: -1 }),
  }),
  request({
    api: BrokerHeartbeat,
    decide: ({ brokers }, asked) => brokers.heartbeat(asked),
    refuse: (_asked, errorCode) => ({
      throttleTimeMs: 0,
      errorCode,
      isCaughtUp: false,
      isFenced: true,
      shouldShutDown: false,
    }),
  }),
  request({
    api: UnregisterBroker,
    decide: ({ brokers }, asked) => brokers.unregister(asked),
    refuse: (_asked, errorCode, errorMessage) => ({ throttleTimeMs: 0, errorCode, errorMessage }),
  }),
  request({
    api: AllocateProducerIds,
    decide: ({ producerIds }, asked) => producerIds.allocate(asked),
    refuse: (_asked, errorCode) => ({
      throttleTimeMs: 0,
      errorCode,
      producerIdStart: 0,
      producerIdLen: 0,
    }),
  }),
  request({
    api: AlterPartition,
    // ISR changes come with replication: until then every ISR is of one.
    decide: () => ({ records: [], response: refusedPartitions(ErrorCode.UNSUPPORTED_VERSION) }),
    refuse: (_asked, errorCode) => refusedPartitions(errorCode),
  }),
  request({
    api: UpdateFeatures,
    decide: ({ features }, asked, version) => features.update(asked, version),
    refuse: (_asked, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      errorCode,
      errorMessage,
      results: [],
    }),
  }),
]

/** By API key. What is not in here the controller does not serve. */
export const controllerRequests: ReadonlyMap<number, ControllerRequest> = new Map(
  requests.map((one) => [(one.api as Api).apiKey, one as unknown as ControllerRequest]),
)

function request<A extends Api>(definition: ControllerRequest<A>): ControllerRequest<never> {
  return definition as unknown as ControllerRequest<never>
}

function refuseResources(
  asked: { resources: readonly { resourceType: number; resourceName: string }[] },
  errorCode: number,
  errorMessage: string,
) {
  const responses = asked.resources.map(({ resourceType, resourceName }) => ({
    errorCode,
    errorMessage,
    resourceType,
    resourceName,
  }))
  return { throttleTimeMs: 0, responses }
}

function refusedPartitions(errorCode: number): ResponseOf<typeof AlterPartition> {
  return { throttleTimeMs: 0, errorCode, topics: [] }
}
