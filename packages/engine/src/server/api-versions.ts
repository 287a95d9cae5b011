import { ApiVersions, ErrorCode, type Input, Produce, type RequestOf, type ResponseOf } from '@sluice/wire'
import { supportedFeatures } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { ConnectionSession } from './connection-session.ts'
import type { ServedApi } from './handler.ts'
import { type Release, versionsIn } from './releases.ts'

const softwareNameVersionMin = 3
const clusterCheckVersionMin = 5
/** Below this version a supported feature with minimum 0 would be read as an error (KAFKA-17011). */
const zeroMinimumVersionMin = 4
const softwarePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

interface Described {
  readonly nodeId: number
  readonly clusterId: string
  readonly handlers: ReadonlyMap<number, ServedApi>
  readonly metadata: MetadataImage
}

/** What a node serves, as ApiVersions says it; keeps what the client says of itself. */
export function describeVersions(
  request: RequestOf<typeof ApiVersions>,
  apiVersion: number,
  session: ConnectionSession,
  node: Described,
): Input<ResponseOf<typeof ApiVersions>> {
  if (apiVersion >= softwareNameVersionMin) {
    const { clientSoftwareName: name, clientSoftwareVersion: version } = request
    if (!softwarePattern.test(name) || !softwarePattern.test(version))
      return { errorCode: ErrorCode.INVALID_REQUEST }
    session.software = { name, version }
  }
  if (apiVersion >= clusterCheckVersionMin) {
    const { clusterId, nodeId } = request
    if ((clusterId === null) !== (nodeId === -1)) return { errorCode: ErrorCode.INVALID_REQUEST }
    if (clusterId !== null && (clusterId !== node.clusterId || nodeId !== node.nodeId))
      return { errorCode: ErrorCode.REBOOTSTRAP_REQUIRED }
  }
  const { release } = session
  return {
    errorCode: ErrorCode.NONE,
    apiKeys: [...node.handlers.values()]
      .flatMap((served) => {
        const versions = versionsIn(release, served)
        if (!versions) return []
        const { apiKey } = served.api
        const { minVersion, maxVersion } = versions
        // Older librdkafka compresses only where Produce 0 is offered (KAFKA-18659).
        return [{ apiKey, minVersion: apiKey === Produce.apiKey ? 0 : minVersion, maxVersion }]
      })
      .sort((a, b) => a.apiKey - b.apiKey),
    supportedFeatures: supportedFeatures
      .flatMap(({ name, minSupportedVersion, maxSupportedVersion }) => {
        const most = greatestLevel(release, name)
        if (most === null) return []
        const maxVersion = Math.min(maxSupportedVersion, most)
        return [{ name, minVersion: Math.min(minSupportedVersion, maxVersion), maxVersion }]
      })
      .filter(({ minVersion }) => apiVersion >= zeroMinimumVersionMin || minVersion > 0),
    finalizedFeaturesEpoch: node.metadata.offset,
    finalizedFeatures: [...node.metadata.features].flatMap(([name, finalized]) => {
      const most = greatestLevel(release, name)
      if (most === null) return []
      const level = Math.min(finalized, most)
      return [{ name, maxVersionLevel: level, minVersionLevel: level }]
    }),
  }
}

/** Null where the release does not know the feature. */
function greatestLevel(release: Release | null, feature: string): number | null {
  return release ? (release.features.get(feature) ?? null) : Number.POSITIVE_INFINITY
}
