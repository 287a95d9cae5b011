import type { Refusal } from '../../fleet/refusal.ts'
import { codeOf, sentenceOf } from '../../fleet/operating-error.ts'
import type { AwsException } from '../exceptions.ts'
import { badRequest, conflict, notServed, serviceUnavailable, tooManyRequests } from './exceptions.ts'

export function exceptionOf({ kind, message, parameter }: Refusal): AwsException {
  switch (kind) {
    case 'invalid':
      return badRequest(message, parameter)
    case 'not-implemented':
      return notServed(message, parameter)
    case 'name-taken':
      return conflict(message, parameter)
    case 'too-many':
      return tooManyRequests(message)
  }
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
