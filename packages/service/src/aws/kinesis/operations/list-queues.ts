import { type ListQueuesInput, queueSummary } from '../queue-shapes.ts'
import type { Services } from '../services.ts'
import { isOfStreams } from '../stream-filter.ts'

const resultsDefault = 100

/** Queues by name, those of the streams that are asked for; the token is the last name that was shown. */
export const listQueues =
  ({ streams }: Pick<Services, 'streams'>) =>
  ({
    MaxResults: results = resultsDefault,
    NextToken: after = '',
    StreamFilter: filter,
  }: ListQueuesInput) => {
    const rest = streams.queues
      .list()
      .filter(({ name, stream }) => name > after && isOfStreams(filter, stream))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const shown = rest.slice(0, results)
    return {
      QueueSummaries: shown.map(queueSummary),
      ...(shown.length < rest.length && { NextToken: shown.at(-1)?.name }),
    }
  }
