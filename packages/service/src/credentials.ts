import { join } from 'node:path'
import type { Disk, Random } from '@sluice/effects'
import { codeOf, OperatingError } from './fleet/operating-error.ts'
import { newAccessKeyId } from './iam/identities.ts'

/** A pair of keys that requests to the AWS endpoint are signed with. */
export interface AccessKey {
  accessKeyId: string
  secretAccessKey: string
}

/**
 * The data directory's own keys: random, made once, readable by their owner only. Every data directory has
 * others, so that neither a web page nor another user of the machine can sign for it.
 */
export function loadOrCreateAccessKey(disk: Disk, random: Random, dataDirectory: string): AccessKey {
  const known = loadAccessKey(disk, dataDirectory)
  if (known) return known
  const key = newAccessKey(random)
  disk.writeFileAtomicSync(pathOf(dataDirectory), `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600 })
  return key
}

export function loadAccessKey(disk: Disk, dataDirectory: string): AccessKey | undefined {
  const path = pathOf(dataDirectory)
  let text: string
  try {
    text = disk.readFileSync(path).toString('utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
  const key = parse(text)
  if (key) return key
  throw new OperatingError(`${path} cannot be read.`, {
    code: 'CREDENTIALS_INVALID',
    why: 'It must be a JSON object with the texts accessKeyId and secretAccessKey.',
    next: `Mend it, or delete it: the next start makes new credentials.`,
  })
}

function parse(text: string): AccessKey | undefined {
  try {
    const { accessKeyId, secretAccessKey } = JSON.parse(text) as AccessKey
    const isText = (value: unknown) => typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value)
    return isText(accessKeyId) && isText(secretAccessKey) ? { accessKeyId, secretAccessKey } : undefined
  } catch {
    return undefined
  }
}

/** In AWS's shape: twenty capital letters and digits, forty characters of base64. */
export function newAccessKey(random: Random): AccessKey {
  return {
    accessKeyId: newAccessKeyId('AKIA', random),
    secretAccessKey: random.bytes(30).toString('base64'),
  }
}

function pathOf(dataDirectory: string): string {
  return join(dataDirectory, 'credentials.json')
}
