import type { RestoreSecretRequest, RestoreSecretResponse } from '@aws-sdk/client-secrets-manager'
import { stored } from '../exceptions.ts'
import { secretOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Takes the mark for deletion away; one that has none stays as it is. */
export const restoreSecret =
  ({ secrets }: Pick<Services, 'secrets'>) =>
  (input: RestoreSecretRequest): RestoreSecretResponse => {
    const record = secretOf({ secrets }, input.SecretId)
    if (record.deletion !== null) stored(() => secrets.restore(record))
    return { ARN: record.arn, Name: record.name }
  }
