import { assert } from '@sluice/effects'
import {
  type Api,
  ConfigResourceType,
  ErrorCode,
  type Input,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import type { Access, AccessRule, Condition } from '../authorizer/access.ts'
import { allowsEverything, clusterResource, type Permissions } from '../authorizer/permissions.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { isSteps, type Steps } from '../storage/slices.ts'
import { errorAnswer } from './error-answer.ts'
import type { Handle } from './handler.ts'
import {
  type Failure,
  type ElementOf,
  type Named,
  type NamedItems,
  namedItems,
  namesItems,
} from './named-items.ts'

/** What is known of whoever asks, and of what there is. */
export interface AskingContext {
  readonly apiVersion: number
  readonly session: { readonly principal: string; readonly permissions: Permissions }
  readonly node: { readonly metadata: MetadataImage }
}

/** What of a request its handler hears of, and what the rest adds to the answer. */
export interface Screened<A extends Api> {
  /** Null: there is nothing left to ask for. */
  readonly request: RequestOf<A> | null
  readonly complete: (answer: Input<ResponseOf<A>>) => Input<ResponseOf<A>>
}

/** Judges one by one what a request names, or what its answer lists. */
export type Screen<A extends Api, Context> = (request: RequestOf<A>, context: Context) => Steps<Screened<A>>

/** What a client is told of a resource where it may not do what it asks for. */
export const refusals = {
  cluster: refusal(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, 'the cluster'),
  topic: refusal(ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'the topic'),
  group: refusal(ErrorCode.GROUP_AUTHORIZATION_FAILED, 'the group'),
  transactionalId: refusal(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, 'the transactional id'),
} satisfies Record<AccessRule['resource'], Failure>

function refusal(errorCode: ErrorCode, of: string): Failure {
  return { errorCode, errorMessage: `Its principal may not do this to ${of}.` }
}

/**
 * The handler as clients have it whose permissions have bounds:
 *
 * 1. What stands against the whole request is answered before anything of it is looked at.
 * 2. The screen takes out of it what is refused, so that the handler cannot tell whether that exists.
 * 3. The answer is completed with what was taken out.
 */
export function authorized<A extends Api, Context extends AskingContext>(
  api: A,
  access: Access,
  handle: Handle<A, Context>,
  screen?: Screen<A, Context>,
): Handle<A, Context> {
  if (access === 'none') return handle
  const ofWhole = access.filter(({ refuses }) => refuses === 'whole')
  const screens = screen ?? screenOf<A, Context>(api, access)
  return (request, context) => {
    if (allowsEverything(context.session.permissions)) return handle(request, context)
    const failure = refusalOfWhole(ofWhole, request, context)
    if (failure) return errorAnswer(api, context.apiVersion, request, failure) as Input<ResponseOf<A>>
    return screens ? screenedAnswer(handle, screens, request, context) : handle(request, context)
  }
}

/** Null where all is asked of the whole, or of what the answer itself says (authorized operations). */
function screenOf<A extends Api, Context extends AskingContext>(
  api: A,
  rules: readonly AccessRule[],
): Screen<A, Context> | null {
  const ofEach = rules.filter(
    ({ refuses, when }) => refuses === 'each' && when !== 'for authorized operations',
  )
  if (ofEach.length === 0) return null
  assert(namesItems(api), `${api.name} says where it names what it asks each for`)
  return (request, context) =>
    screenItems(api, request, context, (_, named) => refusalOfEach(ofEach, named, context))
}

function* screenedAnswer<A extends Api, Context extends AskingContext>(
  handle: Handle<A, Context>,
  screen: Screen<A, Context>,
  request: RequestOf<A>,
  context: Context,
) {
  const { request: left, complete } = yield* screen(request, context)
  if (left === null) return complete({} as Input<ResponseOf<A>>)
  const answered = handle(left, context)
  const answer = isSteps(answered) ? yield* answered : answered
  if (!(answer instanceof Promise)) return complete(answer)
  return answer.then(function* (later) {
    return complete(isSteps(later) ? yield* later : later)
  })
}

/** A screen for APIs that list all there is: what its client may not see is left out. */
export function listsOnly<A extends Api, Listed extends keyof ResponseOf<A> & string>(
  rule: AccessRule,
  listed: Listed,
  nameOf: (one: ElementOf<ResponseOf<A>[Listed]>) => string,
): Screen<A, AskingContext> {
  return function* (request, { session }) {
    yield
    const complete = (answer: object) => {
      const all = (answer as Record<string, ElementOf<ResponseOf<A>[Listed]>[] | undefined>)[listed] ?? []
      const seen = all.filter((one) => isPermitted(session.permissions, rule, nameOf(one)))
      return { ...answer, [listed]: seen } as Input<ResponseOf<A>>
    }
    return { request, complete }
  }
}

function refusalOfWhole(
  rules: readonly AccessRule[],
  request: object,
  { session, apiVersion }: AskingContext,
): Failure | null {
  for (const rule of rules) {
    const name = nameIn(request, rule.resource)
    if (name === null || (rule.when && !conditions[rule.when]?.(request, apiVersion))) continue
    if (!isPermitted(session.permissions, rule, name)) return refusals[rule.resource]
  }
  return null
}

/** Null where the request does not name any. */
function nameIn(request: object, resource: AccessRule['resource']): string | null {
  switch (resource) {
    case 'cluster':
      return clusterResource
    case 'group':
      return 'groupId' in request ? (request.groupId as string) : null
    case 'transactionalId':
      if ('v3AndBelowTransactionalId' in request) return request.v3AndBelowTransactionalId as string
      return 'transactionalId' in request ? (request.transactionalId as string | null) : null
    case 'topic':
      return null
  }
}

const shareKeyType = 2
const shareKeyVersionMin = 6
/** Of AddPartitionsToTxn (KIP-890). */
const brokersVersionMin = 4

/** Of rules about the whole request. What else rules may hang on is asked where it is known: by screens, and in handlers. */
const conditions: { readonly [K in Condition]?: (request: object, apiVersion: number) => boolean } = {
  'from a client': (_, apiVersion) => apiVersion < brokersVersionMin,
  'from a broker': (_, apiVersion) => apiVersion >= brokersVersionMin,
  'without a transactional id': (request) => 'transactionalId' in request && request.transactionalId === null,
  'for a coordinator of share groups': (request, apiVersion) =>
    'keyType' in request && request.keyType === shareKeyType && apiVersion >= shareKeyVersionMin,
}

/** What makes the rule needless is asked first: who says no tells the log of it. */
function isPermitted(
  permissions: Permissions,
  { operation, resource, unless }: AccessRule,
  name: string,
): boolean {
  if (unless) {
    const isNeedless =
      unless.resource === 'cluster'
        ? permissions.allows(unless.operation, 'cluster', clusterResource)
        : permissions.allowsAny(unless.operation, unless.resource)
    if (isNeedless) return true
  }
  return permissions.allows(operation, resource, name)
}

/** Null where it is permitted, and where it names nothing that there is: what is to be said of that is the handler's. */
function refusalOfEach(
  rules: readonly AccessRule[],
  named: Named,
  { session, node }: AskingContext,
): Failure | null {
  const { resource, name } = resourceOf(named, rules, node.metadata)
  if (name === undefined) return null
  const isRefused = (rule: AccessRule) =>
    rule.resource === resource && !isPermitted(session.permissions, rule, name)
  return rules.some(isRefused) ? refusals[resource] : null
}

interface Resource {
  readonly resource: AccessRule['resource']
  readonly name: string | undefined
}

function resourceOf(named: Named, [rule]: readonly AccessRule[], metadata: MetadataImage): Resource {
  if (typeof named !== 'string' && 'configType' in named)
    return configuredResource(named.configType, named.name)
  const name = typeof named === 'string' ? named : metadata.topicNameOf(named.topicId)
  return { resource: rule?.resource ?? 'cluster', name }
}

function configuredResource(type: number, name: string): Resource {
  switch (type) {
    case ConfigResourceType.topic:
      return { resource: 'topic', name }
    case ConfigResourceType.group:
      return { resource: 'group', name }
    case ConfigResourceType.broker:
    case ConfigResourceType.brokerLogger:
    case ConfigResourceType.clientMetrics:
      return { resource: 'cluster', name: clusterResource }
    default:
      return { resource: 'cluster', name: undefined }
  }
}

/** Takes out of a request the items for which `refuse` has a failure. */
export function* screenItems<A extends Api, Context extends AskingContext>(
  api: A,
  request: RequestOf<A>,
  { apiVersion }: Context,
  refuse: (item: never, named: Named) => Failure | null,
): Steps<Screened<A>> {
  const items = namedItems(api, apiVersion)
  const asked = items && ((request as Record<string, unknown>)[items.asked] as readonly unknown[] | null)
  if (!asked) return asItIs(request)
  const twice = items.once ? yield* namedTwice(asked, items) : nothing
  const refused: unknown[] = []
  const left: unknown[] = []
  for (const item of asked) {
    yield
    const named = items.name(item)
    const failure = twice.has(keyOf(named)) ? null : refuse(item as never, named)
    refused.push(failure && items.failed(item, failure))
    if (!failure) left.push(item)
  }
  if (left.length === asked.length) return asItIs(request)
  return {
    request: { ...request, [items.asked]: left },
    complete: (answer) => {
      const answers = (answer as Record<string, readonly unknown[] | undefined>)[items.answered] ?? []
      return { ...answer, [items.answered]: together(refused, answers, items.refusedStand) }
    },
  }
}

/** Nothing of it is refused. */
export function asItIs<A extends Api>(request: RequestOf<A>): Screened<A> {
  return { request, complete: (answer) => answer }
}

const nothing: ReadonlySet<string> = new Set()

function* namedTwice(asked: readonly unknown[], { name }: NamedItems): Steps<ReadonlySet<string>> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const item of asked) {
    yield
    const key = keyOf(name(item))
    if (seen.has(key)) twice.add(key)
    seen.add(key)
  }
  return twice
}

function keyOf(named: Named): string {
  return typeof named === 'string' ? named : JSON.stringify(named)
}

/** `refused` has a place, null or not, for each that was asked for. */
function together(
  refused: readonly unknown[],
  answers: readonly unknown[],
  refusedStand: NamedItems['refusedStand'],
): unknown[] {
  const isThere = (one: unknown) => one !== null && one !== undefined
  if (refusedStand === 'in place') {
    const others = answers.values()
    return refused.map((one) => one ?? others.next().value).filter(isThere)
  }
  const failures = refused.filter(isThere)
  return refusedStand === 'first' ? [...failures, ...answers] : [...answers, ...failures]
}
