import {
  AlterConfigOp,
  AlterConfigs,
  ConfigRecord,
  ConfigResourceType,
  ErrorCode,
  IncrementalAlterConfigs,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { type ConfigScope, configDefinition } from '../metadata/config-definitions.ts'
import type { ConfigResource } from '../metadata/configs-image.ts'
import type { BrokerConfig } from '../metadata/configs.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { topicNameProblem } from '../metadata/topic-name.ts'
import { eachOfSteps, type Steps } from '../storage/slices.ts'
import { brokerConfigNamesProblem, threadCountProblem, wholeConfigProblem } from './broker-configs.ts'
import { clientMetricsConfigsProblem } from './client-metrics-configs.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import { type Decision, Refusal, RequestedRecords } from './decision.ts'
import { clearElrRecords, minIsrProblem } from './elr-configs.ts'
import { groupConfigsProblem } from './group-configs.ts'
import { topicConfigsProblem } from './topic-configs.ts'
import type { TopicPolicy } from './topic-policy.ts'

type IncrementalResource = RequestOf<typeof IncrementalAlterConfigs>['resources'][number]
type LegacyResource = RequestOf<typeof AlterConfigs>['resources'][number]
type AlteredResource = ResponseOf<typeof AlterConfigs>['responses'][number]

const operationNames = ['SET', 'DELETE', 'APPEND', 'SUBTRACT']

/** Record values that a resource is to have: null takes one away. */
type Changes = ReadonlyMap<string, string | null>

/** Decides about the dynamic configs of topics, brokers, groups and client metrics. */
export class ConfigsManager {
  readonly #image: MetadataImage
  readonly #config: BrokerConfig
  readonly #policy: TopicPolicy | null

  constructor(options: { image: MetadataImage; config: BrokerConfig; policy: TopicPolicy | null }) {
    this.#image = options.image
    this.#config = options.config
    this.#policy = options.policy
  }

  alterIncrementally(
    request: RequestOf<typeof IncrementalAlterConfigs>,
  ): Steps<Decision<ResponseOf<typeof IncrementalAlterConfigs>>> {
    return this.#alter(request.resources, request.validateOnly, (resource) => this.#incremental(resource))
  }

  /** The older form: what is not named is taken away. */
  alter(request: RequestOf<typeof AlterConfigs>): Steps<Decision<ResponseOf<typeof AlterConfigs>>> {
    return this.#alter(request.resources, request.validateOnly, (resource) => this.#replacement(resource))
  }

  *#alter<R extends IncrementalResource | LegacyResource>(
    resources: readonly R[],
    validateOnly: boolean,
    changesFor: (resource: R) => Steps<Changes | Refusal>,
  ): Steps<Decision<{ throttleTimeMs: number; responses: AlteredResource[] }>> {
    const records = new RequestedRecords()
    const again = yield* namedAgain(resources)
    const twice = new Refusal(ErrorCode.INVALID_REQUEST, 'Each resource must appear at most once.')
    const alterOne = (resource: R) => this.#alterOne(resource, changesFor)
    const responses = yield* eachOfSteps(resources, function* (resource) {
      const { resourceType, resourceName } = resource
      const outcome = again.has(keyOf(resource)) ? twice : yield* alterOne(resource)
      if (!(outcome instanceof Refusal)) records.push(...outcome)
      return {
        errorCode: outcome instanceof Refusal ? outcome.error : ErrorCode.NONE,
        errorMessage: outcome instanceof Refusal ? outcome.message : null,
        resourceType,
        resourceName,
      }
    })
    records.push(...clearElrRecords(records.all, this.#image))
    const isOfTopics = resources.some(({ resourceType }) => resourceType === ConfigResourceType.topic)
    const throttleTimeMs = isOfTopics ? (this.#policy?.asked() ?? 0) : 0
    return { records: validateOnly ? [] : records.all, response: { throttleTimeMs, responses } }
  }

  *#alterOne<R extends IncrementalResource | LegacyResource>(
    resource: R,
    changesFor: (resource: R) => Steps<Changes | Refusal>,
  ): Steps<NewRecord[] | Refusal> {
    const { resourceType: type, resourceName: name } = resource
    const named = yield* namesProblem(resource)
    if (named) return named
    const unfit = resourceRefusal(this.#image, { type, name })
    if (unfit) return unfit
    const changes = yield* changesFor(resource)
    if (changes instanceof Refusal) return changes
    const current = this.#image.configs.of(type, name)
    const records = yield* recordsOf({ type, name }, current, changes)
    return (
      minIsrProblem({ type, name }, changes, this.#image) ??
      this.#problem({ type, name }, after(current, changes), changes) ??
      records
    )
  }

  *#incremental(resource: IncrementalResource): Steps<Changes | Refusal> {
    const { resourceType: type, resourceName: name } = resource
    const current = this.#image.configs.of(type, name)
    const changes = new Map<string, string | null>()
    for (const { name: key, configOperation: operation, value } of resource.configs) {
      yield
      if (operation === AlterConfigOp.delete) changes.set(key, null)
      else if (operation === AlterConfigOp.set) changes.set(key, value)
      else if (operation !== AlterConfigOp.append && operation !== AlterConfigOp.subtract)
        return new Refusal(ErrorCode.INVALID_REQUEST, `Unknown operation type ${operation}`)
      else {
        const scope = scopeOf(type)
        if (configDefinition(scope, key)?.type !== 'list')
          return new Refusal(
            ErrorCode.INVALID_CONFIG,
            `Can't ${operationNames[operation]} to key ${key} because its type is not LIST.`,
          )
        const before = current.get(key) ?? this.#inherited(scope, key)
        changes.set(key, combined(before, String(value), operation === AlterConfigOp.append))
      }
    }
    return changes
  }

  *#replacement(resource: LegacyResource): Steps<Changes> {
    const current = this.#image.configs.of(resource.resourceType, resource.resourceName)
    const changes = new Map<string, string | null>([...current.keys()].map((key) => [key, null]))
    for (const { name, value } of resource.configs) {
      changes.set(name, value)
      yield
    }
    return changes
  }

  /** What a list starts from that the resource has no value for. */
  #inherited(scope: ConfigScope, name: string): string {
    const layers =
      scope === 'broker'
        ? this.#config.brokerLayers([{ name, multiplier: 1 }])
        : this.#config.layers(scope, '', name, new Map())
    return layers[0]?.value ?? configDefinition(scope, name)?.default ?? ''
  }

  #problem(resource: ConfigResource, configs: ReadonlyMap<string, string>, changes: Changes): Refusal | null {
    switch (scopeOf(resource.type)) {
      case 'topic':
        return (
          topicConfigsProblem(configs, this.#config) ??
          this.#policy?.configsRefusal(resource.name, changes) ??
          null
        )
      case 'broker':
        return (
          // What an older build took can be taken back, and is in nobody's way until then.
          brokerConfigNamesProblem(resource.name, namesThatAreSet(changes)) ??
          wholeConfigProblem(resource.name, configs, this.#image, this.#config) ??
          threadCountProblem(resource.name, changes, this.#image, this.#config)
        )
      case 'group':
        return groupConfigsProblem(configs, this.#config)
      case 'client-metrics':
        return clientMetricsConfigsProblem(configs)
    }
  }
}

function keyOf({ resourceType, resourceName }: IncrementalResource | LegacyResource): string {
  return `${resourceType}:${resourceName}`
}

/** The resources that a request names more than once. */
function* namedAgain(resources: readonly (IncrementalResource | LegacyResource)[]): Steps<Set<string>> {
  const seen = new Set<string>()
  const again = new Set<string>()
  for (const resource of resources) {
    const key = keyOf(resource)
    if (seen.has(key)) again.add(key)
    seen.add(key)
    yield
  }
  return again
}

/** Why configs that are so named and valued cannot be altered at all. */
function* namesProblem(resource: IncrementalResource | LegacyResource): Steps<Refusal | null> {
  const names = new Set<string>()
  const nulls: string[] = []
  for (const config of resource.configs) {
    names.add(config.name)
    if (config.value === null && !isDelete(config)) nulls.push(config.name)
    yield
  }
  if (names.size < resource.configs.length)
    return new Refusal(ErrorCode.INVALID_REQUEST, 'Error due to duplicate config keys')
  if (nulls.length === 0) return null
  return new Refusal(ErrorCode.INVALID_REQUEST, `Null value not supported for : ${nulls.join(', ')}`)
}

function isDelete(
  config: IncrementalResource['configs'][number] | LegacyResource['configs'][number],
): boolean {
  return 'configOperation' in config && config.configOperation === AlterConfigOp.delete
}

function scopeOf(type: number): ConfigScope {
  if (type === ConfigResourceType.topic) return 'topic'
  if (type === ConfigResourceType.group) return 'group'
  return type === ConfigResourceType.clientMetrics ? 'client-metrics' : 'broker'
}

/** Why a resource cannot have dynamic configs at all. */
function resourceRefusal(image: MetadataImage, { type, name }: ConfigResource): Refusal | null {
  const invalid = (message: string) => new Refusal(ErrorCode.INVALID_REQUEST, message)
  switch (type) {
    case ConfigResourceType.topic: {
      if (name === '') return invalid('Default topic resources are not allowed.')
      const problem = topicNameProblem(name)
      if (problem) return new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, problem)
      return image.topic(name)
        ? null
        : new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${name}' does not exist.`)
    }
    case ConfigResourceType.broker: {
      if (name === '') return null
      if (!/^-?\d+$/.test(name)) return invalid(`Node id must be an integer, but it is: ${name}`)
      return image.broker(Number(name)) ||
        image.controllers().some((one) => one.controllerId === Number(name))
        ? null
        : new Refusal(ErrorCode.BROKER_ID_NOT_REGISTERED, `No node with id ${name} found.`)
    }
    case ConfigResourceType.group:
      return name === '' ? invalid('Default group resources are not allowed.') : null
    case ConfigResourceType.clientMetrics:
      return name === '' ? invalid("Subscription name can't be empty") : null
    case ConfigResourceType.brokerLogger:
      return invalid('Log levels of brokers cannot be altered here: not implemented.')
    default:
      return invalid(`Unexpected resource type ${type}`)
  }
}

/** APPEND adds what is not there yet; SUBTRACT takes away what is. */
function combined(before: string, value: string, append: boolean): string {
  const entries = (text: string) => (text.trim() === '' ? [] : text.split(',').map((entry) => entry.trim()))
  const result = new Set(entries(before))
  for (const entry of entries(value)) {
    if (append) result.add(entry)
    else result.delete(entry)
  }
  return [...result].join(',')
}

function after(current: ReadonlyMap<string, string>, changes: Changes): Map<string, string> {
  const result = new Map(current)
  for (const [name, value] of changes) {
    if (value === null) result.delete(name)
    else result.set(name, value)
  }
  return result
}

/** A change that changes nothing is not written. */
function* recordsOf(
  resource: ConfigResource,
  current: ReadonlyMap<string, string>,
  changes: Changes,
): Steps<NewRecord[]> {
  const records = new RequestedRecords()
  for (const [name, value] of changes) {
    const record = { resourceType: resource.type, resourceName: resource.name, name, value }
    if ((current.get(name) ?? null) !== value) records.push(newRecord(ConfigRecord, record))
    yield
  }
  return records.all
}

export const configRequests: readonly ControllerRequest<ConfigsManager>[] = [
  controllerRequest({
    api: IncrementalAlterConfigs,
    decide: (configs: ConfigsManager, asked) => configs.alterIncrementally(asked),
    refuse: refuseResources,
  }),
  controllerRequest({
    api: AlterConfigs,
    decide: (configs: ConfigsManager, asked) => configs.alter(asked),
    refuse: refuseResources,
  }),
]

function refuseResources(
  asked: { resources: readonly { resourceType: number; resourceName: string }[] },
  errorCode: number,
  errorMessage: string,
) {
  const responses = asked.resources.map(({ resourceType, resourceName }) => ({
    errorCode,
    errorMessage,
    resourceType,
    resourceName,
  }))
  return { throttleTimeMs: 0, responses }
}

function namesThatAreSet(changes: Changes): string[] {
  return [...changes].filter(([, value]) => value !== null).map(([name]) => name)
}
