/*
 * ApiVersions, versions 0 to 5.
 *
 * - What is listed are the handlers of this broker: the list cannot differ from what is served.
 * - The client's software name and version are checked and kept (KIP-511, version 3 on).
 * - Version 5 names the cluster and node that the client believes it talks to (KIP-1242): a wrong one is answered
 *   with 129, so that the client bootstraps again.
 * - An unknown version is answered in version 0 with error 35 (server/dispatch).
 */
import { ApiVersions } from '@sluice/wire'
import { describeVersions } from '../../server/api-versions.ts'
import { handler } from '../handler.ts'

export const apiVersions = handler(ApiVersions, 'none', (request, { apiVersion, broker, session }) =>
  describeVersions(request, apiVersion, session, broker),
)
