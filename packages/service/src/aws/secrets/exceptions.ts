import { AwsException, storedOr } from '../exceptions.ts'

/** The exceptions of Secrets Manager's model, all of them 400, with the texts that AWS has. */

export function invalidParameter(message: string): AwsException {
  return new AwsException('InvalidParameterException', 400, message)
}

export function invalidRequest(message: string): AwsException {
  return new AwsException('InvalidRequestException', 400, message)
}

/** Of AWS's front end: what the model itself rules out. */
export function validation(message: string): AwsException {
  return new AwsException('ValidationException', 400, message)
}

export function notFound(message = "Secrets Manager can't find the specified secret."): AwsException {
  return new AwsException('ResourceNotFoundException', 400, message)
}

export function exists(message: string): AwsException {
  return new AwsException('ResourceExistsException', 400, message)
}

export function limitExceeded(message: string): AwsException {
  return new AwsException('LimitExceededException', 400, message)
}

export function malformedPolicy(): AwsException {
  const message = 'This resource policy contains unsupported elements, or is no policy.'
  return new AwsException('MalformedPolicyDocumentException', 400, message)
}

export function invalidNextToken(): AwsException {
  const message = 'You provided an invalid value for the NextToken parameter.'
  return new AwsException('InvalidNextTokenException', 400, message)
}

/** Runs a change that is durable when it is done. */
export function stored<Result>(change: () => Result): Result {
  const refused = (why: string) =>
    new AwsException('InternalServiceError', 500, `The secret could not be stored. ${why}`)
  return storedOr(refused, change)
}
