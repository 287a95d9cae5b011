import type { ListChannelsInput, ListChannelsOutput } from '@aws-sdk/client-kinesis'
import { channelSummary } from '../channels.ts'
import type { Services } from '../services.ts'
import { isOfStreams } from '../stream-filter.ts'

/** Whatever is asked for. */
const resultsMax = 100

/** Channels by name, those of the streams that are asked for; the token is the last name that was shown. */
export const listChannels =
  ({ streams }: Pick<Services, 'streams'>) =>
  (input: ListChannelsInput): ListChannelsOutput => {
    const { StreamFilter: filter, NextToken: after = '', MaxResults: results = resultsMax } = input
    const rest = streams.channels
      .list()
      .filter(({ name, stream }) => name > after && isOfStreams(filter, stream))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const shown = rest.slice(0, Math.min(results, resultsMax))
    return {
      ChannelSummaries: shown.map(channelSummary),
      ...(shown.length < rest.length && { NextToken: shown.at(-1)?.name }),
    }
  }
