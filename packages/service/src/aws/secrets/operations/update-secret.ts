import type { UpdateSecretRequest, UpdateSecretResponse } from '@aws-sdk/client-secrets-manager'
import { currentStage } from '../../../fleet/secrets/secret-record.ts'
import { stored } from '../exceptions.ts'
import { tokenOf, usableSecretOf, valueIn, versionBefore } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * Changes description and key, and adds a version where there is a value. What is not named stays.
 *
 * Refuses, in this order: two values; a secret that there is not, one that is marked for deletion; a token of another
 * value.
 */
export const updateSecret =
  (services: Services) =>
  (input: UpdateSecretRequest): UpdateSecretResponse => {
    const { secrets } = services
    const { Description: description, KmsKeyId: kmsKeyId } = input
    const value = valueIn(input)
    const record = usableSecretOf(services, input.SecretId)
    const id = tokenOf(services, input.ClientRequestToken)
    const isThere = value && versionBefore(record, id, value) !== undefined
    stored(() => {
      if (description !== undefined || kmsKeyId !== undefined)
        secrets.describe(record, {
          ...(description !== undefined && { description }),
          ...(kmsKeyId !== undefined && { kmsKeyId: kmsKeyId || null }),
        })
      if (value && !isThere) secrets.putVersion(record, { id, value }, [currentStage])
    })
    return { ARN: record.arn, Name: record.name, ...(value && { VersionId: id }) }
  }
