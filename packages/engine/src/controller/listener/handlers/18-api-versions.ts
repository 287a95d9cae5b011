/*
 * ApiVersions, versions 0 to 5: as a broker answers it, of what the controller serves.
 */
import { ApiVersions } from '@sluice/wire'
import { describeVersions } from '../../../server/api-versions.ts'
import { controllerHandler } from '../services.ts'

export const apiVersions = controllerHandler(ApiVersions, (request, { apiVersion, session, node }) =>
  describeVersions(request, apiVersion, session, node),
)
