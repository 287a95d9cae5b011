import { type Api, encodeResponseFrame, type Input, type ResponseOf } from '@sluice/wire'
import type { RequestContext } from './handler.ts'

/**
 * The frame of an answer that the schema encodes. It says how long its client is throttled, at every API and version
 * that has a place for it.
 */
export function encodeAnswer<A extends Api>(
  api: A,
  context: Pick<RequestContext, 'apiVersion' | 'correlationId' | 'throttleTimeMs'>,
  response: Input<ResponseOf<A>>,
): Buffer {
  const { apiVersion, correlationId, throttleTimeMs } = context
  // The encoder takes the members that its version knows.
  const answer = throttleTimeMs > 0 ? { ...(response as object), throttleTimeMs } : response
  return encodeResponseFrame(api, apiVersion, correlationId, answer)
}
