import type { ListStreamsInput, ListStreamsOutput } from '@aws-sdk/client-kinesis'
import type { Services } from '../services.ts'
import { toTheSecond } from '../shapes.ts'

const limitDefault = 100

/** Streams by name: those behind the name or the token, which is the last name that was shown. */
export const listStreams =
  ({ streams }: Pick<Services, 'streams'>) =>
  (input: ListStreamsInput): ListStreamsOutput => {
    const { Limit: limit = limitDefault, ExclusiveStartStreamName: after = '' } = input
    const start = input.NextToken ?? after
    const rest = streams.list().filter(({ record }) => record.name > start)
    const shown = rest.slice(0, limit).map(({ record }) => record)
    const hasMore = rest.length > shown.length
    return {
      StreamNames: shown.map(({ name }) => name),
      HasMoreStreams: hasMore,
      ...(hasMore && { NextToken: shown.at(-1)?.name }),
      StreamSummaries: shown.map(({ name, arn, state, mode, createdAtMs }) => ({
        StreamName: name,
        StreamARN: arn,
        StreamStatus: state,
        StreamModeDetails: { StreamMode: mode },
        StreamCreationTimestamp: toTheSecond(createdAtMs),
      })),
    }
  }
