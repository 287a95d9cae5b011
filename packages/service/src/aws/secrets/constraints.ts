import type { Constrain } from '../service.ts'
import { invalidParameter, validation } from './exceptions.ts'

/** What the SDK's schema leaves out: lengths and ranges of request members, from the service model. */
const lengths: Readonly<Record<string, { min: number; max: number }>> = {
  Name: { min: 1, max: 512 },
  SecretId: { min: 1, max: 2_048 },
  Description: { min: 0, max: 2_048 },
  KmsKeyId: { min: 0, max: 2_048 },
  ResourcePolicy: { min: 1, max: 20_480 },
  SecretString: { min: 1, max: 65_536 },
  SecretBinary: { min: 1, max: 65_536 },
}

export const constrain: Constrain = (_structure, { name, type }, value) => {
  if (name === 'ClientRequestToken' && (String(value).length < 32 || String(value).length > 64))
    throw invalidParameter('ClientRequestToken must be 32-64 characters long.')
  const isPageSize = name === 'MaxResults' || name === 'RecoveryWindowInDays'
  if (isPageSize && !Number.isSafeInteger(value)) throw validation(`${name} must be a whole number.`)
  if (name === 'MaxResults' && ((value as number) < 1 || (value as number) > 100))
    throw validation('1 validation error detected: MaxResults must be between 1 and 100.')
  const limit = lengths[name]
  if (!limit) return
  const size = type.kind === 'blob' ? (value as Uint8Array).length : Buffer.byteLength(String(value))
  const problem =
    size < limit.min
      ? `greater than or equal to ${limit.min}`
      : size > limit.max
        ? `less than or equal to ${limit.max}`
        : null
  if (problem === null) return
  // Never the value: it may be the secret.
  const member = name.charAt(0).toLowerCase() + name.slice(1)
  throw validation(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length ${problem}`,
  )
}
