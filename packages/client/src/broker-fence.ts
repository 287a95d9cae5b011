import type { BrokerHeartbeat, Input, Int64, RequestOf } from '@sluice/wire'

/**
 * The heartbeat of whoever has seen a broker end, in its name: its partitions get other leaders at once, and its next
 * incarnation may register. Only the registration of this epoch is meant; what lives under a later one is not touched.
 */
export function fencingHeartbeat(
  brokerId: number,
  brokerEpoch: Int64,
): Input<RequestOf<typeof BrokerHeartbeat>> {
  return { brokerId, brokerEpoch, currentMetadataOffset: -1, wantFence: true, wantShutDown: false }
}
