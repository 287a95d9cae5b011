import type { HttpResponse } from '../http/message.ts'
import { AwsException } from './exceptions.ts'

export function okResponse(status: number, body: string): HttpResponse {
  return { status, headers: jsonHeaders(body), body: Buffer.from(body) }
}

/** Anything but an AwsException is a bug of ours, and its details stay in the log. */
export function exceptionResponse(error: unknown): HttpResponse {
  const known = error instanceof AwsException ? error : internalError()
  const { invalidParameter, message } = known
  const body = JSON.stringify({ ...(invalidParameter !== undefined && { invalidParameter }), message })
  const headers = { ...jsonHeaders(body), 'x-amzn-errortype': known.name }
  return { status: known.status, headers, body: Buffer.from(body) }
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
