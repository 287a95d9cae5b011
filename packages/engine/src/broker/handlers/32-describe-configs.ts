/*
 * DescribeConfigs, versions 1 to 4.
 *
 * - Topics, brokers (this one by its id, or '' for what is set for all), groups, client metrics.
 * - Each value with its source and, when asked for, all synonyms that could give it, the winner first (KIP-226).
 * - Passwords are never shown; internal configs only when set. Documentation is left empty (KIP-569).
 * Not done: broker loggers (resource type 8), refused with 42.
 */
import { ConfigResourceType, DescribeConfigs, ErrorCode } from '@sluice/wire'
import { describeConfigs as entriesOf } from '../../metadata/describe-configs.ts'
import { isValidTopicName } from '../../metadata/topic-name.ts'
import { each } from '../access.ts'
import { handler } from '../handler.ts'
import type { BrokerServices } from '../services.ts'

interface Refusal {
  readonly errorCode: number
  readonly errorMessage: string
}

export const describeConfigs = handler(
  DescribeConfigs,
  [each('describeConfigs', 'topic'), each('describeConfigs', 'group'), each('describeConfigs', 'cluster')],
  (request, { broker }) => ({
    results: request.resources.map(({ resourceType, resourceName, configurationKeys }) => {
      const refusal = refusalOf(resourceType, resourceName, broker)
      if (refusal) return { resourceType, resourceName, ...refusal, configs: [] }
      const resource = { type: resourceType, name: resourceName }
      const entries = entriesOf(broker.config, broker.metadata, resource, configurationKeys)
      return {
        resourceType,
        resourceName,
        errorCode: ErrorCode.NONE,
        errorMessage: '',
        configs: request.includeSynonyms ? entries : entries.map((entry) => ({ ...entry, synonyms: [] })),
      }
    }),
  }),
)

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
