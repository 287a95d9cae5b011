import { AssertionFailure } from '@sluice/effects'
import { type Api, ErrorCode } from '@sluice/wire'
import { encodeAnswer } from './answer.ts'
import { errorAnswer } from './error-answer.ts'
import type { RequestContext } from './handler.ts'
import type { Reply } from './reply.ts'

const failure = { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, errorMessage: null }

/**
 * Ends a request whose own code has thrown, before anything had changed: UNKNOWN_SERVER_ERROR, in the places that its
 * response has for errors, as on Apache Kafka. A response without such a place, or a request that wants none, has its
 * connection closed. An AssertionFailure is not the request's affair, and goes on to the node's guard.
 */
export function endRequest(
  api: Api,
  request: unknown,
  context: RequestContext,
  reply: Reply,
  error: unknown,
): void {
  if (error instanceof AssertionFailure) throw error
  const { apiVersion, connection, node } = context
  node.logger.error('a request failed', { api: api.name, version: apiVersion, error })
  const response = errorAnswer(api, apiVersion, request, failure)
  if (response === null) connection.destroy(`${api.name} failed`)
  else if (!connection.closed) reply.send(encodeAnswer(api, context, response as never))
}
