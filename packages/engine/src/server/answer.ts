import {
  type Api,
  encodeResponseFrame,
  encodeResponseFrameInSteps,
  type Input,
  type ResponseOf,
} from '@sluice/wire'
import type { Steps } from '../storage/slices.ts'
import type { RequestContext } from './handler.ts'

type AnswerContext = Pick<RequestContext, 'apiVersion' | 'correlationId' | 'settle'>

/**
 * The frame of an answer that the schema encodes. It says how long its client is throttled, at every API and version
 * that has a place for it.
 */
export function encodeAnswer<A extends Api>(
  api: A,
  context: AnswerContext,
  response: Input<ResponseOf<A>>,
): Buffer {
  const { apiVersion, correlationId } = context
  return encodeResponseFrame(api, apiVersion, correlationId, throttled(context, response))
}

/** The same in steps, for an answer that may be large. */
export function encodeAnswerInSteps<A extends Api>(
  api: A,
  context: AnswerContext,
  response: Input<ResponseOf<A>>,
): Steps<Buffer> {
  const { apiVersion, correlationId } = context
  return encodeResponseFrameInSteps(api, apiVersion, correlationId, throttled(context, response))
}

function throttled<R extends object>(context: AnswerContext, response: R): R {
  const throttleTimeMs = context.settle(
    'throttleTimeMs' in response ? (response.throttleTimeMs as number) : 0,
  )
  // The encoder takes the members that its version knows.
  return throttleTimeMs > 0 ? { ...response, throttleTimeMs } : response
}
