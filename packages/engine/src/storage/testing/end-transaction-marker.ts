import { controlBatch, ControlRecordType, type Int64 } from '@sluice/wire'

interface EndTransaction {
  commit: boolean
  producerId: Int64
  producerEpoch: number
  coordinatorEpoch: number
  timestamp: Int64
  baseOffset?: number
  partitionLeaderEpoch?: number
}

/** The marker that ends a transaction: a control batch of one record, transactional, without a sequence. */
export function endTransactionMarker(marker: EndTransaction): Buffer {
  const value = Buffer.alloc(6)
  value.writeInt32BE(marker.coordinatorEpoch, 2)
  const type = marker.commit ? ControlRecordType.commit : ControlRecordType.abort
  return controlBatch([{ type, value }], {
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    timestamp: marker.timestamp,
    baseOffset: marker.baseOffset,
    partitionLeaderEpoch: marker.partitionLeaderEpoch,
    isTransactional: true,
  })
}
