import { codeOf, sentenceOf } from '../fleet/operating-error.ts'

/**
 * An outcome of an AWS operation that its model calls an exception. It is thrown by the operation and becomes
 * an answer in one place, the endpoint.
 */
export class AwsException extends Error {
  override readonly name: string
  readonly status: number
  /** What the model gives the exception beside its message, as it is spelled on the wire. */
  readonly members: Readonly<Record<string, string>>

  constructor(name: string, status: number, message: string, members: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = name
    this.status = status
    this.members = members
  }
}

/**
 * What AWS has and Sluice has not yet. 501 is not in AWS's models: no client can mistake it for an outcome of
 * the operation, and the SDKs retry only 500, 502, 503 and 504.
 */
export function notImplemented(what: string, members: Readonly<Record<string, string>> = {}): AwsException {
  return new AwsException(
    'NotImplementedException',
    501,
    `${what} is not implemented yet in Sluice.`,
    members,
  )
}

/**
 * Runs a change that is durable when it is done. Where the disk did not take it there is none, and the operation's own
 * exception says why; anything without a code is a bug of ours.
 */
export function storedOr<Result>(refused: (why: string) => AwsException, change: () => Result): Result {
  try {
    return change()
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    throw refused(sentenceOf(error))
  }
}
