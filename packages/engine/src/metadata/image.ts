import { assert } from '@sluice/effects'
import {
  AbortTransactionRecord,
  BeginTransactionRecord,
  BrokerRegistrationChangeRecord,
  ClearElrRecord,
  ClientQuotaRecord,
  ConfigRecord,
  ConfigResourceType,
  EndTransactionRecord,
  FeatureLevelRecord,
  FenceBrokerRecord,
  type Int64,
  NoOpRecord,
  PartitionChangeRecord,
  PartitionRecord,
  ProducerIdsRecord,
  RegisterBrokerRecord,
  RegisterControllerRecord,
  RemoveTopicRecord,
  TopicRecord,
  UnfenceBrokerRecord,
  UnregisterBrokerRecord,
  UnregisterControllerRecord,
  ZkMigrationStateRecord,
} from '@sluice/wire'
import { type BrokerImage, BrokerTable, type ControllerImage } from './brokers-image.ts'
import { ConfigsImage } from './configs-image.ts'
import { ImageDelta } from './delta.ts'
import { eligibleLeaderReplicasFeature, metadataVersionFeature } from './features.ts'
import type { LoggedRecord, NewRecord } from './records.ts'
import { SecurityImage } from './security-image.ts'
import { type PartitionImage, type TopicImage, TopicTable } from './topics-image.ts'

type ImageListener = (delta: ImageDelta) => void

/**
 * The cluster's metadata as the log says it, up to `offset`. Changed only by `replay`: the controller replays what
 * it has written, a broker what the controller has committed, and a restart the log from its newest snapshot.
 */
export class MetadataImage {
  readonly configs = new ConfigsImage()
  readonly security = new SecurityImage()
  readonly #topics = new TopicTable()
  readonly #brokers = new BrokerTable()
  readonly #features = new Map<string, number>()
  readonly #listeners = new Set<ImageListener>()
  /** Records since a BeginTransaction: nothing of them counts before the EndTransaction. */
  #transaction: LoggedRecord[] | null = null
  #nextProducerId: Int64 = 0
  #offset = -1
  #epoch = 0

  /** Of the last record replayed; -1 before the first. */
  get offset(): number {
    return this.#offset
  }

  /** The controller's epoch that wrote the last record. */
  get epoch(): number {
    return this.#epoch
  }

  /** The first producer id that no block holds yet. */
  get nextProducerId(): Int64 {
    return this.#nextProducerId
  }

  /** Whether a metadata transaction has begun and not ended. */
  get inTransaction(): boolean {
    return this.#transaction !== null
  }

  /** Finalized levels by feature; a feature at level 0 is not there. */
  get features(): ReadonlyMap<string, number> {
    return this.#features
  }

  get metadataVersion(): number {
    return this.#features.get(metadataVersionFeature) ?? 0
  }

