import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '@aws-sdk/client-kafka'
import { taggedOf, type TaggedServices } from '../tagged.ts'

/** The tags of a cluster, a VPC connection, a replicator or a channel. */
export const listTagsForResource =
  (services: TaggedServices) =>
  (input: ListTagsForResourceRequest): ListTagsForResourceResponse => ({
    Tags: { ...taggedOf(services, input.ResourceArn).tags },
  })
