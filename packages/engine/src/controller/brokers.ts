import { assert, type Clock } from '@sluice/effects'
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
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import type { Decision } from './decision.ts'
import type { PartitionChanges } from './partition-changes.ts'

type RegistrationResponse = ResponseOf<typeof BrokerRegistration>
type HeartbeatResponse = ResponseOf<typeof BrokerHeartbeat>

/** In a registration change record. */
const set = 1
const cleared = -1
/** A registration change has the lowest version that can say it. */
const changeVersions = { fenced: 0, inControlledShutdown: 1, cordonedLogDirs: 3 } as const

/**
 * Brokers' lives (KIP-631). A broker registers and is fenced; its heartbeats unfence it once it has replayed its
 * own registration, move it to controlled shutdown and out; one whose heartbeats stop is fenced. Only what is in
 * the log counts as state; contact times are the memory of this controller alone.
 */
export class BrokersManager {
  readonly #image: MetadataImage
  readonly #changes: PartitionChanges
  readonly #clock: Clock
  readonly #clusterId: string
  readonly #sessionTimeoutMs: number
  /** Monotonic time of the last word from each registered broker, by its epoch. */
  readonly #contacts = new Map<number, { epoch: Int64; atMs: number }>()
  /** Brokers that were here before this controller started have a session from then on. */
  readonly #startedAtMs: number

  constructor(options: {
    image: MetadataImage
    changes: PartitionChanges
    clock: Clock
    clusterId: string
    sessionTimeoutMs: number
  }) {
    this.#image = options.image
    this.#changes = options.changes
    this.#clock = options.clock
    this.#clusterId = options.clusterId
    this.#sessionTimeoutMs = options.sessionTimeoutMs
    this.#startedAtMs = options.clock.monotonic()
  }

