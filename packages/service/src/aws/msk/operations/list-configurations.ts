import type { ListConfigurationsRequest, ListConfigurationsResponse } from '@aws-sdk/client-kafka'
import { configurationShape } from '../configuration-shapes.ts'
import { creationKey, page } from '../pagination.ts'
import type { Services } from '../services.ts'

/** All configurations in order of creation, without their properties. */
export const listConfigurations =
  ({ configurations }: Pick<Services, 'configurations'>) =>
  (input: ListConfigurationsRequest): ListConfigurationsResponse => {
    const { items, nextToken } = page(configurations.list(), creationKey, input)
    return { Configurations: items.map(configurationShape), NextToken: nextToken }
  }
