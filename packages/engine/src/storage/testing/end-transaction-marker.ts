import { endTransactionBatch, type Int64, type TransactionEnd } from '@sluice/wire'

interface Marker extends TransactionEnd {
  timestamp: Int64
  baseOffset?: number
  partitionLeaderEpoch?: number
}

export function endTransactionMarker({
  timestamp,
  baseOffset,
  partitionLeaderEpoch,
  ...end
}: Marker): Buffer {
  return endTransactionBatch(end, { timestamp, baseOffset, partitionLeaderEpoch })
}
