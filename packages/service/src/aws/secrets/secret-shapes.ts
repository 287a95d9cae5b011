import type { SecretListEntry } from '@aws-sdk/client-secrets-manager'
import type { SecretRecord } from '../../fleet/secrets/secret-record.ts'
import { tagShapes } from './operation.ts'

/** What DescribeSecret and ListSecrets have in common. */
export function describedSecret(record: SecretRecord): Omit<SecretListEntry, 'SecretVersionsToStages'> {
  const { arn, name, description, kmsKeyId, tags, createdAtMs, changedAtMs, accessedAtMs, deletion } = record
  return {
    ARN: arn,
    Name: name,
    ...(description !== null && { Description: description }),
    ...(kmsKeyId !== null && { KmsKeyId: kmsKeyId }),
    ...(accessedAtMs !== null && { LastAccessedDate: new Date(accessedAtMs) }),
    ...(deletion && { DeletedDate: new Date(deletion.askedAtMs) }),
    LastChangedDate: new Date(changedAtMs),
    CreatedDate: new Date(createdAtMs),
    Tags: tagShapes(tags),
  }
}

/** Of the versions that have a label. */
export function stagesOf({ versions }: SecretRecord): Record<string, string[]> {
  return Object.fromEntries(
    versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]),
  )
}
