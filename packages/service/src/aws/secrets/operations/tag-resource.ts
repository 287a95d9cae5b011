import type { TagResourceRequest } from '@aws-sdk/client-secrets-manager'
import { stored } from '../exceptions.ts'
import { tagsIn, usableSecretOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Adds tags or changes them. Refuses the secret, then tags that AWS does not take. */
export const tagResource =
  ({ secrets }: Pick<Services, 'secrets'>) =>
  (input: TagResourceRequest): void => {
    const record = usableSecretOf({ secrets }, input.SecretId)
    const tags = tagsIn(input.Tags, record.tags)
    stored(() => secrets.describe(record, { tags }))
  }
