import { AwsException } from './exceptions.ts'
import type { AwsResponse } from './request.ts'

/** The longest request of the MSK model by far is a configuration in base64. */
export const requestBytesMax = 1_048_576

export function okResponse(status: number, body: string): AwsResponse {
  return { status, headers: jsonHeaders(body), body }
}

/** Anything but an AwsException is a bug of ours, and its details stay in the log. */
export function exceptionResponse(error: unknown): AwsResponse {
  const known = error instanceof AwsException ? error : internalError()
  const { invalidParameter, message } = known
  const body = JSON.stringify({ ...(invalidParameter !== undefined && { invalidParameter }), message })
  return { status: known.status, headers: { ...jsonHeaders(body), 'x-amzn-errortype': known.name }, body }
}

export function tooLarge(): AwsException {
  return new AwsException(
    'RequestEntityTooLargeException',
    413,
    `A request has at most ${requestBytesMax} bytes.`,
  )
}

function internalError(): AwsException {
  return new AwsException(
    'InternalServerErrorException',
    500,
    'An internal error occurred. The log of the service tells more.',
  )
}

function jsonHeaders(body: string): Record<string, string> {
  return body === '' ? {} : { 'content-type': 'application/json' }
}
