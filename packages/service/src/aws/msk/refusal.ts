import type { Refusal } from '../../fleet/refusal.ts'
import { type AwsException, storedOr } from '../exceptions.ts'
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
  return storedOr((why) => serviceUnavailable(`${what} could not be stored. ${why}`), change)
}
