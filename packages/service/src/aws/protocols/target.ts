import { type HttpHead, headerOf } from '../../http/message.ts'
import type { Operation } from '../schema.ts'
import type { AwsService } from '../service.ts'

/** The header of the protocols that post everything to `/`: `X-Amz-Target: Kinesis_20131202.ListStreams`. */

export function isTargetOf({ targetPrefix }: AwsService, head: HttpHead): boolean {
  return targetPrefix !== undefined && targetOf(head)?.prefix === targetPrefix
}

export function targetedOperation(service: AwsService, head: HttpHead): Operation | undefined {
  return isTargetOf(service, head) ? service.schema.operation(targetOf(head)?.operation ?? '') : undefined
}

function targetOf(head: HttpHead): { prefix: string; operation: string } | undefined {
  if (head.method !== 'POST') return undefined
  const [prefix, operation, more] = headerOf(head, 'x-amz-target')?.split('.') ?? []
  return prefix && operation && more === undefined ? { prefix, operation } : undefined
}

/** Without its parameters. */
export function contentTypeOf(head: HttpHead): string | undefined {
  return headerOf(head, 'content-type')?.split(';')[0]?.trim().toLowerCase()
}
