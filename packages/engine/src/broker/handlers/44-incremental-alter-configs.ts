/*
 * IncrementalAlterConfigs, versions 0 to 1: decided by the controller (controller/configs; KIP-339), but for the levels of this
 * broker's log, which last until its next start (KIP-412).
 */
import { ConfigResourceType, ErrorCode, IncrementalAlterConfigs, type RequestOf } from '@sluice/wire'
import { clientDecision } from '../../server/client-decisions.ts'
import { type Altered, forwardedConfigs } from '../forward-configs.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'

type Request = RequestOf<typeof IncrementalAlterConfigs>
type Resource = Request['resources'][number]

export const incrementalAlterConfigs = handler(
  IncrementalAlterConfigs,
  clientDecision(IncrementalAlterConfigs).access,
  (request, context) => {
    const { broker, apiVersion, asker } = context
    return forwardedConfigs(
      request.resources,
      context,
      (resources) =>
        broker.controller.request(IncrementalAlterConfigs, apiVersion, { ...request, resources }, asker),
      (resource) =>
        resource.resourceType === ConfigResourceType.brokerLogger ? logged(resource, request, broker) : null,
    )
  },
)

function logged(
  { resourceType, resourceName, configs }: Resource,
  { resources, validateOnly }: Request,
  { nodeId, logLevels }: BrokerServices,
): Altered {
  const answered = (errorCode: ErrorCode, errorMessage: string | null) => ({
    ...{ resourceType, resourceName, errorCode, errorMessage },
  })
  const isAgain = (one: Resource) => one.resourceType === resourceType && one.resourceName === resourceName
  if (resources.filter(isAgain).length > 1)
    return answered(ErrorCode.INVALID_REQUEST, 'Each resource must appear at most once.')
  if (resourceName !== String(nodeId))
    return answered(ErrorCode.INVALID_REQUEST, `Unexpected node id, expected ${nodeId}`)
  const problem = logLevels.alter(configs, validateOnly)
  return answered(problem?.errorCode ?? ErrorCode.NONE, problem?.errorMessage ?? null)
}
