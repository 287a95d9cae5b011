import { AwsException, storedOr } from '../exceptions.ts'

/** The exceptions of CloudWatch Logs' model, with the texts that AWS has. */

export function invalidParameter(message: string): AwsException {
  return new AwsException('InvalidParameterException', 400, message)
}

export function noGroup(): AwsException {
  return new AwsException('ResourceNotFoundException', 400, 'The specified log group does not exist.')
}

export function noStream(): AwsException {
  return new AwsException('ResourceNotFoundException', 400, 'The specified log stream does not exist.')
}

export function exists(what: 'group' | 'stream'): AwsException {
  const message = `The specified log ${what} already exists`
  return new AwsException('ResourceAlreadyExistsException', 400, message)
}

export function limitExceeded(): AwsException {
  return new AwsException('LimitExceededException', 400, 'Resource limit exceeded.')
}

/** Runs a change; where the disk did not take it, there is none. */
export function stored<Result>(change: () => Result): Result {
  const refused = (why: string) =>
    new AwsException('ServiceUnavailableException', 503, `It could not be stored. ${why}`)
  return storedOr(refused, change)
}
