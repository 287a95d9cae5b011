import type { Credentials as CredentialsShape } from '@aws-sdk/client-sts'
import type { Credentials } from '../../iam/signature-v4.ts'
import { AwsException, notImplemented } from '../exceptions.ts'

/* What the operations that give temporary credentials share. */

const secondsMin = 900
const roleSecondsMax = 43_200

export function credentialsShape(credentials: Required<Credentials>): CredentialsShape {
  const { accessKeyId, secretAccessKey, sessionToken, expiresAtMs } = credentials
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAtMs),
  }
}

export function checkDuration(seconds: number, secondsMax = roleSecondsMax): void {
  const be = (bound: string, limit: number) => `Member must have value ${bound} than or equal to ${limit}`
  if (seconds < secondsMin) throw validation('durationSeconds', seconds, be('greater', secondsMin))
  if (seconds > secondsMax) throw validation('durationSeconds', seconds, be('less', secondsMax))
}

/** What the model itself rules out. */
export function validation(member: string, value: string | number, constraint: string): AwsException {
  return malformed(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  )
}

export function malformed(message: string): AwsException {
  return new AwsException('ValidationError', 400, message)
}

export function notServed(member: string): AwsException {
  return notImplemented(`The parameter ${member}`)
}
