import { isAddress } from '@sluice/effects'
import { AlterClientQuotas, ErrorCode, type RequestOf, type ResponseOf } from '@sluice/wire'
import type { MetadataImage } from '../metadata/image.ts'
import { inHashMapOrder, javaHash, usualCapacity } from '../metadata/java-order.ts'
import {
  entityKey,
  entityParts,
  type QuotaEntity,
  quotaEntityHash,
  quotaEntityOf,
  quotaEntityTypesMax,
  quotaRecord,
} from '../metadata/quotas-image.ts'
import type { NewRecord } from '../metadata/records.ts'
import { byKeyInSteps, eachInSteps, eachOfSteps, type Steps } from '../storage/slices.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import { type Decision, Refusal, RequestedRecords } from './decision.ts'

type AlterRequest = RequestOf<typeof AlterClientQuotas>
type AlterResponse = ResponseOf<typeof AlterClientQuotas>
type Op = AlterRequest['entries'][number]['ops'][number]

/** What kind of number a quota is, by its name; an integer up to its greatest value, or any. */
const ofClients: ReadonlyMap<string, number | 'any'> = new Map<string, number | 'any'>([
  ['producer_byte_rate', 2 ** 63],
  ['consumer_byte_rate', 2 ** 63],
  ['request_percentage', 'any'],
  ['controller_mutation_rate', 'any'],
])
const ofAddresses: ReadonlyMap<string, number | 'any'> = new Map([['connection_creation_rate', 2 ** 31 - 1]])
/** So far from a whole number it may be. */
const fractionMax = 1e-6

/** The quotas of clients (KIP-546, KIP-612). */
export class ClientQuotasManager {
  readonly #image: MetadataImage

  constructor(options: { image: MetadataImage }) {
    this.#image = options.image
  }

  /**
   * Each entity is judged for itself. Of one that comes again only the first entry counts, and yet it is answered with an
   * error, as on Apache Kafka. They are answered in the order of its HashMaps.
   */
  *alter({ entries, validateOnly }: AlterRequest): Steps<Decision<AlterResponse>> {
    const planned: PlannedEntity[] = []
    const outcomes = new Map<string, Outcome>()
    const asked = yield* eachOfSteps(entries, hashed)
    for (const { hash, named, ops } of yield* inHashMapOrder(asked, usualCapacity)) {
      const entity = named.size > quotaEntityTypesMax ? null : quotaEntityOf([...named.values()])
      // What nobody can have is not looked for among the others.
      const key = entity ? entityKey(entity) : `entry ${outcomes.size}`
      const plan = entity ? yield* this.#plan(entity, ops, outcomes.has(key)) : unknownTypes
      const refusal = plan instanceof Refusal ? plan : null
      if (!(plan instanceof Refusal)) planned.push({ hash, records: plan })
      outcomes.set(key, { entity: entity ? entityParts(entity) : [...named.values()], refusal })
    }
    const records = yield* recordsOf(planned)
    const answered = yield* eachInSteps(outcomes.values(), answerOf)
    return {
      records: validateOnly ? [] : records,
      response: { throttleTimeMs: 0, entries: answered },
    }
  }

  *#plan(entity: QuotaEntity, ops: readonly Op[], isAgain: boolean): Steps<NewRecord[] | Refusal> {
    if (isAgain) return again
    const known = quotasFor(entity)
    if (known instanceof Refusal) return known
    const byKey = yield* byKeyInSteps(ops, ({ key }) => key)
    if (byKey.size < ops.length) return again
    const current = this.#image.security.quotas.of(entity)
    const records: NewRecord[] = []
    const hashedOps = yield* eachInSteps(ops, (op) => ({ ...op, hash: javaHash(op.key) }))
    for (const { key, value, remove } of yield* inHashMapOrder(hashedOps, usualCapacity)) {
      yield
      const problem = remove ? null : valueProblem(key, value, known.get(key))
      if (problem) return invalid(problem)
      const wanted = remove ? undefined : value
      if (current.get(key) !== wanted) records.push(quotaRecord(entity, key, remove ? null : value))
    }
    return records
  }
}

function* hashed({ entity, ops }: AlterRequest['entries'][number]) {
  const named = yield* byKeyInSteps(entity, ({ entityType }) => entityType)
  const names = yield* eachInSteps(named.values(), (part) => [part.entityType, part.entityName] as const)
  return { hash: yield* quotaEntityHash(names), named, ops }
}

interface PlannedEntity {
  readonly hash: number
  readonly records: readonly NewRecord[]
}

/**
 * In the order in which entities that come together come into the image of Apache Kafka: what a HashMap makes by
 * `computeIfAbsent` goes before what its bucket has.
 */
function* recordsOf(planned: readonly PlannedEntity[]): Steps<readonly NewRecord[]> {
  const requested = new RequestedRecords()
  for (const { records } of yield* inHashMapOrder(planned.toReversed(), usualCapacity))
    requested.push(...records)
  return requested.all
}

interface Outcome {
  readonly entity: AlterResponse['entries'][number]['entity']
  readonly refusal: Refusal | null
}

/** The quotas that there are for what is named so. */
function quotasFor(entity: QuotaEntity): typeof ofClients | Refusal {
  if (entity.size === 0) return invalid('Invalid empty client quota entity')
  for (const [type, name] of entity) {
    if (type !== 'user' && type !== 'client-id' && type !== 'ip')
      return invalid(`Unhandled client quota entity type: ${type}`)
    if (name === '') return invalid(`Empty ${type} not supported`)
  }
  const address = entity.get('ip')
  if (address === undefined) return ofClients
  if (entity.size > 1) return invalid('A quota for an ip is for no user and no client-id as well')
  return address === null || isAddress(address)
    ? ofAddresses
    : invalid(`${address} is not a valid IP or resolvable host.`)
}

function valueProblem(name: string, value: number, kind: number | 'any' | undefined): string | null {
  if (kind === undefined) return `Invalid configuration key ${name}`
  if (!Number.isFinite(value)) return `Quota ${name} must be a finite number`
  if (value <= 0) return `Quota ${name} must be greater than 0`
  if (kind === 'any') return null
  if (value > kind) return `Proposed value for ${name} is too large.`
  return value % 1 > fractionMax ? `${name} cannot be a fractional value.` : null
}

function invalid(message: string): Refusal {
  return new Refusal(ErrorCode.INVALID_REQUEST, message)
}

const unknownTypes = invalid('Unhandled client quota entity types')
const again = invalid('An entity, and a quota of one, can be named only once')

function answerOf({ entity, refusal }: Outcome): AlterResponse['entries'][number] {
  return {
    errorCode: refusal?.error ?? ErrorCode.NONE,
    errorMessage: refusal?.message ?? null,
    entity,
  }
}

export const clientQuotaRequests: readonly ControllerRequest<ClientQuotasManager>[] = [
  controllerRequest({
    api: AlterClientQuotas,
    decide: (quotas: ClientQuotasManager, asked) => quotas.alter(asked),
    refuse: ({ entries }, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      entries: entries.map(({ entity }) => ({ errorCode, errorMessage, entity })),
    }),
  }),
]
