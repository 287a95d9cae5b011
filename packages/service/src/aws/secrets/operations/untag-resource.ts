import type { UntagResourceRequest } from '@aws-sdk/client-secrets-manager'
import { stored } from '../exceptions.ts'
import { usableSecretOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Removes tags; those that are not there are no error. */
export const untagResource =
  ({ secrets }: Pick<Services, 'secrets'>) =>
  (input: UntagResourceRequest): void => {
    const record = usableSecretOf({ secrets }, input.SecretId)
    const gone = new Set(input.TagKeys)
    const tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !gone.has(key)))
    stored(() => secrets.describe(record, { tags }))
  }
