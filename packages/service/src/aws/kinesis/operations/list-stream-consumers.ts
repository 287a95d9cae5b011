import type { ListStreamConsumersInput, ListStreamConsumersOutput } from '@aws-sdk/client-kinesis'
import { invalidArgument } from '../exceptions.ts'
import { streamOf } from '../operation.ts'
import type { Services } from '../services.ts'
import { consumerShape } from '../shapes.ts'

const resultsMaxDefault = 100

/** The consumers of a stream by their names; the token is the last name that was shown, behind the ARN of its stream. */
export const listStreamConsumers =
  (services: Pick<Services, 'streams'>) =>
  (input: ListStreamConsumersInput): ListStreamConsumersOutput => {
    const { record } = streamOf(services, { StreamARN: input.StreamARN })
    const [of = record.arn, after = ''] = input.NextToken?.split(' ') ?? []
    if (of !== record.arn) throw invalidArgument('The NextToken is of another stream.')
    const rest = record.consumers
      .filter(({ name }) => name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const shown = rest.slice(0, input.MaxResults ?? resultsMaxDefault)
    const last = shown.at(-1)
    return {
      Consumers: shown.map(consumerShape),
      ...(last && shown.length < rest.length && { NextToken: `${of} ${last.name}` }),
    }
  }
