import type { GetSecretValueRequest, GetSecretValueResponse } from '@aws-sdk/client-secrets-manager'
import { currentStage } from '../../../fleet/secrets/secret-record.ts'
import { invalidRequest, notFound } from '../exceptions.ts'
import { usableSecretOf, valueShape } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * A version of a secret: the one of that id, that label, or both; else the current one.
 *
 * Refuses, in this order: a secret that there is not, one that is marked for deletion, a version that there is not.
 */
export const getSecretValue =
  ({ secrets }: Pick<Services, 'secrets'>) =>
  (input: GetSecretValueRequest): GetSecretValueResponse => {
    const record = usableSecretOf({ secrets }, input.SecretId)
    const { VersionId: id, VersionStage: stage } = input
    const wanted = stage ?? (id === undefined ? currentStage : undefined)
    const version = record.versions.find((one) =>
      id === undefined ? wanted !== undefined && one.stages.includes(wanted) : one.id === id,
    )
    if (!version)
      throw notFound(
        id === undefined
          ? `Secrets Manager can't find the specified secret value for staging label: ${wanted}`
          : `Secrets Manager can't find the specified secret value for VersionId: ${id}`,
      )
    if (wanted !== undefined && !version.stages.includes(wanted))
      throw invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.')
    secrets.noteAccess(record)
    return {
      ARN: record.arn,
      Name: record.name,
      VersionId: version.id,
      ...valueShape(version.value),
      VersionStages: version.stages,
      CreatedDate: new Date(version.createdAtMs),
    }
  }
