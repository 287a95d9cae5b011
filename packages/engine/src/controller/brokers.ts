import { assert } from '@sluice/effects'
import {
  BrokerHeartbeat,
  BrokerRegistration,
  BrokerRegistrationChangeRecord,
  ErrorCode,
  RegisterBrokerRecord,
  type RequestOf,
  type ResponseOf,
  UnregisterBroker,
  UnregisterBrokerRecord,
  type Int64,
} from '@sluice/wire'
import { recordVersions } from '../metadata/features.ts'
import type { BrokerImage, MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { eachOfSteps, type Steps } from '../storage/slices.ts'
import type { BrokerHeartbeats, HeardBroker } from './broker-heartbeats.ts'
import { directoriesError, featuresError } from './broker-registration.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import type { Decision } from './decision.ts'
import type { PartitionChanges } from './partition-changes.ts'

type RegistrationRequest = RequestOf<typeof BrokerRegistration>
type RegistrationResponse = ResponseOf<typeof BrokerRegistration>
type HeartbeatRequest = RequestOf<typeof BrokerHeartbeat>
type HeartbeatResponse = ResponseOf<typeof BrokerHeartbeat>
type State = 'fenced' | 'unfenced' | 'leaving' | 'shut-down'

/** Whoever reaches the listener can register any id, and each is kept in the log until it is unregistered. */
const registeredBrokersMax = 1_000
/** In a registration change record. */
const set = 1
const cleared = -1
/** A registration change has the lowest version that can say it. */
const changeVersions = { fenced: 0, inControlledShutdown: 1, logDirs: 2, cordonedLogDirs: 3 } as const
/** From this version on a registration says which epoch its directories have been closed with (KIP-966). */
const previousEpochVersionMin = 3

/**
 * Brokers' lives (KIP-631). A broker registers and is fenced; its heartbeats unfence it once it has replayed its
 * own registration, move it to controlled shutdown and out; one whose heartbeats stop is fenced. Only what is in
 * the log counts as state; what heartbeats say is the memory of this controller alone.
 */
export class BrokersManager {
  readonly #image: MetadataImage
  readonly #changes: PartitionChanges
  readonly #clusterId: string
  /** The controller's own. */
  readonly #nodeId: number
  readonly #heartbeats: BrokerHeartbeats

  constructor(options: {
    image: MetadataImage
    changes: PartitionChanges
    heartbeats: BrokerHeartbeats
    clusterId: string
    nodeId: number
  }) {
    this.#image = options.image
    this.#changes = options.changes
    this.#clusterId = options.clusterId
    this.#nodeId = options.nodeId
    this.#heartbeats = options.heartbeats
  }

  /** `offset`: of the first record of this decision, which becomes the broker's epoch. */
  *register(
    request: RegistrationRequest,
    { version, offset }: { version: number; offset: number },
  ): Steps<Decision<RegistrationResponse>> {
    const { brokerId, incarnationId, previousBrokerEpoch } = request
    const error = this.#registrationError(request)
    if (error !== ErrorCode.NONE) return registered(error, -1, [])
    const before = this.#image.broker(brokerId)
    const same = before?.incarnationId === incarnationId ? before : null
    const isClean = version >= previousEpochVersionMin && before?.epoch === previousBrokerEpoch
    const brokerEpoch = same?.epoch ?? offset
    const records = [
      ...(same ? [] : yield* this.#changes.afterShutdown(brokerId, isClean)),
      registration(request, brokerEpoch, same),
    ]
    const written = () => this.#heartbeats.heard(brokerId, brokerEpoch)
    return { ...registered(ErrorCode.NONE, brokerEpoch, records), written }
  }

  /** At once where the broker stays what it is: then there is nothing to write. */
  heartbeat(
    request: HeartbeatRequest,
    offset: number,
  ): Decision<HeartbeatResponse> | Steps<Decision<HeartbeatResponse>> {
    const { brokerId, brokerEpoch, currentMetadataOffset } = request
    const broker = this.#image.broker(brokerId)
    if (!broker || broker.epoch !== brokerEpoch) return refusedHeartbeat(ErrorCode.STALE_BROKER_EPOCH)
    const isCaughtUp = currentMetadataOffset >= broker.epoch
    const state = this.#next(broker, request, isCaughtUp)
    this.#heartbeats.heard(brokerId, brokerEpoch, currentMetadataOffset)
    const response = {
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      isCaughtUp,
      isFenced: state === 'fenced' || state === 'shut-down',
      shouldShutDown: state === 'shut-down',
    }
    const lost = broker.logDirs.filter((id) => request.offlineLogDirs.includes(id))
    const cordoned = cordonedDirectories(broker, request.cordonedLogDirs)
    if (this.#stays(broker, state) && lost.length === 0) return { records: cordoned, response }
    return this.#changed(broker, { state, lost, cordoned, response, offset })
  }

  *#changed(
    broker: BrokerImage,
    to: {
      state: State
      lost: readonly string[]
      cordoned: readonly NewRecord[]
      response: HeartbeatResponse
      offset: number
    },
  ): Steps<Decision<HeartbeatResponse>> {
    const { state, lost, cordoned, response, offset } = to
    const isTold = this.#stays(broker, state)
    const records = [
      ...(yield* this.#transition(broker, state)),
      ...(yield* this.#offlineDirectories(broker, lost)),
      ...cordoned,
    ]
    const written = () => {
      if (state === 'shut-down') this.#heartbeats.isGone(broker)
      if (state === 'leaving' && !isTold) this.#heartbeats.shutsDown(broker, offset + records.length - 1)
    }
    return { records, response, written }
  }

  *unregister({
    brokerId,
  }: RequestOf<typeof UnregisterBroker>): Steps<Decision<ResponseOf<typeof UnregisterBroker>>> {
    const broker = this.#image.broker(brokerId)
    if (!broker) {
      const errorMessage = `Broker ID ${brokerId} is not currently registered`
      const errorCode = ErrorCode.BROKER_ID_NOT_REGISTERED
      return { records: [], response: { throttleTimeMs: 0, errorCode, errorMessage } }
    }
    const record = newRecord(UnregisterBrokerRecord, { brokerId, brokerEpoch: broker.epoch })
    return {
      records: [...(yield* this.#changes.withoutBroker(brokerId)), record],
      response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: '' },
      written: () => this.#heartbeats.forget(brokerId),
    }
  }

  /** Fences a broker whose session is over, or gives one up that was fenced before. Null: there is none. */
  *endOneSession(): Steps<Decision<'fenced' | 'given up' | null>> {
    const ended = this.#sessions().find((broker) => this.#heartbeats.msLeft(broker) <= 0)
    if (!ended) return { records: [], response: null }
    if (!ended.fenced) return { records: yield* this.#transition(ended, 'fenced'), response: 'fenced' }
    const written = () => this.#heartbeats.isGone(ended)
    return { records: yield* this.#changes.ofLeaderless(), response: 'given up', written }
  }

  /** Brokers whose sessions matter when they end: those that serve, and those that are waited for. */
  #sessions(): BrokerImage[] {
    return this.#image.brokers().filter((broker) => !broker.fenced || this.#heartbeats.isAwaited(broker))
  }

  /** How long until a session may end; null while no broker has one. */
  get msToNextExpiry(): number | null {
    const left = this.#sessions().map((broker) => this.#heartbeats.msLeft(broker))
    return left.length === 0 ? null : Math.max(0, Math.min(...left))
  }

  /** Brokers of which this controller has heard how far their metadata has come, and that have a session. */
  heard(): HeardBroker[] {
    return this.#image.brokers().flatMap((broker) => this.#heartbeats.lastOf(broker))
  }

  isCurrent(brokerId: number, brokerEpoch: Int64): boolean {
    return this.#image.broker(brokerId)?.epoch === brokerEpoch
  }

  #registrationError(request: RegistrationRequest): ErrorCode {
    if (request.clusterId !== this.#clusterId) return ErrorCode.INCONSISTENT_CLUSTER_ID
    const before = this.#image.broker(request.brokerId)
    if (request.brokerId === this.#nodeId) return ErrorCode.INVALID_REGISTRATION
    if (!before && this.#image.brokers().length >= registeredBrokersMax) return ErrorCode.INVALID_REGISTRATION
    // Somebody else with this id is alive.
    if (before && before.incarnationId !== request.incarnationId && this.#heartbeats.isAlive(before))
      return ErrorCode.DUPLICATE_BROKER_REGISTRATION
    // ZooKeeper is gone.
    if (request.isMigratingZkBroker) return ErrorCode.BROKER_ID_NOT_REGISTERED
    return directoriesError(request, this.#image) || featuresError(request, this.#image)
  }

  /** Where a heartbeat brings its broker. Who wants the fence gets it at once, also on its way out. */
  #next(broker: BrokerImage, { wantFence, wantShutDown }: HeartbeatRequest, isCaughtUp: boolean): State {
    if (broker.fenced) {
      if (wantShutDown) return 'shut-down'
      return wantFence || !isCaughtUp ? 'fenced' : 'unfenced'
    }
    if (wantFence) return wantShutDown ? 'shut-down' : 'fenced'
    const isLeaving = this.#heartbeats.isShuttingDown(broker)
    if (!isLeaving && !wantShutDown) return 'unfenced'
    if (this.#changes.leadsAny(broker.id)) return 'leaving'
    if (!isLeaving) return 'shut-down'
    const others = this.#image.brokers().filter(({ id }) => this.#image.isBrokerActive(id))
    return this.#heartbeats.allKnowOfShutdown(broker, others) ? 'shut-down' : 'leaving'
  }

  #stays(broker: BrokerImage, next: State): boolean {
    if (next === 'leaving') return broker.inControlledShutdown && this.#heartbeats.isShuttingDown(broker)
    return broker.fenced === (next !== 'unfenced')
  }

  *#transition(broker: BrokerImage, next: State): Steps<NewRecord[]> {
    if (this.#stays(broker, next)) return []
    const { id, inControlledShutdown } = broker
    switch (next) {
      case 'fenced':
      case 'shut-down':
        return [
          ...(yield* this.#changes.withoutBroker(id, { comesBack: next === 'fenced' })),
          change(broker, { fenced: set }, changeVersions.fenced),
        ]
      case 'unfenced':
        return [
          change(broker, { fenced: cleared }, changeVersions.fenced),
          ...(yield* this.#changes.withBroker(id)),
        ]
      case 'leaving':
        return [
          ...(inControlledShutdown
            ? []
            : [change(broker, { inControlledShutdown: set }, changeVersions.inControlledShutdown)]),
          ...(this.#heartbeats.isShuttingDown(broker) ? [] : yield* this.#changes.withoutBroker(id)),
        ]
    }
  }

  *#offlineDirectories(broker: BrokerImage, lost: readonly string[]): Steps<NewRecord[]> {
    if (lost.length === 0) return []
    const logDirs = broker.logDirs.filter((id) => !lost.includes(id))
    const withoutThem = yield* eachOfSteps(lost, (id) => this.#changes.withoutDirectory(broker.id, id))
    return [...withoutThem.flat(), change(broker, { logDirs }, changeVersions.logDirs)]
  }
}

function registration(request: RegistrationRequest, brokerEpoch: Int64, same: BrokerImage | null): NewRecord {
  const { brokerId, incarnationId, listeners, features, rack, logDirs } = request
  const value = {
    brokerId,
    incarnationId,
    brokerEpoch,
    endPoints: listeners,
    features,
    rack,
    fenced: same?.fenced ?? true,
    inControlledShutdown: same?.inControlledShutdown ?? false,
    logDirs,
  }
  return newRecord(RegisterBrokerRecord, value, recordVersions.registerBroker)
}

/** null: the broker does not say. */
function cordonedDirectories(broker: BrokerImage, cordonedLogDirs: string[] | null): NewRecord[] {
  const before = new Set(broker.cordonedLogDirs)
  const isSame =
    broker.cordonedLogDirs !== null &&
    cordonedLogDirs?.every((id) => before.has(id)) &&
    new Set(cordonedLogDirs).size === before.size
  if (!cordonedLogDirs || isSame) return []
  return [change(broker, { cordonedLogDirs }, changeVersions.cordonedLogDirs)]
}

function change(
  broker: BrokerImage,
  what: { fenced?: number; inControlledShutdown?: number; logDirs?: string[]; cordonedLogDirs?: string[] },
  version: number,
): NewRecord {
  assert(Object.keys(what).length === 1, 'a registration change says one thing')
  const value = { brokerId: broker.id, brokerEpoch: broker.epoch, ...what }
  return newRecord(BrokerRegistrationChangeRecord, value, version)
}

function registered(
  errorCode: number,
  brokerEpoch: Int64,
  records: NewRecord[],
): Decision<RegistrationResponse> {
  return { records, response: { throttleTimeMs: 0, errorCode, brokerEpoch } }
}

function refusedHeartbeat(errorCode: number): Decision<HeartbeatResponse> {
  const response = { throttleTimeMs: 0, errorCode, isCaughtUp: false, isFenced: true, shouldShutDown: false }
  return { records: [], response }
}

export const brokerRequests: readonly ControllerRequest<BrokersManager>[] = [
  controllerRequest({
    api: BrokerRegistration,
    isUrgent: true,
    decide: (brokers: BrokersManager, asked, facts) => brokers.register(asked, facts),
    refuse: (_asked, errorCode) => ({ throttleTimeMs: 0, errorCode, brokerEpoch: -1 }),
  }),
  controllerRequest({
    api: BrokerHeartbeat,
    isUrgent: true,
    decide: (brokers: BrokersManager, asked, { offset }) => brokers.heartbeat(asked, offset),
    refuse: (_asked, errorCode) => refusedHeartbeat(errorCode).response,
  }),
  controllerRequest({
    api: UnregisterBroker,
    decide: (brokers: BrokersManager, asked) => brokers.unregister(asked),
    refuse: (_asked, errorCode, errorMessage) => ({ throttleTimeMs: 0, errorCode, errorMessage }),
  }),
]
