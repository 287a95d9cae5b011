import type { ListChannelsRequest, ListChannelsResponse } from '@aws-sdk/client-kafka'
import type { ChannelRecord } from '../../../fleet/channels/channels.ts'
import { channelInfo } from '../channels.ts'
import { clusterOf } from '../operation.ts'
import { creationKey, page } from '../pagination.ts'
import type { Services } from '../services.ts'
import { topicArn } from '../topics.ts'

/** The channels of a cluster in order of creation, those of topics whose name begins with `topicNameFilter`. */
export const listChannels =
  (services: Pick<Services, 'channels' | 'clusters'>) =>
  (input: ListChannelsRequest): ListChannelsResponse => {
    const cluster = clusterOf(services, input.ClusterArn)
    const prefix = topicArn(cluster, input.TopicNameFilter ?? '')
    const isWanted = ({ spec }: ChannelRecord) =>
      spec.TopicConfigurationList?.some(({ TopicArn }) => TopicArn?.startsWith(prefix))
    const { items, nextToken } = page(services.channels.of(cluster.arn).filter(isWanted), creationKey, input)
    return { Channels: items.map(channelInfo), NextToken: nextToken }
  }
