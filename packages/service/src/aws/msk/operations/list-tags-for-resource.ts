import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '@aws-sdk/client-kafka'
import { shownTags } from '../../../fleet/clusters/static-properties.ts'
import { taggedOf, type TaggedServices } from '../tagged.ts'

/** The tags of a cluster, a VPC connection, a replicator or a channel. */
export const listTagsForResource =
  (services: TaggedServices) =>
  (input: ListTagsForResourceRequest): ListTagsForResourceResponse => ({
    Tags: shownTags(taggedOf(services, input.ResourceArn).tags),
  })
