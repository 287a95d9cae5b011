import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '@aws-sdk/client-kafka'
import { clusterOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** The tags of a cluster. MSK tags other resources too; here only clusters have any yet. */
export const listTagsForResource =
  (services: Pick<Services, 'clusters'>) =>
  (input: ListTagsForResourceRequest): ListTagsForResourceResponse => ({
    Tags: clusterOf(services, input.ResourceArn, 'resourceArn').tags,
  })
