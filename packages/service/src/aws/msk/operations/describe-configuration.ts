import type { DescribeConfigurationRequest, DescribeConfigurationResponse } from '@aws-sdk/client-kafka'
import { configurationShape } from '../configuration-shapes.ts'
import { configurationOf } from '../operation.ts'
import type { Services } from '../services.ts'

export const describeConfiguration =
  (services: Pick<Services, 'configurations'>) =>
  (input: DescribeConfigurationRequest): DescribeConfigurationResponse =>
    configurationShape(configurationOf(services, input.Arn))
