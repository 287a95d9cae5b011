import {
  ConfigResourceType,
  type DescribeConfigs,
  ErrorCode,
  type Input,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { type BrokerConfig, ConfigSource } from '../metadata/configs.ts'
import { describeConfigs as entriesOf } from '../metadata/describe-configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { isValidTopicName } from '../metadata/topic-name.ts'
import { byKeyInSteps, eachInSteps, type Steps } from '../storage/slices.ts'
import type { LogLevels } from './log-levels.ts'

type Request = RequestOf<typeof DescribeConfigs>
type Response = Input<ResponseOf<typeof DescribeConfigs>>
type Resource = Request['resources'][number]

/** Whose configs are described. */
interface Configured {
  readonly nodeId: number
  readonly config: BrokerConfig
  readonly metadata: MetadataImage
  /** Null where there are none to be asked for. */
  readonly logLevels: LogLevels | null
}

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

/** What a node answers to DescribeConfigs. */
export function* describedConfigs(request: Request, node: Configured): Steps<Response> {
  // Who asks twice for the same is told once: clients keep what they hear by its resource.
  const asked = yield* byKeyInSteps(request.resources, identity)
  let configsLeft = configsMax
  const results = yield* eachInSteps(asked.values(), (resource) => {
    const { resourceType, resourceName, configurationKeys } = resource
    const refusal = configsLeft > 0 ? refusalOf(resourceType, resourceName, node) : tooManyConfigs
    if (refusal) return { resourceType, resourceName, ...refusal, configs: [] }
    const of = { type: resourceType, name: resourceName }
    const configs =
      resourceType === ConfigResourceType.brokerLogger
        ? loggerEntries(node.logLevels, configurationKeys)
        : entriesOf(node.config, node.metadata, of, configurationKeys)
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
}

function loggerEntries(logLevels: LogLevels | null, keys: readonly string[] | null) {
  const wanted = [...(logLevels?.all() ?? [])].filter(([name]) => !keys?.length || keys.includes(name))
  return wanted.map(([name, value]) => ({
    ...{ name, value, readOnly: false, isSensitive: false, synonyms: [] },
    ...{ configSource: ConfigSource.brokerLogger, configType: 0, documentation: null },
  }))
}

/** A resource that is asked for with the same keys is the same; null keys and none both mean all. */
function identity({ resourceType, resourceName, configurationKeys }: Resource): string {
  return JSON.stringify([resourceType, resourceName, ...(configurationKeys ?? [])])
}

function refusalOf(type: number, name: string, node: Configured): Refusal | null {
  const invalid = (errorMessage: string) => ({ errorCode: ErrorCode.INVALID_REQUEST, errorMessage })
  switch (type) {
    case ConfigResourceType.topic:
      if (!isValidTopicName(name))
        return {
          errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION,
          errorMessage: `'${name}' cannot be the name of a topic.`,
        }
      if (!node.metadata.topic(name))
        return {
          errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          errorMessage: `There is no topic '${name}'.`,
        }
      return null
    case ConfigResourceType.broker:
      if (name === '' || name === String(node.nodeId)) return null
      return invalid(
        `This is node ${node.nodeId}: ask it for '${node.nodeId}', or for '' (all brokers), not for '${name}'.`,
      )
    case ConfigResourceType.group:
      return name === '' ? invalid('The group name is empty.') : null
    case ConfigResourceType.clientMetrics:
      return name === '' ? invalid('The name of the client metrics resource is empty.') : null
    case ConfigResourceType.brokerLogger:
      if (node.logLevels && name === String(node.nodeId)) return null
      return invalid(`This is node ${node.nodeId}, whose loggers are asked for by its id, not by '${name}'.`)
    default:
      return invalid(`There is no config resource of type ${type}.`)
  }
}
