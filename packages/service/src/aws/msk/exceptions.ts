import { AwsException, notImplemented } from '../exceptions.ts'

/** The exceptions of MSK's model, each with the request member at fault where there is one, as it is spelled on the wire. */

export function badRequest(message: string, invalidParameter?: string): AwsException {
  return new AwsException('BadRequestException', 400, message, at(invalidParameter))
}

export function notFound(message: string, invalidParameter?: string): AwsException {
  return new AwsException('NotFoundException', 404, message, at(invalidParameter))
}

export function conflict(message: string, invalidParameter?: string): AwsException {
  return new AwsException('ConflictException', 409, message, at(invalidParameter))
}

export function tooManyRequests(message: string): AwsException {
  return new AwsException('TooManyRequestsException', 429, message)
}

export function serviceUnavailable(message: string): AwsException {
  return new AwsException('ServiceUnavailableException', 503, message)
}

/** `what` is the subject of the sentence. */
export function notServed(what: string, invalidParameter?: string): AwsException {
  return notImplemented(what, at(invalidParameter))
}

function at(invalidParameter: string | undefined): Record<string, string> {
  return invalidParameter === undefined ? {} : { invalidParameter }
}
