import { parseServiceSchema } from '../schema.ts'
import * as secretsManager from '../schemas/secrets-manager.generated.ts'
import type { AwsService } from '../service.ts'
import { secretTarget } from './access-targets.ts'
import { constrain } from './constraints.ts'
import { invalidNextToken, invalidParameter } from './exceptions.ts'
import { secretsHandlers } from './operations.ts'
import type { Services } from './services.ts'

/** AWS Secrets Manager, API version 2017-10-17. */
export function secretsService(services: Services): AwsService {
  return {
    signingName: 'secretsmanager',
    protocols: ['json-1.1'],
    targetPrefix: 'secretsmanager',
    schema: parseServiceSchema(secretsManager),
    handlers: new Map(Object.entries(secretsHandlers(services))),
    constrain,
    badInput: invalidParameter,
    badToken: invalidNextToken,
    targetsOf: (operation, input) => [secretTarget(services, operation, input)],
  }
}