  /** `offset`: of the record that this decision writes first, which becomes the broker's epoch. */
  register(request: RequestOf<typeof BrokerRegistration>, offset: number): Decision<RegistrationResponse> {
    const { brokerId, incarnationId } = request
    const error = this.#registrationError(request)
    if (error !== ErrorCode.NONE) return registered(error, -1, [])
    const before = this.#image.broker(brokerId)
    const isSame = before?.incarnationId === incarnationId
    const brokerEpoch = isSame ? before.epoch : offset
    const record = newRecord(
      RegisterBrokerRecord,
      {
        brokerId,
        incarnationId,
        brokerEpoch,
        endPoints: request.listeners,
        features: request.features,
        rack: request.rack,
        fenced: isSame ? before.fenced : true,
        inControlledShutdown: isSame ? before.inControlledShutdown : false,
        logDirs: request.logDirs,
      },
      recordVersions.registerBroker,
    )
    this.#contacts.set(brokerId, { epoch: brokerEpoch, atMs: this.#clock.monotonic() })
    return registered(ErrorCode.NONE, brokerEpoch, [
      record,
      ...(isSame ? [] : this.#changes.withoutBroker(brokerId)),
    ])
  }

  heartbeat(request: RequestOf<typeof BrokerHeartbeat>): Decision<HeartbeatResponse> {
    const { brokerId, brokerEpoch, currentMetadataOffset } = request
    const broker = this.#image.broker(brokerId)
    if (!broker || broker.epoch !== brokerEpoch) return refusedHeartbeat(ErrorCode.STALE_BROKER_EPOCH)
    // The embedded broker has one log directory, and stops where that one fails.
    if (request.offlineLogDirs.length > 0) return refusedHeartbeat(ErrorCode.INVALID_REQUEST)
    const isCaughtUp = currentMetadataOffset >= broker.epoch
    const { records, state } = this.#next(broker, request, isCaughtUp)
    const { cordonedLogDirs } = request
    if (cordonedLogDirs && String(cordonedLogDirs) !== String(broker.cordonedLogDirs))
      records.push(change(broker, { cordonedLogDirs }, changeVersions.cordonedLogDirs))
    this.#contacts.set(brokerId, { epoch: broker.epoch, atMs: this.#clock.monotonic() })
    return {
      records,
      response: {
        throttleTimeMs: 0,
        errorCode: ErrorCode.NONE,
        isCaughtUp,
        isFenced: state === 'fenced' || state === 'shut-down',
        shouldShutDown: state === 'shut-down',
      },
    }
  }

  unregister({
    brokerId,
  }: RequestOf<typeof UnregisterBroker>): Decision<ResponseOf<typeof UnregisterBroker>> {
    const broker = this.#image.broker(brokerId)
    if (!broker) {
      const errorMessage = `Broker ID ${brokerId} is not currently registered`
      const errorCode = ErrorCode.BROKER_ID_NOT_REGISTERED
      return { records: [], response: { throttleTimeMs: 0, errorCode, errorMessage } }
    }
    this.#contacts.delete(brokerId)
    const record = newRecord(UnregisterBrokerRecord, { brokerId, brokerEpoch: broker.epoch })
    return {
      records: [...this.#changes.withoutBroker(brokerId), record],
      response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null },
    }
  }

  /** Fences a broker whose session is over; nothing where there is none. */
  fenceOneExpired(): NewRecord[] {
    const expired = this.#image.brokers().find((broker) => !broker.fenced && this.#msLeft(broker) <= 0)
    return expired ? this.#fence(expired) : []
  }

  /** How long until a session may end; null while no broker has one. */
  get msToNextExpiry(): number | null {
    const left = this.#image
      .brokers()
      .filter(({ fenced }) => !fenced)
      .map((broker) => this.#msLeft(broker))
    return left.length === 0 ? null : Math.max(0, Math.min(...left))
  }

  isCurrent(brokerId: number, brokerEpoch: Int64): boolean {
    return this.#image.broker(brokerId)?.epoch === brokerEpoch
  }

  #registrationError(request: RequestOf<typeof BrokerRegistration>): number {
    if (request.clusterId !== this.#clusterId) return ErrorCode.INCONSISTENT_CLUSTER_ID
    const before = this.#image.broker(request.brokerId)
    // Somebody else with this id is alive. Only words that this controller has heard itself prove that.
    const contact = this.#contacts.get(request.brokerId)
    if (before && before.incarnationId !== request.incarnationId && contact?.epoch === before.epoch)
      if (!before.fenced && this.#msLeft(before) > 0) return ErrorCode.DUPLICATE_BROKER_REGISTRATION
    for (const [name, level] of this.#image.features) {
      const range = request.features.find((feature) => feature.name === name)
      if (!range || level < range.minSupportedVersion || level > range.maxSupportedVersion)
        return ErrorCode.UNSUPPORTED_VERSION
    }
    return ErrorCode.NONE
  }

  #msLeft(broker: BrokerImage): number {
    const contact = this.#contacts.get(broker.id)
    const sinceMs = contact?.epoch === broker.epoch ? contact.atMs : this.#startedAtMs
    return sinceMs + this.#sessionTimeoutMs - this.#clock.monotonic()
  }

  #next(
    broker: BrokerImage,
    request: RequestOf<typeof BrokerHeartbeat>,
    isCaughtUp: boolean,
  ): { records: NewRecord[]; state: 'fenced' | 'unfenced' | 'leaving' | 'shut-down' } {
    const { wantFence, wantShutDown } = request
    const stay = (state: 'fenced' | 'unfenced' | 'leaving' | 'shut-down') => ({ records: [], state })
    if (broker.fenced) {
      if (wantShutDown) return stay('shut-down')
      if (wantFence || !isCaughtUp) return stay('fenced')
      return { records: this.#unfence(broker), state: 'unfenced' }
    }
    if (wantFence) return { records: this.#fence(broker), state: wantShutDown ? 'shut-down' : 'fenced' }
    if (broker.inControlledShutdown || wantShutDown) {
      // In-sync replicas elsewhere have been told when the change is committed, so it may go once it leads nothing.
      if (!this.#leadsAny(broker.id)) return { records: this.#fence(broker), state: 'shut-down' }
      if (broker.inControlledShutdown) return stay('leaving')
      const leaving = change(broker, { inControlledShutdown: set }, changeVersions.inControlledShutdown)
      return { records: [leaving, ...this.#changes.withoutBroker(broker.id)], state: 'leaving' }
    }
    return stay('unfenced')
  }

  #unfence(broker: BrokerImage): NewRecord[] {
    return [
      change(broker, { fenced: cleared }, changeVersions.fenced),
      ...this.#changes.withBroker(broker.id),
    ]
  }

  #fence(broker: BrokerImage): NewRecord[] {
    return [...this.#changes.withoutBroker(broker.id), change(broker, { fenced: set }, changeVersions.fenced)]
  }

  #leadsAny(brokerId: number): boolean {
    for (const topic of this.#image.topics())
      if (topic.partitions.some(({ leader }) => leader === brokerId)) return true
    return false
  }
}

function change(
  broker: BrokerImage,
  what: { fenced?: number; inControlledShutdown?: number; cordonedLogDirs?: string[] },
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
    decide: (brokers: BrokersManager, asked, { offset }) => brokers.register(asked, offset),
    refuse: (_asked, errorCode) => ({ throttleTimeMs: 0, errorCode, brokerEpoch: -1 }),
  }),
  controllerRequest({
    api: BrokerHeartbeat,
    decide: (brokers: BrokersManager, asked) => brokers.heartbeat(asked),
    refuse: (_asked, errorCode) => ({
      throttleTimeMs: 0,
      errorCode,
      isCaughtUp: false,
      isFenced: true,
      shouldShutDown: false,
    }),
  }),
  controllerRequest({
    api: UnregisterBroker,
    decide: (brokers: BrokersManager, asked) => brokers.unregister(asked),
    refuse: (_asked, errorCode, errorMessage) => ({ throttleTimeMs: 0, errorCode, errorMessage }),
  }),
]
