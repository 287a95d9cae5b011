import type { MetadataImage } from '../metadata/image.ts'
import { isOnlyCopy } from '../metadata/topics-image.ts'
import { topicPartitionOf } from '../storage/directory-names.ts'
import type { Loss } from '../storage/losses.ts'

/** What a broker has found lost, with whether the metadata knows other replicas that have all that is committed. */
export function withOthers(loss: Loss, metadata: MetadataImage, brokerId: number): Loss {
  if (loss.kind !== 'log cut') return loss
  const place = topicPartitionOf(loss.log)
  const partition = place && metadata.topic(place.topic)?.partitions[place.partition]
  return partition && !isOnlyCopy(partition, brokerId) ? { ...loss, hasOthers: true } : loss
}
