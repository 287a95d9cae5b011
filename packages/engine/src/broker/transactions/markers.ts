import { AssertionFailure, type Clock, Deferred, type Logger, raise } from '@sluice/effects'
import { ErrorCode, WriteTxnMarkers } from '@sluice/wire'
import type { VersionedEnd } from '../../coordinator/pending-appends.ts'
import type { MarkerOutcome } from '../../coordinator/transaction/transaction-coordinator.ts'
import type { PartitionsByTopic } from '../../coordinator/transaction/transaction.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import { noLeader } from '../../metadata/topics-image.ts'
import type { Peers } from '../peers.ts'
import { type MarkerHome, markerOf } from './write-marker.ts'

interface MarkerSource extends MarkerHome {
  readonly nodeId: number
  readonly clock: Clock
  readonly metadata: MetadataImage
  readonly logger: Logger
  readonly peers: Pick<Peers, 'request'>
}

interface Written {
  readonly topic: string
  readonly index: number
  readonly error: ErrorCode
}

/** The part of one transaction that a leader has. */
interface Asked {
  readonly end: VersionedEnd
  readonly partitions: PartitionsByTopic
  readonly written: Deferred<readonly Written[]>
}

const versionWithTransactionVersion = 2

/**
 * The markers of transactions' ends on their way to the leaders of their partitions (KIP-98).
 *
 * 1. All that is asked for in one go is written together: one write a partition that this broker leads, one request to each
 *    other leader.
 * 2. While a leader has not answered, what comes for it waits, and goes with the next request.
 */
export class Markers {
  readonly #broker: MarkerSource
  /** By leader. */
  readonly #waiting = new Map<number, Asked[]>()
  /** Leaders that have not answered yet. */
  readonly #busy = new Set<number>()

  constructor(broker: MarkerSource) {
    this.#broker = broker
  }

  /**
   * Resolves when each leader has said what has come of it. A partition that is gone needs none; one without a leader is
   * to be tried again, and so is whatever may come right by itself.
   */
  async write(end: VersionedEnd, partitions: PartitionsByTopic): Promise<MarkerOutcome> {
    const left = new Map<string, Set<number>>()
    const byLeader = new Map<number, Map<string, Set<number>>>()
    for (const { topic, index } of each(partitions)) {
      const leader = this.#broker.metadata.topic(topic)?.partitions[index]?.leader
      if (leader === undefined) continue
      if (leader === noLeader) {
        indexesOf(left, topic).add(index)
        continue
      }
      const led = byLeader.get(leader) ?? new Map<string, Set<number>>()
      byLeader.set(leader, led)
      indexesOf(led, topic).add(index)
    }
    const written = await Promise.all([...byLeader].map(([leader, led]) => this.#ask(leader, end, led)))
    let isFenced = false
    for (const { topic, index, error } of written.flat()) {
      if (isOfSomebodyNewer(error)) isFenced = true
      else if (error !== ErrorCode.NONE) indexesOf(left, topic).add(index)
    }
    return { left, isFenced }
  }

  #ask(leader: number, end: VersionedEnd, partitions: PartitionsByTopic): Promise<readonly Written[]> {
    const written = new Deferred<readonly Written[]>()
    const waiting = this.#waiting.get(leader)
    if (waiting) waiting.push({ end, partitions, written })
    else {
      this.#waiting.set(leader, [{ end, partitions, written }])
      if (!this.#busy.has(leader)) this.#goSoon(leader)
    }
    return written.promise
  }

  #goSoon(leader: number): void {
    this.#go(leader).catch((bug: unknown) => raise(this.#broker.clock, bug))
  }

  async #go(leader: number): Promise<void> {
    // First what runs now asks for all that it wants.
    await Promise.resolve()
    const asked = this.#waiting.get(leader) ?? []
    this.#waiting.delete(leader)
    if (leader === this.#broker.nodeId) this.#writeHere(asked)
    else await this.#request(leader, asked)
  }

  #writeHere(all: readonly Asked[]): void {
    for (const { end, partitions, written } of all) {
      const stage = markerOf(this.#broker, end)
      const one = async (topic: string, index: number) => ({ topic, index, error: await stage(topic, index) })
      written.resolve(Promise.all(each(partitions).map(({ topic, index }) => one(topic, index))))
    }
    this.#broker.partitions.commitStaged()
  }

  async #request(leader: number, all: readonly Asked[]): Promise<void> {
    this.#busy.add(leader)
    const errorOf = await this.#answers(leader, all)
    this.#busy.delete(leader)
    if (this.#waiting.has(leader)) this.#goSoon(leader)
    for (const { end, partitions, written } of all)
      written.resolve(each(partitions).map((one) => ({ ...one, error: errorOf(end, one.topic, one.index) })))
  }

  /** What the leader says of each partition. */
  async #answers(
    leader: number,
    all: readonly Asked[],
  ): Promise<(end: VersionedEnd, topic: string, index: number) => ErrorCode> {
    const markers = all.map(({ end, partitions }) => ({
      producerId: end.producerId,
      producerEpoch: end.producerEpoch,
      transactionResult: end.commit,
      coordinatorEpoch: end.coordinatorEpoch,
      transactionVersion: end.transactionVersion,
      topics: [...partitions].map(([name, indexes]) => ({ name, partitionIndexes: [...indexes] })),
    }))
    try {
      const { peers } = this.#broker
      const response = await peers.request(leader, WriteTxnMarkers, versionWithTransactionVersion, {
        markers,
      })
      const byProducer = new Map(response.markers.map(({ producerId, topics }) => [producerId, topics]))
      // Of what it says nothing it may know nothing: such a marker is tried again.
      return ({ producerId }, topic, index) =>
        (byProducer
          .get(producerId)
          ?.find(({ name }) => name === topic)
          ?.partitions.find(({ partitionIndex }) => partitionIndex === index)?.errorCode ??
          ErrorCode.UNKNOWN_SERVER_ERROR) as ErrorCode
    } catch (error) {
      if (error instanceof AssertionFailure) throw error
      this.#broker.logger.debug('markers of transactions could not be sent', { leader, error })
      return () => ErrorCode.NETWORK_EXCEPTION
    }
  }
}

function isOfSomebodyNewer(error: ErrorCode): boolean {
  return error === ErrorCode.INVALID_PRODUCER_EPOCH || error === ErrorCode.TRANSACTION_COORDINATOR_FENCED
}

function each(partitions: PartitionsByTopic): { topic: string; index: number }[] {
  return [...partitions].flatMap(([topic, indexes]) => [...indexes].map((index) => ({ topic, index })))
}

function indexesOf(byTopic: Map<string, Set<number>>, topic: string): Set<number> {
  const known = byTopic.get(topic)
  if (known) return known
  const made = new Set<number>()
  byTopic.set(topic, made)
  return made
}
