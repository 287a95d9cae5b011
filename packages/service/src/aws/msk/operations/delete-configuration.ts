import type { DeleteConfigurationRequest, DeleteConfigurationResponse } from '@aws-sdk/client-kafka'
import { badRequest } from '../exceptions.ts'
import { configurationOf } from '../operation.ts'
import { stored } from '../refusal.ts'
import type { Services } from '../services.ts'

/**
 * Takes the configuration away with all its revisions and answers DELETING. From then on it "does not exist", with 400.
 *
 * Refuses one that a cluster has, or would have again if the change that is under way were taken back.
 */
export const deleteConfiguration =
  (services: Pick<Services, 'configurations' | 'clusters'>) =>
  (input: DeleteConfigurationRequest): DeleteConfigurationResponse => {
    const record = configurationOf(services, input.Arn)
    if (services.clusters.usesConfiguration(record.arn))
      throw badRequest(
        'Configuration is in use by one or more clusters. Dissociate the configuration from the clusters and try again.',
        'arn',
      )
    stored('The deletion', () => services.configurations.delete(record))
    return { Arn: record.arn, State: 'DELETING' }
  }
