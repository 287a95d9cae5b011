import type { CreateConfigurationRequest, CreateConfigurationResponse } from '@aws-sdk/client-kafka'
import { configurationShape } from '../configuration-shapes.ts'
import { exceptionOf, stored } from '../refusal.ts'
import type { Services } from '../services.ts'

/**
 * Makes revision 1 of a configuration. Without `kafkaVersions` it is for any version.
 *
 * Refuses, in this order: name, description, versions that neither MSK nor an engine here has, properties outside of
 * MSK's list (400); a name that is taken (409); the 101st configuration (429).
 */
export const createConfiguration =
  ({ configurations }: Pick<Services, 'configurations'>) =>
  (input: CreateConfigurationRequest): CreateConfigurationResponse => {
    const result = stored('The configuration', () =>
      configurations.create({
        name: input.Name ?? '',
        description: input.Description,
        kafkaVersions: input.KafkaVersions ?? [],
        serverProperties: input.ServerProperties ?? new Uint8Array(),
      }),
    )
    if ('refusal' in result) throw exceptionOf(result.refusal)
    const { Arn, CreationTime, LatestRevision, Name, State } = configurationShape(result.configuration)
    return { Arn, CreationTime, LatestRevision, Name, State }
  }
