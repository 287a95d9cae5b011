import { webcrypto } from 'node:crypto'
import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import { codeOf } from '../operating-error.ts'
import type { Artifact } from './distributions-lock.ts'

/** A jar that is not what the lock says. */
export interface Difference {
  readonly fileName: string
  readonly expected: string
  readonly found: string
}

/** Jars that are read and hashed at the same time; a jar is in memory as a whole. */
const lanes = 4

/** The first jar, by the lock's order, that is missing or not what the lock says; null when all are there. */
export async function firstDifference(
  disk: Disk,
  directory: string,
  artifacts: readonly Artifact[],
): Promise<Difference | null> {
  for (let at = 0; at < artifacts.length; at += lanes) {
    const some = artifacts.slice(at, at + lanes)
    const compared = await Promise.all(some.map((artifact) => difference(disk, directory, artifact)))
    const different = compared.find((found) => found !== null)
    if (different) return different
  }
  return null
}

async function difference(disk: Disk, directory: string, artifact: Artifact): Promise<Difference | null> {
  const { fileName, size, sha256 } = artifact
  const path = join(directory, fileName)
  try {
    const sizeFound = disk.statSync(path).size
    if (sizeFound !== size) return { fileName, expected: `${size} bytes`, found: `${sizeFound} bytes` }
    const found = await sha256Of(disk, path, size)
    return found === sha256 ? null : { fileName, expected: `SHA-256 ${sha256}`, found: `SHA-256 ${found}` }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return { fileName, expected: `SHA-256 ${sha256}`, found: 'no such file' }
  }
}

/** Reads and hashes on the thread pool: a distribution has about 45 MB. */
async function sha256Of(disk: Disk, path: string, size: number): Promise<string> {
  const file = disk.openSync(path, 'read')
  try {
    const content = new Uint8Array(size)
    const read = await file.read(content, 0, size, 0)
    return Buffer.from(await webcrypto.subtle.digest('SHA-256', content.subarray(0, read))).toString('hex')
  } finally {
    file.closeSync()
  }
}
