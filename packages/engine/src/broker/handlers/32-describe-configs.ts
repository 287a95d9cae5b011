/*
 * DescribeConfigs, versions 1 to 4.
 *
 * - Topics, brokers (this one by its id, or '' for what is set for all), groups, client metrics.
 * - Each value with its source and, when asked for, all synonyms that could give it, the winner first (KIP-226).
 * - Passwords are never shown; internal configs only when set.
 * - From version 3 on, and when asked for, what each config is for (KIP-569), in our own words.
 * Not done: broker loggers (resource type 8), refused with 42.
 */
import { ConfigResourceType, DescribeConfigs, ErrorCode, type RequestOf } from '@sluice/wire'
import { describeConfigs as entriesOf } from '../../metadata/describe-configs.ts'
import { isValidTopicName } from '../../metadata/topic-name.ts'
import { byKeyInSteps, eachInSteps } from '../../storage/slices.ts'
import { each } from '../access.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'

type Resource = RequestOf<typeof DescribeConfigs>['resources'][number]

/** In one answer: any name of a group has configs, so that the cluster's size bounds nothing. */
const configsMax = 200_000

interface Refusal {
  readonly errorCode: number
  readonly errorMessage: string
}

const tooManyConfigs: Refusal = {
  errorCode: ErrorCode.INVALID_REQUEST,
  errorMessage: `One request may ask for ${configsMax} configs at most.`,
}

export const describeConfigs = handler(
  DescribeConfigs,
  [each('describeConfigs', 'topic'), each('describeConfigs', 'group'), each('describeConfigs', 'cluster')],
  function* (request, { broker }) {
    // Who asks twice for the same is told once: clients keep what they hear by its resource.
    const asked = yield* byKeyInSteps(request.resources, identity)
    let configsLeft = configsMax
    const results = yield* eachInSteps(asked.values(), (resource) => {
      const { resourceType, resourceName, configurationKeys } = resource
      const refusal = configsLeft > 0 ? refusalOf(resourceType, resourceName, broker) : tooManyConfigs
      if (refusal) return { resourceType, resourceName, ...refusal, configs: [] }
      const of = { type: resourceType, name: resourceName }
      const configs = entriesOf(broker.config, broker.metadata, of, configurationKeys)
      configsLeft -= configs.length
      return {
        resourceType,
        resourceName,
        errorCode: ErrorCode.NONE,
        errorMessage: '',
        configs: configs.map((entry) => ({
          ...entry,
          ...(!request.includeSynonyms && { synonyms: [] }),
          ...(!request.includeDocumentation && { documentation: null }),
        })),
      }
    })
    return { results }
  },
)

/** A resource that is asked for with the same keys is the same; null keys and none both mean all. */
function identity({ resourceType, resourceName, configurationKeys }: Resource): string {
  return JSON.stringify([resourceType, resourceName, ...(configurationKeys ?? [])])
}

function refusalOf(type: number, name: string, broker: BrokerServices): Refusal | null {
  const invalid = (errorMessage: string) => ({ errorCode: ErrorCode.INVALID_REQUEST, errorMessage })
  switch (type) {
    case ConfigResourceType.topic:
      if (!isValidTopicName(name))
        return {
          errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION,
          errorMessage: `'${name}' cannot be the name of a topic.`,
        }
      if (!broker.metadata.topic(name))
        return {
          errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          errorMessage: `There is no topic '${name}'.`,
        }
      return null
    case ConfigResourceType.broker:
      if (name === '' || name === String(broker.nodeId)) return null
      return invalid(
        `This is broker ${broker.nodeId}: ask it for '${broker.nodeId}', or for '' (all brokers), not for '${name}'.`,
      )
    case ConfigResourceType.group:
      return name === '' ? invalid('The group name is empty.') : null
    case ConfigResourceType.clientMetrics:
      return name === '' ? invalid('The name of the client metrics resource is empty.') : null
    case ConfigResourceType.brokerLogger:
      return invalid('Broker loggers are not implemented.')
    default:
      return invalid(`There is no config resource of type ${type}.`)
  }
}
