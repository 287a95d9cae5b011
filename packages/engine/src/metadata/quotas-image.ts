import { ClientQuotaRecord, type ValueOf } from '@sluice/wire'
import { javaMapHash } from './java-order.ts'
import { type NewRecord, newRecord } from './records.ts'

/** What a quota is for: a user, a client id, both, or an address. In the order in which Apache Kafka writes them. */
const entityTypes = ['client-id', 'user', 'ip']
export const quotaEntityTypesMax = entityTypes.length

/** Names by type; null stands for whoever has no quota of their own. */
export type QuotaEntity = ReadonlyMap<string, string | null>

export interface EntityQuotas {
  readonly entity: QuotaEntity
  /** By the names of quotas. */
  readonly values: ReadonlyMap<string, number>
}

const noQuotas: ReadonlyMap<string, number> = new Map()

/** The quotas of clients, as the metadata log says them (KIP-546): entities, and values of each, in the order in which they came. */
export class QuotasImage {
  readonly #entities = new Map<string, { entity: QuotaEntity; values: Map<string, number> }>()

  of(entity: QuotaEntity): ReadonlyMap<string, number> {
    return this.#entities.get(entityKey(entity))?.values ?? noQuotas
  }

  all(): Iterable<EntityQuotas> {
    return this.#entities.values()
  }

  replay(record: ValueOf<typeof ClientQuotaRecord>): void {
    const entity = quotaEntityOf(record.entity)
    const key = entityKey(entity)
    const quotas = this.#entities.get(key) ?? { entity, values: new Map() }
    if (record.remove) quotas.values.delete(record.key)
    else quotas.values.set(record.key, record.value)
    if (quotas.values.size === 0) this.#entities.delete(key)
    else this.#entities.set(key, quotas)
  }

  records(): NewRecord[] {
    return [...this.#entities.values()].flatMap(({ entity, values }) =>
      [...values].map(([key, value]) => quotaRecord(entity, key, value)),
    )
  }
}

/** Without a value the quota is removed. */
export function quotaRecord(entity: QuotaEntity, key: string, value: number | null): NewRecord {
  return newRecord(ClientQuotaRecord, {
    entity: entityParts(entity),
    key,
    value: value ?? 0,
    remove: value === null,
  })
}

interface EntityPart {
  readonly entityType: string
  readonly entityName: string | null
}

export function isQuotaEntityType(type: string): boolean {
  return entityTypes.includes(type)
}

/** Of a type that is named twice the last name counts. */
export function quotaEntityOf(parts: readonly EntityPart[]): QuotaEntity {
  const rank = ({ entityType }: EntityPart) => entityTypes.indexOf(entityType)
  return new Map(
    parts.toSorted((a, b) => rank(a) - rank(b)).map((part) => [part.entityType, part.entityName]),
  )
}

/** As requests, answers and records have it. */
export function entityParts(entity: QuotaEntity): EntityPart[] {
  return [...entity].map(([entityType, entityName]) => ({ entityType, entityName }))
}

export function entityKey(entity: QuotaEntity): string {
  return JSON.stringify([...entity])
}

/** ClientQuotaEntity.hashCode of Apache Kafka: Objects.hash of the names by type. */
export function* quotaEntityHash(
  names: Iterable<readonly [type: string, name: string | null]>,
): Generator<undefined, number, undefined> {
  return (31 + (yield* javaMapHash(names))) | 0
}
