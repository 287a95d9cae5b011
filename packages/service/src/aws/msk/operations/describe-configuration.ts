import type { DescribeConfigurationRequest, DescribeConfigurationResponse } from '@aws-sdk/client-kafka'
import { configurationShape } from '../configuration-shapes.ts'
import { configurationOf } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * The configuration without its properties, and its last revision. MSK answers 400, not 404, where there is none.
 */
export const describeConfiguration =
  (services: Pick<Services, 'configurations'>) =>
  (input: DescribeConfigurationRequest): DescribeConfigurationResponse =>
    configurationShape(configurationOf(services, input.Arn))
