/*
 * ListConfigResources, versions 0 to 1: what can be asked for by DescribeConfigs (KIP-1142).
 *
 * Version 0 lists client metrics only; version 1 the types asked for, all when none is named. Topics and brokers
 * are listed whether or not they have configs of their own; groups and client metrics when they have.
 */
import { ConfigResourceType, ErrorCode, ListConfigResources } from '@sluice/wire'
import { eachInSteps, eachOfSteps } from '../../storage/slices.ts'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'

const { topic, broker: brokerType, brokerLogger, clientMetrics, group } = ConfigResourceType
const listable: ReadonlySet<number> = new Set([topic, brokerType, brokerLogger, clientMetrics, group])

export const listConfigResources = handler(
  ListConfigResources,
  [whole('describeConfigs', 'cluster')],
  function* (request, { apiVersion, broker }) {
    const asked = apiVersion === 0 ? [clientMetrics] : request.resourceTypes
    if (asked.some((type) => !listable.has(type))) return { errorCode: ErrorCode.UNSUPPORTED_VERSION }
    const types = new Set(asked.length === 0 ? listable : asked)
    const listed = yield* eachOfSteps(types, (resourceType) =>
      eachInSteps(namesOf(resourceType, broker), (resourceName) => ({ resourceName, resourceType })),
    )
    return { errorCode: ErrorCode.NONE, configResources: listed.flat() }
  },
)

function namesOf(type: number, broker: BrokerServices): string[] {
  const { metadata } = broker
  switch (type) {
    case topic:
      return [...metadata.topics()].map(({ name }) => name)
    case brokerType:
    case brokerLogger:
      return metadata.brokers().map(({ id }) => String(id))
    default:
      return metadata.configs.resources(type).map(({ name }) => name)
  }
}
