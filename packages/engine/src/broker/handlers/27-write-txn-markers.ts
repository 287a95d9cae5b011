/*
 * WriteTxnMarkers, versions 1 and 2: between brokers. The coordinator of a transaction has its end written into the
 * partitions that this broker leads (KIP-98); version 2 says under which level of transaction.version (KIP-890).
 */
import { type Input, type RequestOf, type ResponseOf, WriteTxnMarkers } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { askedInSteps } from '../../storage/slices.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'
import { markerOf } from '../transactions/write-marker.ts'

type Marker = RequestOf<typeof WriteTxnMarkers>['markers'][number]
type MarkerResult = NonNullable<Input<ResponseOf<typeof WriteTxnMarkers>>['markers']>[number]

export const writeTxnMarkers = handler(
  WriteTxnMarkers,
  [whole('clusterAction', 'cluster', { unless: { operation: 'alter', resource: 'cluster' } })],
  function* (request, { broker }) {
    try {
      const written = yield* askedInSteps(request.markers, (marker) => write(marker, broker))
      return written.then((markers) => ({ markers }))
    } finally {
      // One write a partition, however many transactions have ended.
      broker.commitStaged()
    }
  },
  { isExempt: true },
)

async function write(marker: Marker, broker: BrokerServices): Promise<MarkerResult> {
  const {
    producerId,
    producerEpoch,
    coordinatorEpoch,
    transactionResult: commit,
    transactionVersion,
  } = marker
  const end = { producerId, producerEpoch, coordinatorEpoch, commit, transactionVersion }
  const stage = markerOf(broker, end)
  const topics = marker.topics.map(async ({ name, partitionIndexes }) => ({
    name,
    partitions: await Promise.all(
      partitionIndexes.map(async (partitionIndex) => ({
        partitionIndex,
        errorCode: await stage(name, partitionIndex),
      })),
    ),
  }))
  return { producerId, topics: await Promise.all(topics) }
}
