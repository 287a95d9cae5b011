/*
 * ApiVersions, versions 0 to 5.
 *
 * - What is listed are the handlers of this broker: the list cannot differ from what is served.
 * - The client's software name and version are checked and kept (KIP-511, version 3 on).
 * - Version 5 names the cluster and node that the client believes it talks to (KIP-1242): a wrong one is answered
 *   with 129, so that the client bootstraps again.
 * - An unknown version is answered in version 0 with error 35 (broker/dispatch).
 */
import { ApiVersions, ErrorCode, Produce } from '@sluice/wire'
import { supportedFeatures } from '../../metadata/features.ts'
import { handler } from '../handler.ts'

const softwareNameVersionMin = 3
const clusterCheckVersionMin = 5
/** Below this version a supported feature with minimum 0 would be read as an error (KAFKA-17011). */
const zeroMinimumVersionMin = 4
const softwarePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

export const apiVersions = handler(ApiVersions, 'none', (request, { apiVersion, broker, session }) => {
  if (apiVersion >= softwareNameVersionMin) {
    const { clientSoftwareName: name, clientSoftwareVersion: version } = request
    if (!softwarePattern.test(name) || !softwarePattern.test(version))
      return { errorCode: ErrorCode.INVALID_REQUEST }
    session.software = { name, version }
  }
  if (apiVersion >= clusterCheckVersionMin) {
    const { clusterId, nodeId } = request
    if ((clusterId === null) !== (nodeId === -1)) return { errorCode: ErrorCode.INVALID_REQUEST }
    if (clusterId !== null && (clusterId !== broker.clusterId || nodeId !== broker.nodeId))
      return { errorCode: ErrorCode.REBOOTSTRAP_REQUIRED }
  }
  return {
    errorCode: ErrorCode.NONE,
    apiKeys: [...broker.handlers.values()]
      .map(({ api, minVersion, maxVersion }) => ({
        apiKey: api.apiKey,
        // Older librdkafka compresses only where Produce 0 is offered (KAFKA-18659).
        minVersion: api.apiKey === Produce.apiKey ? 0 : minVersion,
        maxVersion,
      }))
      .sort((a, b) => a.apiKey - b.apiKey),
    supportedFeatures: supportedFeatures
      .map(({ name, minSupportedVersion: minVersion, maxSupportedVersion: maxVersion }) => ({
        name,
        minVersion,
        maxVersion,
      }))
      .filter(({ minVersion }) => apiVersion >= zeroMinimumVersionMin || minVersion > 0),
    finalizedFeaturesEpoch: broker.metadata.offset,
    finalizedFeatures: [...broker.metadata.features].map(([name, level]) => ({
      name,
      maxVersionLevel: level,
      minVersionLevel: level,
    })),
  }
})
