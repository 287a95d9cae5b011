import { type Connection, throwOnError } from '@sluice/client'
import { UpdateFeatures } from '@sluice/wire'

/**
 * Feature levels that each release of Apache Kafka starts a new cluster with: what its own `kafka-storage
 * version-mapping` prints (3.9 has no such command; its `format` writes metadata.version 21 alone).
 *
 * kraft.version is left out on purpose: level 1 makes the voters a part of the log (KIP-853), and here they stand
 * in every node's properties.
 */
const levelsByMinor: Record<string, Readonly<Record<string, number>>> = {
  '3.9': { 'metadata.version': 21 },
  '4.0': {
    'metadata.version': 25,
    'transaction.version': 2,
    'group.version': 1,
  },
  '4.1': {
    'metadata.version': 27,
    'transaction.version': 2,
    'group.version': 1,
    'eligible.leader.replicas.version': 1,
  },
  '4.4': {
    'metadata.version': 33,
    'transaction.version': 2,
    'group.version': 1,
    'eligible.leader.replicas.version': 1,
    'share.version': 2,
    'streams.version': 1,
  },
}

/** Undefined for a release of which nothing is known here. */
export function defaultLevels(version: string): Readonly<Record<string, number>> | undefined {
  return levelsByMinor[version.split('.').slice(0, 2).join('.')]
}

interface FeatureLevel {
  name: string
  maxVersionLevel: number
}

/** The features that stand below the release's level, with the level that they shall have, in the table's order. */
export function missingLevels(
  version: string,
  finalized: readonly FeatureLevel[],
): { feature: string; maxVersionLevel: number }[] {
  const current = new Map(finalized.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]))
  return Object.entries(defaultLevels(version) ?? {})
    .filter(([feature, level]) => (current.get(feature) ?? 0) < level)
    .map(([feature, maxVersionLevel]) => ({ feature, maxVersionLevel }))
}

const timeoutMs = 30_000
/** UpdateFeatures: upgrade only. */
const upgradeTypeUpgrade = 1

/** What `kafka-features upgrade --release-version` does; does nothing where all is raised. */
export async function raiseFeatures(connection: Connection, version: string): Promise<void> {
  const { finalizedFeatures } = await connection.negotiate()
  const missing = missingLevels(version, finalizedFeatures)
  if (missing.length === 0) return
  const answer = await connection.request(UpdateFeatures, {
    timeoutMs,
    featureUpdates: missing.map((level) => ({ ...level, upgradeType: upgradeTypeUpgrade })),
  })
  throwOnError(answer.errorCode, answer.errorMessage)
  for (const { feature, errorCode, errorMessage } of answer.results)
    throwOnError(errorCode, `${feature}: ${errorMessage}`)
}
