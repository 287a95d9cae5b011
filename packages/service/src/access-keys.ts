import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import { codeOf, OperatingError } from './fleet/operating-error.ts'
import type { AccessKeyRecord } from './iam/identities.ts'

/* The access keys beside the owner's: `access-keys.json`, which its owner alone may read. */

export function accessKeysPath(dataDirectory: string): string {
  return join(dataDirectory, 'access-keys.json')
}

/** Null where the text is no such file. */
export function accessKeysOf(text: string): AccessKeyRecord[] | null {
  try {
    const { keys } = JSON.parse(text) as { keys: AccessKeyRecord[] }
    return Array.isArray(keys) && keys.every(isAccessKey) ? keys : null
  } catch {
    return null
  }
}

function isAccessKey({ accessKeyId, secretAccessKey, identity, regions = [] }: AccessKeyRecord): boolean {
  const isText = (value: unknown) => typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value)
  return (
    isText(accessKeyId) &&
    isText(secretAccessKey) &&
    isIdentityArn(identity) &&
    Array.isArray(regions) &&
    regions.every(isText)
  )
}

/** Of a user, a role, or the owner of an account. */
export function isIdentityArn(arn: unknown): boolean {
  return typeof arn === 'string' && /^arn:[\w-]+:iam::\d{12}:(root|(user|role)\/[\w+=,.@/-]+)$/.test(arn)
}

export function readAccessKeys(disk: Disk, dataDirectory: string): AccessKeyRecord[] {
  const path = accessKeysPath(dataDirectory)
  let text: string
  try {
    text = disk.readFileSync(path).toString()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
  const keys = accessKeysOf(text)
  if (keys) return keys
  throw new OperatingError(`${path} cannot be read.`, {
    code: 'ACCESS_KEYS_INVALID',
    why: 'It must be a JSON object whose keys each have an accessKeyId, a secretAccessKey and an identity.',
    next: 'Mend it, or delete it and add the keys anew.',
  })
}

export function writeAccessKeys(disk: Disk, dataDirectory: string, keys: readonly AccessKeyRecord[]): void {
  const text = `${JSON.stringify({ keys }, null, 2)}\n`
  disk.writeFileAtomicSync(accessKeysPath(dataDirectory), text, { mode: 0o600 })
}
