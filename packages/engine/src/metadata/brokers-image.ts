import {
  type BrokerRegistrationChangeRecord,
  RegisterBrokerRecord,
  RegisterControllerRecord,
  type ValueOf,
  type Int64,
} from '@sluice/wire'
import { recordVersions } from './features.ts'
import { type NewRecord, newRecord } from './records.ts'

/** A registered broker. Replaced at each change, never changed in place. */
export interface BrokerImage {
  readonly id: number
  /** The offset of the registration: a later one of the same id has a higher epoch. */
  readonly epoch: Int64
  /** Another one for each start of the process. */
  readonly incarnationId: string
  readonly endpoints: readonly { name: string; host: string; port: number; securityProtocol: number }[]
  readonly features: readonly { name: string; minSupportedVersion: number; maxSupportedVersion: number }[]
  readonly rack: string | null
  readonly fenced: boolean
  readonly inControlledShutdown: boolean
  readonly logDirs: readonly string[]
  /** null when nobody has said. */
  readonly cordonedLogDirs: readonly string[] | null
}

export type ControllerImage = Readonly<ValueOf<typeof RegisterControllerRecord>>

/** In a change record: 1 sets, -1 clears, 0 leaves as it is. */
const changed = (flag: number, before: boolean): boolean => (flag === 0 ? before : flag > 0)

/** Brokers and controllers of the cluster. */
export class BrokerTable {
  readonly #brokers = new Map<number, BrokerImage>()
  readonly #controllers = new Map<number, ControllerImage>()

  get(id: number): BrokerImage | undefined {
    return this.#brokers.get(id)
  }

  all(): BrokerImage[] {
    return [...this.#brokers.values()].sort((a, b) => a.id - b.id)
  }

  controllers(): ControllerImage[] {
    return [...this.#controllers.values()]
  }

  register(record: ValueOf<typeof RegisterBrokerRecord>): void {
    this.#brokers.set(record.brokerId, {
      id: record.brokerId,
      epoch: record.brokerEpoch,
      incarnationId: record.incarnationId,
      endpoints: record.endPoints,
      features: record.features,
      rack: record.rack,
      fenced: record.fenced,
      inControlledShutdown: record.inControlledShutdown,
      logDirs: record.logDirs,
      cordonedLogDirs: record.cordonedLogDirs,
    })
  }

  unregister(id: number): void {
    this.#brokers.delete(id)
  }

  fence(id: number, epoch: Int64, fenced: boolean): void {
    const broker = this.#matching(id, epoch)
    if (broker) this.#brokers.set(id, { ...broker, fenced })
  }

  change(record: ValueOf<typeof BrokerRegistrationChangeRecord>): void {
    const broker = this.#matching(record.brokerId, record.brokerEpoch)
    if (!broker) return
    this.#brokers.set(record.brokerId, {
      ...broker,
      fenced: changed(record.fenced, broker.fenced),
      inControlledShutdown: changed(record.inControlledShutdown, broker.inControlledShutdown),
      logDirs: record.logDirs.length > 0 ? record.logDirs : broker.logDirs,
      cordonedLogDirs: record.cordonedLogDirs ?? broker.cordonedLogDirs,
    })
  }

  registerController(record: ControllerImage): void {
    this.#controllers.set(record.controllerId, record)
  }

  unregisterController(controllerId: number): void {
    this.#controllers.delete(controllerId)
  }

  records(): NewRecord[] {
    return [
      ...this.all().map(registration),
      ...this.controllers().map((controller) => newRecord(RegisterControllerRecord, controller)),
    ]
  }

  /** A change of an earlier registration says nothing about this one. */
  #matching(id: number, epoch: Int64): BrokerImage | undefined {
    const broker = this.#brokers.get(id)
    return broker?.epoch === epoch ? broker : undefined
  }
}

function registration(broker: BrokerImage): NewRecord {
  const { id, epoch, endpoints, ...rest } = broker
  const value = { ...rest, brokerId: id, brokerEpoch: epoch, endPoints: endpoints }
  return newRecord(RegisterBrokerRecord, value, recordVersions.registerBroker)
}
