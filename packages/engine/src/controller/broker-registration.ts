import { type BrokerRegistration, ErrorCode, type RequestOf } from '@sluice/wire'
import { isReservedDirectory } from '../metadata/directory-id.ts'
import { kraftVersionFeature, metadataVersionFeature } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'

type Asked = Pick<RequestOf<typeof BrokerRegistration>, 'brokerId' | 'logDirs' | 'features'>

/** Each log directory has an id of its own in the whole cluster (KIP-858). */
export function directoriesError({ brokerId, logDirs }: Asked, image: MetadataImage): ErrorCode {
  const taken = new Set(image.brokers().flatMap((broker) => (broker.id === brokerId ? [] : broker.logDirs)))
  const isUnfit =
    logDirs.length === 0 ||
    new Set(logDirs).size < logDirs.length ||
    logDirs.some((id) => isReservedDirectory(id) || taken.has(id))
  return isUnfit ? ErrorCode.INVALID_REGISTRATION : ErrorCode.NONE
}

/** A broker must be able to work at every level that is in force; a feature that it does not name it has not. */
export function featuresError({ features }: Asked, image: MetadataImage): ErrorCode {
  // The metadata quorum's own feature stands in no feature record.
  const finalized = new Map([[kraftVersionFeature, 0], ...image.features])
  for (const { name, minSupportedVersion, maxSupportedVersion } of features) {
    const level = finalized.get(name) ?? 0
    if (level < minSupportedVersion || level > maxSupportedVersion) return ErrorCode.UNSUPPORTED_VERSION
    finalized.delete(name)
  }
  if (finalized.has(metadataVersionFeature)) return ErrorCode.INVALID_REGISTRATION
  return [...finalized.values()].some((level) => level !== 0) ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.NONE
}
