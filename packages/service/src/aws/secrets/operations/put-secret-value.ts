import type { PutSecretValueRequest, PutSecretValueResponse } from '@aws-sdk/client-secrets-manager'
import { currentStage } from '../../../fleet/secrets/secret-record.ts'
import { invalidParameter, stored } from '../exceptions.ts'
import { tokenOf, usableSecretOf, valueIn, versionBefore } from '../operation.ts'
import type { Services } from '../services.ts'

const stagesMax = 20

/**
 * Adds a version, which is the current one unless other labels are asked for. Asked for again by the same
 * ClientRequestToken with the same value it changes nothing.
 *
 * Refuses, in this order: no value, or two; too many labels; a secret that there is not, one that is marked for
 * deletion; a token of another value.
 */
export const putSecretValue =
  (services: Services) =>
  (input: PutSecretValueRequest): PutSecretValueResponse => {
    const value = valueIn(input)
    if (!value) throw invalidParameter('You must provide either SecretString or SecretBinary.')
    const { VersionStages: stages = [currentStage] } = input
    if (stages.length === 0 || stages.length > stagesMax)
      throw invalidParameter(`A version has 1 to ${stagesMax} staging labels.`)
    const record = usableSecretOf(services, input.SecretId)
    const id = tokenOf(services, input.ClientRequestToken)
    const isThere = versionBefore(record, id, value) !== undefined
    const after = isThere ? record : stored(() => services.secrets.putVersion(record, { id, value }, stages))
    const version = after.versions.find((one) => one.id === id)
    return {
      ARN: record.arn,
      Name: record.name,
      VersionId: id,
      VersionStages: version?.stages ?? [],
    }
  }
