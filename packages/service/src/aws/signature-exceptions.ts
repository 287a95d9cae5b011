import { AwsException } from './exceptions.ts'

/** The exceptions with which AWS's front end refuses a request before any service sees it. */

export function refused(name: string, message: string): AwsException {
  return new AwsException(name, 403, message)
}

export function invalid(message: string): AwsException {
  return refused('InvalidSignatureException', message)
}

export function incomplete(message: string): AwsException {
  return refused('IncompleteSignatureException', message)
}
