/** One secret as it is kept in `<data>/secrets/<uuid>.json`, readable by its owner alone. */
export interface SecretRecord {
  formatVersion: 1
  arn: string
  /** It names the file. */
  uuid: string
  name: string
  description: string | null
  /** As it was given; null where nobody named a key, which on AWS means the account's own. */
  kmsKeyId: string | null
  tags: Record<string, string>
  /** As it was given. */
  resourcePolicy?: string | undefined
  createdAtMs: number
  changedAtMs: number
  /** The day of the last reading, as AWS tells it; null where nobody has read it. */
  accessedAtMs: number | null
  /** When it was marked for deletion, and when it goes; null where it stays. */
  deletion: { askedAtMs: number; dueAtMs: number } | null
  /** Oldest first. */
  versions: SecretVersion[]
}

export interface SecretVersion {
  /** What the client called it, or a UUID. */
  id: string
  createdAtMs: number
  /** Staging labels; each is on one version of a secret. */
  stages: string[]
  value: SecretValue
}

/** Bytes are in base64. */
export type SecretValue = { text: string } | { bytes: string }

export const currentStage = 'AWSCURRENT'
const previousStage = 'AWSPREVIOUS'
/** Secrets Manager keeps no more of those without a label either. */
const versionsKeptMax = 100

export function versionAt({ versions }: SecretRecord, stage: string): SecretVersion | undefined {
  return versions.find(({ stages }) => stages.includes(stage))
}

export function isSameValue(a: SecretValue, b: SecretValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/**
 * The versions with one more that takes these labels from whoever had them. What AWSCURRENT leaves is AWSPREVIOUS, and
 * the first version is current whatever is asked. Pure.
 */
export function withVersion(
  versions: readonly SecretVersion[],
  added: Omit<SecretVersion, 'stages'>,
  wanted: readonly string[],
): SecretVersion[] {
  const stages = versions.length === 0 ? [...new Set([...wanted, currentStage])] : [...new Set(wanted)]
  const isMoved = stages.includes(currentStage)
  const taken = new Set([...stages, ...(isMoved ? [previousStage] : [])])
  const others = versions.map((version) => {
    const left = version.stages.filter((stage) => !taken.has(stage))
    const wasCurrent = isMoved && version.stages.includes(currentStage)
    return { ...version, stages: wasCurrent ? [...left, previousStage] : left }
  })
  const labelled = others.filter((version) => version.stages.length > 0)
  const rest = others.filter((version) => version.stages.length === 0)
  const kept = new Set([...labelled, ...rest.slice(-Math.max(1, versionsKeptMax - labelled.length))])
  return [...others.filter((version) => kept.has(version)), { ...added, stages }]
}
