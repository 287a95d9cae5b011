import { assert } from '@sluice/effects'
import { distributionsLock } from './distributions-lock.generated.ts'
import type { LoggingBinding } from './logging.ts'

/** A jar that a distribution consists of, as Maven knows it. */
export interface Artifact {
  readonly groupId: string
  readonly artifactId: string
  readonly version: string
  readonly classifier: string | null
  readonly fileName: string
  readonly size: number
  /** Lower case hex. */
  readonly sha256: string
}

/** A distribution whose every jar is known beforehand. */
export interface LockedDistribution {
  readonly kind: 'broker' | 'tools'
  readonly version: string
  readonly logging: LoggingBinding
  readonly artifacts: readonly Artifact[]
}

export function parseLock(text: string): readonly LockedDistribution[] {
  return text
    .trim()
    .split('\n\n')
    .map((section) => {
      const [title = '', ...lines] = section.split('\n')
      const [kind, version, logging] = title.split(' ')
      assert(kind === 'broker' || kind === 'tools', 'a section of the lock has a known kind')
      assert(version !== undefined, 'a section of the lock has a version')
      assert(logging === 'log4j2' || logging === 'reload4j', 'a section of the lock has a known logging')
      return { kind, version, logging, artifacts: lines.map(parseArtifact) }
    })
}

function parseArtifact(line: string): Artifact {
  const [coordinates = '', size, sha256 = ''] = line.split(' ')
  const [groupId = '', artifactId = '', version = '', classifier = null] = coordinates.split(':')
  assert(version !== '' && /^[\da-f]{64}$/.test(sha256), `a jar's line in the lock is whole: ${line}`)
  const suffix = classifier === null ? '' : `-${classifier}`
  const fileName = `${artifactId}-${version}${suffix}.jar`
  return { groupId, artifactId, version, classifier, fileName, size: Number(size), sha256 }
}

export const lockedDistributions = parseLock(distributionsLock)
