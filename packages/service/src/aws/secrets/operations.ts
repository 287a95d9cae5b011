import type { OperationName } from '../schema.ts'
import type { operations } from '../schemas/secrets-manager.generated.ts'
import type { Handler } from '../service.ts'
import { createSecret } from './operations/create-secret.ts'
import { deleteSecret } from './operations/delete-secret.ts'
import { describeSecret } from './operations/describe-secret.ts'
import { getSecretValue } from './operations/get-secret-value.ts'
import { listSecrets } from './operations/list-secrets.ts'
import { putSecretValue } from './operations/put-secret-value.ts'
import { restoreSecret } from './operations/restore-secret.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateSecret } from './operations/update-secret.ts'
import type { Services } from './services.ts'

/** What is implemented. Every other operation of the schema is answered with NotImplementedException. */
export function secretsHandlers(
  services: Services,
): Partial<Record<OperationName<typeof operations>, Handler>> {
  return {
    CreateSecret: createSecret(services),
    DeleteSecret: deleteSecret(services),
    DescribeSecret: describeSecret(services),
    GetSecretValue: getSecretValue(services),
    ListSecrets: listSecrets(services),
    PutSecretValue: putSecretValue(services),
    RestoreSecret: restoreSecret(services),
    TagResource: tagResource(services),
    UntagResource: untagResource(services),
    UpdateSecret: updateSecret(services),
  }
}
