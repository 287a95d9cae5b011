import type { UpdateConfigurationRequest, UpdateConfigurationResponse } from '@aws-sdk/client-kafka'
import { latestRevision } from '../configuration-shapes.ts'
import { configurationOf } from '../operation.ts'
import { exceptionOf, stored } from '../refusal.ts'
import type { Services } from '../services.ts'

/**
 * Adds a revision, for which `description` and properties are whole, not changes. No cluster is touched by it.
 *
 * Refuses, in this order: the ARN; description and properties; the 51st revision.
 */
export const updateConfiguration =
  (services: Pick<Services, 'configurations'>) =>
  (input: UpdateConfigurationRequest): UpdateConfigurationResponse => {
    const before = configurationOf(services, input.Arn)
    const result = stored('The revision', () =>
      services.configurations.update(before, {
        description: input.Description,
        serverProperties: input.ServerProperties ?? new Uint8Array(),
      }),
    )
    if ('refusal' in result) throw exceptionOf(result.refusal)
    return { Arn: result.configuration.arn, LatestRevision: latestRevision(result.configuration) }
  }
