import { AssertionFailure, type Logger } from '@sluice/effects'
import { ErrorCode, WriteTxnMarkers } from '@sluice/wire'
import type { VersionedEnd } from '../../coordinator/pending-appends.ts'
import type { MarkerOutcome } from '../../coordinator/transaction/transaction-coordinator.ts'
import type { PartitionsByTopic } from '../../coordinator/transaction/transaction.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import { noLeader } from '../../metadata/topics-image.ts'
import type { Peers } from '../peers.ts'
import { type MarkerHome, writeMarker } from './write-marker.ts'

interface MarkerSource extends MarkerHome {
  readonly nodeId: number
  readonly metadata: MetadataImage
  readonly logger: Logger
  readonly peers: Peers
}

interface Written {
  readonly topic: string
  readonly index: number
  readonly error: ErrorCode
}

const versionWithTransactionVersion = 2

/**
 * Writes the markers of a transaction's end, each by the leader of its partition. A partition that is gone needs none;
 * one without a leader is to be tried again, and so is whatever may come right by itself.
 */
export async function writeMarkers(
  broker: MarkerSource,
  end: VersionedEnd,
  partitions: PartitionsByTopic,
): Promise<MarkerOutcome> {
  const left = new Map<string, Set<number>>()
  const retry = (topic: string, index: number) => void indexesOf(left, topic).add(index)
  const byLeader = new Map<number, Map<string, Set<number>>>()
  for (const [topic, indexes] of partitions)
    for (const index of indexes) {
      const leader = broker.metadata.topic(topic)?.partitions[index]?.leader
      if (leader === undefined) continue
      if (leader === noLeader) retry(topic, index)
      else {
        const led = byLeader.get(leader) ?? new Map<string, Set<number>>()
        byLeader.set(leader, led)
        indexesOf(led, topic).add(index)
      }
    }
  const written = await Promise.all(
    [...byLeader].map(([leader, led]) =>
      leader === broker.nodeId ? writeHere(broker, end, led) : askToWrite(broker, leader, end, led),
    ),
  )
  let isFenced = false
  for (const { topic, index, error } of written.flat()) {
    if (isOfSomebodyNewer(error)) isFenced = true
    else if (error !== ErrorCode.NONE) retry(topic, index)
  }
  return { left, isFenced }
}

function writeHere(broker: MarkerSource, end: VersionedEnd, led: PartitionsByTopic): Promise<Written[]> {
  return Promise.all(
    each(led).map(async ({ topic, index }) => ({
      topic,
      index,
      error: await writeMarker(broker, end, topic, index),
    })),
  )
}

async function askToWrite(
  broker: MarkerSource,
  leader: number,
  end: VersionedEnd,
  led: PartitionsByTopic,
): Promise<Written[]> {
  const { producerId, producerEpoch, commit, coordinatorEpoch, transactionVersion } = end
  const topics = [...led].map(([name, indexes]) => ({ name, partitionIndexes: [...indexes] }))
  const marker = {
    producerId,
    producerEpoch,
    transactionResult: commit,
    coordinatorEpoch,
    transactionVersion,
    topics,
  }
  try {
    const response = await broker.peers.request(leader, WriteTxnMarkers, versionWithTransactionVersion, {
      markers: [marker],
    })
    return (response.markers[0]?.topics ?? []).flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex: index, errorCode }) => ({
        topic,
        index,
        error: errorCode as ErrorCode,
      })),
    )
  } catch (error) {
    if (error instanceof AssertionFailure) throw error
    broker.logger.debug('markers of a transaction could not be sent', { leader, error })
    return each(led).map((one) => ({ ...one, error: ErrorCode.NETWORK_EXCEPTION }))
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
