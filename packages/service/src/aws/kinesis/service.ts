import { parseServiceSchema } from '../schema.ts'
import type { AwsService } from '../service.ts'
import { kinesisTargets } from './access-targets.ts'
import { constrain, missing } from './constraints.ts'
import { kinesisSchema } from './kinesis-schema.ts'
import { invalidArgument, problemsMax, serialization, validation } from './exceptions.ts'
import { kinesisHandlers } from './operations.ts'
import type { Services } from './services.ts'

/** Ten MiB of data in base64, with keys. */
const requestBytesMax = 16_777_216

/** Amazon Kinesis Data Streams, API version 2013-12-02. */
export function kinesisService(services: Services): AwsService {
  return {
    signingName: 'kinesis',
    protocols: ['json-1.1', 'cbor-1.1', 'rpc-v2-cbor'],
    targetPrefix: 'Kinesis_20131202',
    schema: parseServiceSchema(kinesisSchema),
    handlers: new Map(Object.entries(kinesisHandlers(services))),
    requestBytesMax,
    constrain,
    badInput: serialization,
    validation: { problemsMax, missing, exception: (problems) => validation(...problems) },
    badToken: () => invalidArgument('The NextToken is not valid.'),
    targetsOf: (operation, input) => kinesisTargets(services, operation, input),
  }
}
