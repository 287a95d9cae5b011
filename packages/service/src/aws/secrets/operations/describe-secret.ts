import type { DescribeSecretRequest, DescribeSecretResponse } from '@aws-sdk/client-secrets-manager'
import { secretOf } from '../operation.ts'
import { describedSecret, stagesOf } from '../secret-shapes.ts'
import type { Services } from '../services.ts'

/** All but the value, also of a secret that is marked for deletion. */
export const describeSecret =
  (services: Pick<Services, 'secrets'>) =>
  (input: DescribeSecretRequest): DescribeSecretResponse => {
    const record = secretOf(services, input.SecretId)
    return { ...describedSecret(record), VersionIdsToStages: stagesOf(record) }
  }
