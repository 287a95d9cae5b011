import type { ScalableTargetRecord } from '../../fleet/storage-scaling/scaling-record.ts'
import { invalidNextToken, objectNotFound, validation } from './exceptions.ts'
import type { Services } from './services.ts'

/* What is scaled here, as requests and answers name it. */

const namespace = 'kafka'
const dimension = 'kafka:broker-storage:VolumeSize'

interface Named {
  ServiceNamespace: string | undefined
  ResourceId?: string | undefined
  ScalableDimension?: string | undefined
}

/** Anything else that AWS scales is not here. */
export function checkDimension({ ServiceNamespace, ScalableDimension }: Named): void {
  if (ServiceNamespace !== namespace || ScalableDimension !== dimension)
    throw validation(
      `Unsupported service namespace, resource type or scalable dimension. Sluice scales ${dimension} alone.`,
    )
}

/** Whether a list that is asked for may hold what is scaled here. */
export function isAskedFor({ ServiceNamespace, ScalableDimension = dimension }: Named): boolean {
  return ServiceNamespace === namespace && ScalableDimension === dimension
}

export function resourceOf({ clusterArn }: Pick<ScalableTargetRecord, 'clusterArn'>) {
  return {
    ServiceNamespace: namespace,
    ResourceId: clusterArn,
    ScalableDimension: dimension,
  } as const
}

export function targetOf(
  { storageScaling }: Pick<Services, 'storageScaling'>,
  named: Named,
): ScalableTargetRecord {
  checkDimension(named)
  const { ResourceId: resourceId = '' } = named
  const target = storageScaling.of(resourceId)
  if (!target)
    throw objectNotFound(
      `No scalable target found for service namespace: ${namespace}, resource ID: ${resourceId}, scalable dimension: ${dimension}`,
    )
  return target
}

const pageSizeDefault = 50

/** One page; its token names the last of the page before. */
export function page<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  { MaxResults: size = pageSizeDefault, NextToken: token }: { MaxResults?: number; NextToken?: string },
): { items: Item[]; nextToken: string | undefined } {
  if (!Number.isSafeInteger(size) || size < 1 || size > pageSizeDefault)
    throw validation(`1 validation error detected: MaxResults must be between 1 and ${pageSizeDefault}.`)
  const after = token === undefined ? -1 : items.findIndex((item) => idOf(item) === token)
  if (token !== undefined && after < 0) throw invalidNextToken()
  const shown = items.slice(after + 1, after + 1 + size)
  const last = shown.at(-1)
  return { items: shown, nextToken: last && last !== items.at(-1) ? idOf(last) : undefined }
}
