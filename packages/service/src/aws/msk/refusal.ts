import type { Refusal } from '../../fleet/refusal.ts'
import { codeOf, sentenceOf } from '../../fleet/operating-error.ts'
import { type AwsException, badRequest, notImplemented, serviceUnavailable } from '../exceptions.ts'

export function exceptionOf({ kind, message, parameter }: Refusal): AwsException {
  return kind === 'invalid' ? badRequest(message, parameter) : notImplemented(message, parameter)
}

/** Runs a change that is durable when it is done; `what` is the subject of the sentence that says it was not. */
export function stored<Result>(what: string, change: () => Result): Result {
  try {
    return change()
  } catch (error) {
    // The disk did not take the change, so there is none; anything without a code is a bug of ours.
    if (codeOf(error) === undefined) throw error
    throw serviceUnavailable(`${what} could not be stored. ${sentenceOf(error)}`)
  }
}
