/*
 * ApiVersions, versions 0 to 5.
 *
 * - What is listed are the handlers of this broker: the list cannot differ from what is served, but that metrics of clients are
 *   asked for where somebody receives them alone (KIP-714).
 * - The client's software name and version are checked and kept (KIP-511, version 3 on).
 * - Version 5 names the cluster and node that the client believes it talks to (KIP-1242): a wrong one is answered
 *   with 129, so that the client bootstraps again.
 * - An unknown version is answered in version 0 with error 35 (server/dispatch).
 */
import { ApiVersions, GetTelemetrySubscriptions, PushTelemetry } from '@sluice/wire'
import { describeVersions } from '../../server/api-versions.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'

export const apiVersions = handler(ApiVersions, 'none', (request, { apiVersion, broker, session }) =>
  describeVersions(request, apiVersion, session, {
    nodeId: broker.nodeId,
    clusterId: broker.clusterId,
    metadata: broker.metadata,
    handlers: listed(broker),
  }),
)

function listed({ handlers, clientMetrics }: BrokerServices): BrokerServices['handlers'] {
  if (clientMetrics.isReceived) return handlers
  return new Map([...handlers].filter(([apiKey]) => !ofClientMetrics.has(apiKey)))
}

const ofClientMetrics: ReadonlySet<number> = new Set([GetTelemetrySubscriptions.apiKey, PushTelemetry.apiKey])
