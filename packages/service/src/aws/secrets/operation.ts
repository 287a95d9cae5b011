import type { Tag } from '@aws-sdk/client-secrets-manager'
import {
  isSameValue,
  type SecretRecord,
  type SecretValue,
  type SecretVersion,
} from '../../fleet/secrets/secret-record.ts'
import { exists, invalidParameter, invalidRequest, notFound } from './exceptions.ts'
import type { Services } from './services.ts'

/* What several operations share. */

/** The secret that a name or an ARN means, marked for deletion or not. */
export function secretOf({ secrets }: Pick<Services, 'secrets'>, id = ''): SecretRecord {
  const record = secrets.find(id)
  if (!record) throw notFound()
  return record
}

/** One that can be read and changed. */
export function usableSecretOf(services: Pick<Services, 'secrets'>, id: string | undefined): SecretRecord {
  const record = secretOf(services, id)
  if (record.deletion !== null)
    throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.")
  return record
}

/** The value in a request; undefined where it has none. */
export function valueIn(input: {
  SecretString?: string | undefined
  SecretBinary?: Uint8Array | undefined
}): SecretValue | undefined {
  const { SecretString: text, SecretBinary: bytes } = input
  if (text !== undefined && bytes !== undefined)
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    )
  if (text !== undefined) return { text }
  return bytes && { bytes: Buffer.from(bytes).toString('base64') }
}

/** Where an answer has a value. */
export function valueShape(value: SecretValue): { SecretString?: string; SecretBinary?: Uint8Array } {
  return 'text' in value
    ? { SecretString: value.text }
    : { SecretBinary: new Uint8Array(Buffer.from(value.bytes, 'base64')) }
}

/**
 * The version that a client has made before by this token (ClientRequestToken), undefined where it is new. Refuses a
 * token that stands for another value: a version never changes.
 */
export function versionBefore(
  { name, versions }: SecretRecord,
  token: string,
  value: SecretValue,
): SecretVersion | undefined {
  const before = versions.find(({ id }) => id === token)
  if (before && !isSameValue(before.value, value))
    throw exists(
      `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${name}.`,
    )
  return before
}

export function tokenOf({ random }: Pick<Services, 'random'>, token: string | undefined): string {
  return token ?? random.uuid()
}

const tagsMax = 50

export function tagsIn(given: readonly Tag[] = [], before: Readonly<Record<string, string>> = {}) {
  const tags = { ...before }
  for (const { Key: key = '', Value: value = '' } of given) {
    if (key === '' || key.toLowerCase().startsWith('aws:'))
      throw invalidParameter(`The tag key '${key}' is not valid.`)
    tags[key] = value
  }
  if (Object.keys(tags).length > tagsMax)
    throw invalidParameter(`The number of tags you specified exceeds the limit of ${tagsMax}.`)
  return tags
}

export function tagShapes(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}
