/**
 * An outcome of an AWS operation that its model calls an exception. It is thrown by the operation and becomes
 * an answer in one place, the HTTP server.
 */
export class AwsException extends Error {
  override readonly name: string
  readonly status: number
  /** The request member at fault, as it is spelled on the wire. */
  readonly invalidParameter: string | undefined

  constructor(name: string, status: number, message: string, invalidParameter?: string) {
    super(message)
    this.name = name
    this.status = status
    this.invalidParameter = invalidParameter
  }
}

export function badRequest(message: string, invalidParameter?: string): AwsException {
  return new AwsException('BadRequestException', 400, message, invalidParameter)
}

export function notFound(message: string, invalidParameter?: string): AwsException {
  return new AwsException('NotFoundException', 404, message, invalidParameter)
}

export function conflict(message: string, invalidParameter?: string): AwsException {
  return new AwsException('ConflictException', 409, message, invalidParameter)
}

export function tooManyRequests(message: string): AwsException {
  return new AwsException('TooManyRequestsException', 429, message)
}

export function serviceUnavailable(message: string): AwsException {
  return new AwsException('ServiceUnavailableException', 503, message)
}

/**
 * What AWS has and Sluice has not yet. 501 is not in AWS's models: no client can mistake it for an outcome of
 * the operation, and the SDKs retry only 500, 502, 503 and 504.
 */
export function notImplemented(what: string, invalidParameter?: string): AwsException {
  return new AwsException(
    'NotImplementedException',
    501,
    `${what} is not implemented yet in Sluice.`,
    invalidParameter,
  )
}
