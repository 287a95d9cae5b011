import { AwsException } from '../exceptions.ts'
import { parseServiceSchema } from '../schema.ts'
import * as sts from '../schemas/sts.generated.ts'
import type { AwsService, Handler } from '../service.ts'
import { stsTargets } from './access-targets.ts'
import { assumeRole } from './operations/assume-role.ts'
import { getCallerIdentity } from './operations/get-caller-identity.ts'
import { getSessionToken } from './operations/get-session-token.ts'
import type { Services } from './services.ts'

/** AWS Security Token Service, API version 2011-06-15: who one is, and temporary credentials. */
export function stsService(services: Services): AwsService {
  const handlers: Record<string, Handler> = {
    AssumeRole: assumeRole(services),
    GetCallerIdentity: getCallerIdentity(),
    GetSessionToken: getSessionToken(services),
  }
  return {
    signingName: 'sts',
    protocols: ['query'],
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    schema: parseServiceSchema(sts),
    handlers: new Map(Object.entries(handlers)),
    constrain: () => {},
    badInput: (message) => new AwsException('ValidationError', 400, message),
    targetsOf: (operation, input) => stsTargets(services, operation, input),
    accessDeniedName: 'AccessDenied',
  }
}
