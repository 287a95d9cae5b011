import type {
  DescribeConfigurationRevisionRequest,
  DescribeConfigurationRevisionResponse,
} from '@aws-sdk/client-kafka'
import { badRequest } from '../exceptions.ts'
import { revisionShape } from '../configuration-shapes.ts'
import { configurationOf } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * The exact bytes of one revision. Refuses the ARN first, then a revision that is not there, both with 400.
 */
export const describeConfigurationRevision =
  (services: Pick<Services, 'configurations'>) =>
  (input: DescribeConfigurationRevisionRequest): DescribeConfigurationRevisionResponse => {
    const record = configurationOf(services, input.Arn)
    const number = input.Revision ?? 0
    const revision = record.revisions[number - 1]
    if (!revision) throw badRequest(`The configuration has no revision ${number}.`, 'revision')
    return {
      Arn: record.arn,
      ...revisionShape(revision, number),
      ServerProperties: Buffer.from(revision.serverProperties, 'base64'),
    }
  }
