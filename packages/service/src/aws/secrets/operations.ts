import type { OperationName } from '../schema.ts'
import type { operations } from '../schemas/secrets-manager.generated.ts'
import type { Handler } from '../service.ts'
import { createSecret } from './operations/create-secret.ts'
import { deleteResourcePolicy } from './operations/delete-resource-policy.ts'
import { deleteSecret } from './operations/delete-secret.ts'
import { describeSecret } from './operations/describe-secret.ts'
import { getResourcePolicy } from './operations/get-resource-policy.ts'
import { getSecretValue } from './operations/get-secret-value.ts'
import { listSecrets } from './operations/list-secrets.ts'
import { putResourcePolicy } from './operations/put-resource-policy.ts'
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
    DeleteResourcePolicy: deleteResourcePolicy(services),
    DeleteSecret: deleteSecret(services),
    DescribeSecret: describeSecret(services),
    GetResourcePolicy: getResourcePolicy(services),
    GetSecretValue: getSecretValue(services),
    ListSecrets: listSecrets(services),
    PutResourcePolicy: putResourcePolicy(services),
    PutSecretValue: putSecretValue(services),
    RestoreSecret: restoreSecret(services),
    TagResource: tagResource(services),
    UntagResource: untagResource(services),
    UpdateSecret: updateSecret(services),
  }
}
