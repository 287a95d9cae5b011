import { parseServiceSchema } from '../schema.ts'
import { mskSchema } from './msk-schema.ts'
import type { AwsService } from '../service.ts'
import { mskTargets } from './access-targets.ts'
import { forItsClusterTypes } from './cluster-types.ts'
import { constrain } from './constraints.ts'
import { badRequest } from './exceptions.ts'
import { mskHandlers } from './operations.ts'
import type { Services } from './services.ts'

/** Amazon MSK, API version 2018-11-14. */
export function mskService(services: Services): AwsService {
  return {
    signingName: 'kafka',
    protocols: ['rest-json'],
    schema: parseServiceSchema(mskSchema),
    handlers: new Map(
      Object.entries(mskHandlers(services)).map(([name, handler]) => [
        name,
        forItsClusterTypes(name, handler, services),
      ]),
    ),
    constrain,
    badInput: badRequest,
    targetsOf: (operation, input) => mskTargets(services, operation, input),
    arnSegments: {
      cluster: 3,
      configuration: 3,
      replicator: 3,
      channel: 4,
      'cluster-operation': 4,
      'vpc-connection': 4,
      topic: 4,
      broker: 4,
    },
  }
}
