import { AwsException } from '../exceptions.ts'
import { parseServiceSchema } from '../schema.ts'
import * as sts from '../schemas/sts.generated.ts'
import type { AwsService } from '../service.ts'
import { getCallerIdentity } from './operations/get-caller-identity.ts'
import type { Services } from './services.ts'

/** AWS Security Token Service, API version 2011-06-15: who one is. Roles are not served yet, so nobody can assume one. */
export function stsService(services: Services): AwsService {
  return {
    signingName: 'sts',
    protocols: ['query'],
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    schema: parseServiceSchema(sts),
    handlers: new Map(Object.entries({ GetCallerIdentity: getCallerIdentity(services) })),
    constrain: () => {},
    badInput: (message) => new AwsException('ValidationError', 400, message),
  }
}
