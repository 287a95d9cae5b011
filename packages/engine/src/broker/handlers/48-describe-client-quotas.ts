/*
 * DescribeClientQuotas, versions 0 to 1: the quotas of the entities that a filter means (KIP-546).
 *
 * - Answered by each broker, from what it has of the metadata.
 * - A component names a type of entity: with this name (0), with the default (1), or with any (2). All must be met; where
 *   the filter is strict, the entity has no other types. Without components a strict filter means none, any other all.
 * - Entities, and the values of each, come in the order in which the HashMaps of Apache Kafka have them.
 */
import { DescribeClientQuotas, ErrorCode, type RequestOf } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { inHashMapOrder, javaHash, usualCapacity } from '../../metadata/java-order.ts'
import {
  type EntityQuotas,
  entityParts,
  isQuotaEntityType,
  type QuotaEntity,
  type QuotasImage,
  quotaEntityHash,
} from '../../metadata/quotas-image.ts'
import { eachOfSteps, type Steps } from '../../storage/slices.ts'
import { handler } from '../handler.ts'

type Filter = RequestOf<typeof DescribeClientQuotas>
type Component = Filter['components'][number]

const matchTypes = { exact: 0, default: 1, specified: 2 }

export const describeClientQuotas = handler(
  DescribeClientQuotas,
  [whole('describeConfigs', 'cluster')],
  function* (filter, { broker }) {
    const problem = problemOf(filter)
    if (problem) return { ...problem, entries: null }
    const entries = []
    for (const { entity, values } of yield* candidates(broker.metadata.security.quotas, filter)) {
      yield
      if (!isMeant(entity, filter)) continue
      const hashed = [...values].map(([key, value]) => ({ hash: javaHash(key), key, value }))
      const ordered = yield* inHashMapOrder(hashed)
      entries.push({ entity: entityParts(entity), values: ordered.map(({ key, value }) => ({ key, value })) })
    }
    return { errorCode: ErrorCode.NONE, errorMessage: '', entries }
  },
)

function problemOf({ components }: Filter) {
  const named = new Set<string>()
  for (const component of components) {
    const { entityType } = component
    if (entityType === '') return invalid('Invalid empty entity type.')
    if (named.has(entityType))
      return invalid(`Entity type ${entityType} cannot appear more than once in the filter.`)
    if (!isQuotaEntityType(entityType))
      return {
        errorCode: ErrorCode.UNSUPPORTED_VERSION,
        errorMessage: `Unsupported entity type ${entityType}`,
      }
    const problem = matchProblem(component)
    if (problem !== null) return invalid(problem)
    named.add(entityType)
  }
  if (named.has('ip') && named.size > 1)
    return invalid('A filter for an ip cannot be one for a user or a client-id as well.')
  return null
}

function matchProblem({ matchType, match }: Component): string | null {
  if (!Object.values(matchTypes).includes(matchType)) return `Unknown match type ${matchType}`
  if (matchType === matchTypes.exact) return match === null ? 'An exact match wants a name.' : null
  return match === null ? null : 'Only an exact match has a name.'
}

function invalid(errorMessage: string) {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage }
}

/**
 * Those among which are all that the filter means, in order. Apache Kafka looks the first component up in an index, a HashMap
 * itself, and goes through a copy of what that has: of a Java since 19, as in its image; older ones copy three, six, twelve
 * and so on into a map of twice the size.
 */
function* candidates(quotas: QuotasImage, { components }: Filter): Steps<readonly EntityQuotas[]> {
  const hashed = yield* eachOfSteps(quotas.all(), function* ({ entity, values }) {
    return { hash: yield* quotaEntityHash(entity), entity, values }
  })
  const all = yield* inHashMapOrder(hashed)
  const first = components.toSorted((a, b) => rank(a) - rank(b))[0]
  if (!first) return all
  const found = []
  for (const one of all) {
    if (meets(one.entity, first)) found.push(one)
    yield
  }
  return yield* inHashMapOrder(yield* inHashMapOrder(found, usualCapacity))
}

/** Components with a name come first, and then those of client ids. */
function rank({ entityType, matchType }: Component): number {
  return (matchType === matchTypes.specified ? 2 : 0) + (entityType === 'client-id' ? 0 : 1)
}

function isMeant(entity: QuotaEntity, { components, strict }: Filter): boolean {
  if (strict && entity.size !== components.length) return false
  return components.every((component) => meets(entity, component))
}

function meets(entity: QuotaEntity, { entityType, matchType, match }: Component): boolean {
  const name = entity.get(entityType)
  return name !== undefined && (matchType === matchTypes.specified || name === match)
}
