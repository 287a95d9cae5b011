import type {
  DeleteResourcePolicyRequest,
  DeleteResourcePolicyResponse,
} from '@aws-sdk/client-secrets-manager'
import { stored } from '../exceptions.ts'
import { usableSecretOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Takes the policy away; that there is none is no error. */
export const deleteResourcePolicy =
  ({ secrets }: Pick<Services, 'secrets'>) =>
  (input: DeleteResourcePolicyRequest): DeleteResourcePolicyResponse => {
    const record = usableSecretOf({ secrets }, input.SecretId)
    if (record.resourcePolicy !== undefined)
      stored(() => secrets.describe(record, { resourcePolicy: undefined }))
    return { ARN: record.arn, Name: record.name }
  }