  /** Whether replicas are eligible to lead without being in sync (KIP-966). */
  get keepsElr(): boolean {
    return (this.#features.get(eligibleLeaderReplicasFeature) ?? 0) > 0
  }

  topic(name: string): TopicImage | undefined {
    return this.#topics.byName(name)
  }

  topicById(id: string): TopicImage | undefined {
    return this.#topics.byId(id)
  }

  topicNameOf(id: string): string | undefined {
    return this.#topics.byId(id)?.name
  }

  partition(topic: string, partition: number): PartitionImage | undefined {
    return this.#topics.byName(topic)?.partitions[partition]
  }

  topics(): IterableIterator<TopicImage> {
    return this.#topics.all()
  }

  get topicCount(): number {
    return this.#topics.size
  }

  broker(id: number): BrokerImage | undefined {
    return this.#brokers.get(id)
  }

  /** All registered brokers by rising id, fenced ones included. */
  brokers(): BrokerImage[] {
    return this.#brokers.all()
  }

  /** Clients are told of alive brokers only. */
  isBrokerAlive(id: number): boolean {
    return this.#brokers.get(id)?.fenced === false
  }

  /** Whether the broker may lead and be in sync: alive, and not on its way out. */
  isBrokerActive(id: number): boolean {
    return this.isBrokerAlive(id) && this.#brokers.get(id)?.inControlledShutdown === false
  }

  /** The epoch of a broker's registration; undefined where it is not alive. */
  aliveBrokerEpoch(id: number): Int64 | undefined {
    return this.isBrokerAlive(id) ? this.#brokers.get(id)?.epoch : undefined
  }

  controllers(): ControllerImage[] {
    return this.#brokers.controllers()
  }

  /** Calls the listener after each replay that changed something. */
  onChange(listener: ImageListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Replays records in the order of the log and tells what they changed. */
  replay(records: readonly LoggedRecord[]): ImageDelta {
    const delta = new ImageDelta()
    for (const record of records) {
      this.#replayOne(record, delta)
      this.#offset = record.offset
      this.#epoch = record.epoch
    }
    if (!delta.isEmpty) for (const listener of this.#listeners) listener(delta)
    return delta
  }

  /** Control records move the offset without changing anything else. */
  skipTo(offset: number, epoch: number): void {
    this.#offset = offset
    this.#epoch = epoch
  }

  /** The image as records, in the order in which a snapshot holds them. */
  records(): NewRecord[] {
    const producerIds = { brokerId: -1, brokerEpoch: -1, nextProducerId: this.#nextProducerId }
    return [
      ...this.#featureRecords(),
      ...this.#brokers.records(),
      ...this.#topics.records(),
      ...this.configs.records(),
      ...(this.#nextProducerId > 0 ? [{ record: ProducerIdsRecord, version: 0, value: producerIds }] : []),
      ...this.security.records(),
    ]
  }

  #featureRecords(): NewRecord[] {
    const first = (name: string) => (name === metadataVersionFeature ? 0 : 1)
    return [...this.#features]
      .sort(([a], [b]) => first(a) - first(b) || (a < b ? -1 : 1))
      .map(([name, featureLevel]) => ({
        record: FeatureLevelRecord,
        version: 0,
        value: { name, featureLevel },
      }))
  }

  #replayOne(record: LoggedRecord, delta: ImageDelta): void {
    switch (record.type) {
      case BeginTransactionRecord.recordType:
        assert(this.#transaction === null, 'a metadata transaction begins inside another one')
        this.#transaction = []
        return
      case EndTransactionRecord.recordType: {
        assert(this.#transaction, 'a metadata transaction ends that has not begun')
        const records = this.#transaction
        this.#transaction = null
        for (const held of records) this.#apply(held, delta)
        return
      }
      case AbortTransactionRecord.recordType:
        this.#transaction = null
        return
      default:
        if (this.#transaction) this.#transaction.push(record)
        else this.#apply(record, delta)
    }
  }

  #apply(record: LoggedRecord, delta: ImageDelta): void {
    if (this.#applyTopic(record, delta) || this.#applyBroker(record, delta)) return
    switch (record.type) {
      case ConfigRecord.recordType:
        this.configs.replay(record.value)
        delta.configChanged(record.value.resourceType, record.value.resourceName)
        return
      case FeatureLevelRecord.recordType:
        if (record.value.featureLevel === 0) this.#features.delete(record.value.name)
        else this.#features.set(record.value.name, record.value.featureLevel)
        delta.featuresChanged = true
        return
      case ProducerIdsRecord.recordType:
        this.#nextProducerId = record.value.nextProducerId
        return
      case NoOpRecord.recordType:
      case ZkMigrationStateRecord.recordType:
        return
      case ClientQuotaRecord.recordType:
        this.security.quotas.replay(record.value)
        delta.quotasChanged = true
        return
      default:
        assert(this.security.replay(record), `no replay for metadata records of type ${record.type}`)
        delta.securityChanged = true
    }
  }

  #applyTopic(record: LoggedRecord, delta: ImageDelta): boolean {
    switch (record.type) {
      case TopicRecord.recordType:
        delta.topicCreated(this.#topics.create(record.value))
        return true
      case PartitionRecord.recordType:
        delta.partitionChanged(this.#topics.putPartition(record.value))
        return true
      case PartitionChangeRecord.recordType:
        delta.partitionChanged(this.#topics.changePartition(record.value))
        return true
      case RemoveTopicRecord.recordType: {
        const topic = this.#topics.remove(record.value.topicId)
        this.configs.remove(ConfigResourceType.topic, topic.name)
        delta.topicDeleted(topic)
        return true
      }
      case ClearElrRecord.recordType:
        for (const change of this.#topics.clearElr(record.value.topicName)) delta.partitionChanged(change)
        return true
      default:
        return false
    }
  }

  #applyBroker(record: LoggedRecord, delta: ImageDelta): boolean {
    switch (record.type) {
      case RegisterBrokerRecord.recordType:
        this.#brokers.register(record.value)
        delta.brokersChanged.add(record.value.brokerId)
        return true
      case UnregisterBrokerRecord.recordType:
        this.#brokers.unregister(record.value.brokerId)
        delta.brokersChanged.add(record.value.brokerId)
        return true
      case FenceBrokerRecord.recordType:
      case UnfenceBrokerRecord.recordType:
        this.#brokers.fence(record.value.id, record.value.epoch, record.type === FenceBrokerRecord.recordType)
        delta.brokersChanged.add(record.value.id)
        return true
      case BrokerRegistrationChangeRecord.recordType:
        this.#brokers.change(record.value)
        delta.brokersChanged.add(record.value.brokerId)
        return true
      case RegisterControllerRecord.recordType:
        this.#brokers.registerController(record.value)
        return true
      case UnregisterControllerRecord.recordType:
        this.#brokers.unregisterController(record.value.controllerId)
        return true
      default:
        return false
    }
  }
}

export type { BrokerImage } from './brokers-image.ts'
export type { PartitionImage, TopicImage } from './topics-image.ts'
