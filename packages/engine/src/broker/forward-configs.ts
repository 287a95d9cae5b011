import {
  type AlterConfigs,
  ConfigResourceType,
  ErrorCode,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { eachInSteps, type Steps } from '../storage/slices.ts'
import type { RequestContext } from './handler.ts'

type Resource = Pick<RequestOf<typeof AlterConfigs>['resources'][number], 'resourceType' | 'resourceName'>
type Response = ResponseOf<typeof AlterConfigs>
export type Altered = Response['responses'][number]

/**
 * Changes of configs are the controller's to decide, but for those of another broker: as on Apache Kafka, each broker
 * is asked for its own, and any for what is set for all. What `own` answers the controller does not hear of.
 */
export function* forwardedConfigs<R extends Resource>(
  resources: readonly R[],
  { broker }: RequestContext,
  forward: (resources: R[]) => Promise<Response>,
  own: (resource: R) => Altered | null = () => null,
): Steps<Promise<Steps<Response>>> {
  const refusals = yield* eachInSteps(
    resources,
    (resource) => refusal(resource, broker.nodeId) ?? own(resource),
  )
  const wanted = resources.filter((_, at) => refusals[at] === null)
  return forward(wanted).then(function* (answer): Steps<Response> {
    const decided = answer.responses.values()
    const inPlace = (refused: Altered | null) => refused ?? (decided.next().value as Altered)
    return { ...answer, responses: yield* eachInSteps(refusals, inPlace) }
  })
}

function refusal({ resourceType, resourceName }: Resource, nodeId: number): Altered | null {
  const isOfBroker = resourceType === ConfigResourceType.broker && /^-?\d+$/.test(resourceName)
  if (!isOfBroker || Number(resourceName) === nodeId) return null
  return {
    errorCode: ErrorCode.INVALID_REQUEST,
    errorMessage: `Unexpected broker id, expected ${nodeId}, but received ${resourceName}`,
    resourceType,
    resourceName,
  }
}
