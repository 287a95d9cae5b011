import type { Clock } from '@sluice/effects'
import {
  ControllerRegistration,
  DescribeQuorum,
  ErrorCode,
  metadataTopic,
  RegisterControllerRecord,
  type RequestOf,
  type ResponseOf,
  UnregisterController,
  UnregisterControllerRecord,
  zeroUuid,
} from '@sluice/wire'
import type { MetadataImage } from '../metadata/image.ts'
import { newRecord } from '../metadata/records.ts'
import type { BrokersManager } from './brokers.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import type { Decision } from './decision.ts'
import type { Observers } from './observers.ts'

type DescribeRequest = RequestOf<typeof DescribeQuorum>
type DescribeResponse = ResponseOf<typeof DescribeQuorum>
type ReplicaState = DescribeResponse['topics'][number]['partitions'][number]['observers'][number]
type ControllerRegistered = ResponseOf<typeof ControllerRegistration>
type ControllerUnregistered = ResponseOf<typeof UnregisterController>

/** From this version on the directories of replicas and the addresses of voters are told (KIP-853). */
const directoriesVersionMin = 2

/** The metadata quorum: its one voter, which is this controller, and the brokers, which observe. */
export class QuorumManager {
  readonly #image: MetadataImage
  readonly #brokers: BrokersManager
  readonly #observers: Observers
  readonly #clock: Clock
  readonly #nodeId: number

  constructor(options: {
    image: MetadataImage
    brokers: BrokersManager
    observers: Observers
    clock: Clock
    nodeId: number
  }) {
    this.#image = options.image
    this.#brokers = options.brokers
    this.#observers = options.observers
    this.#clock = options.clock
    this.#nodeId = options.nodeId
  }

  describe({ topics }: DescribeRequest, version: number): Decision<DescribeResponse> {
    const [topic, ...otherTopics] = topics
    const [partition, ...otherPartitions] = topic?.partitions ?? []
    const isMetadata = topic?.topicName === metadataTopic && partition?.partitionIndex === 0
    if (!isMetadata || otherTopics.length + otherPartitions.length > 0)
      return { records: [], response: refusedDescription(topics, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) }
    const described = {
      partitionIndex: 0,
      errorCode: ErrorCode.NONE,
      errorMessage: '',
      leaderId: this.#nodeId,
      leaderEpoch: this.#image.epoch,
      highWatermark: this.#image.offset + 1,
      currentVoters: [this.#voter()],
      observers: this.#observing(version),
    }
    const response = {
      errorCode: ErrorCode.NONE,
      errorMessage: '',
      topics: [{ topicName: metadataTopic, partitions: [described] }],
      nodes: version >= directoriesVersionMin ? this.#nodes() : [],
    }
    return { records: [], response }
  }

  /** Another controller says what it is. The voters are static, so that it has no vote here. */
  register(request: RequestOf<typeof ControllerRegistration>): Decision<ControllerRegistered> {
    const { controllerId, incarnationId, listeners, features } = request
    const value = { controllerId, incarnationId, zkMigrationReady: false, endPoints: listeners, features }
    return {
      records: [newRecord(RegisterControllerRecord, value)],
      response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null },
    }
  }

  unregister({ controllerId }: RequestOf<typeof UnregisterController>): Decision<ControllerUnregistered> {
    const refused = (errorCode: ErrorCode, errorMessage: string) => ({
      records: [],
      response: { throttleTimeMs: 0, errorCode, errorMessage },
    })
    if (controllerId === this.#nodeId)
      return refused(ErrorCode.INVALID_REQUEST, 'Controller cannot unregister itself while it is active.')
    if (!this.#image.controllers().some((one) => one.controllerId === controllerId))
      return refused(
        ErrorCode.CONTROLLER_ID_NOT_REGISTERED,
        `Controller ID ${controllerId} is not currently registered.`,
      )
    return {
      records: [newRecord(UnregisterControllerRecord, { controllerId })],
      response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null },
    }
  }

  #voter(): ReplicaState {
    const now = this.#clock.now()
    return {
      replicaId: this.#nodeId,
      // Static voters have none.
      replicaDirectoryId: zeroUuid,
      logEndOffset: this.#image.offset + 1,
      lastFetchTimestamp: now,
      lastCaughtUpTimestamp: now,
    }
  }

  /** Those that fetch, and brokers that are told by calls: of these their heartbeats say how far they have come. */
  #observing(version: number): ReplicaState[] {
    const directory = (id: string) => (version >= directoriesVersionMin ? id : zeroUuid)
    const fetching = this.#observers.all()
    const fetchingIds = new Set(fetching.map(({ replicaId }) => replicaId))
    const called = this.#brokers.heard().filter(({ broker }) => !fetchingIds.has(broker.id))
    return [
      ...fetching.map(({ replicaId, directoryId, logEndOffset, lastFetchMs, lastCaughtUpMs }) => ({
        replicaId,
        replicaDirectoryId: directory(directoryId === zeroUuid ? this.#directoryOf(replicaId) : directoryId),
        logEndOffset,
        lastFetchTimestamp: lastFetchMs,
        lastCaughtUpTimestamp: lastCaughtUpMs,
      })),
      ...called.map(({ broker, metadataOffset, heardAtMs }) => ({
        replicaId: broker.id,
        replicaDirectoryId: directory(this.#directoryOf(broker.id)),
        logEndOffset: metadataOffset + 1,
        lastFetchTimestamp: heardAtMs,
        lastCaughtUpTimestamp: metadataOffset >= this.#image.offset ? heardAtMs : -1,
      })),
    ]
  }

  #directoryOf(brokerId: number): string {
    return this.#image.broker(brokerId)?.logDirs[0] ?? zeroUuid
  }

  #nodes(): DescribeResponse['nodes'] {
    return this.#image
      .controllers()
      .filter(({ controllerId }) => controllerId === this.#nodeId)
      .map(({ controllerId, endPoints }) => ({
        nodeId: controllerId,
        listeners: endPoints.map(({ name, host, port }) => ({ name, host, port })),
      }))
  }
}

function refusedDescription(topics: DescribeRequest['topics'], errorCode: ErrorCode): DescribeResponse {
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: '',
    topics: topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode,
        errorMessage: 'This server does not host this topic-partition.',
        leaderId: 0,
        leaderEpoch: 0,
        highWatermark: 0,
        currentVoters: [],
        observers: [],
      })),
    })),
    nodes: [],
  }
}

export const quorumRequests: readonly ControllerRequest<QuorumManager>[] = [
  controllerRequest({
    api: DescribeQuorum,
    decide: (quorum: QuorumManager, asked, { version }) => quorum.describe(asked, version),
    refuse: (_asked, errorCode, errorMessage) => ({ errorCode, errorMessage, topics: [], nodes: [] }),
  }),
  controllerRequest({
    api: ControllerRegistration,
    decide: (quorum: QuorumManager, asked) => quorum.register(asked),
    refuse: (_asked, errorCode, errorMessage) => ({ throttleTimeMs: 0, errorCode, errorMessage }),
  }),
  controllerRequest({
    api: UnregisterController,
    decide: (quorum: QuorumManager, asked) => quorum.unregister(asked),
    refuse: (_asked, errorCode, errorMessage) => ({ throttleTimeMs: 0, errorCode, errorMessage }),
  }),
]
