import { systemClock } from '@sluice/effects'
import { ApiError, callJson, type Endpoint } from '../aws/api-client.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { askStatus } from './running-service.ts'

/** As the API has them, as far as they are shown in columns; the other formats show all of it. */
export interface StreamSummary {
  StreamName: string
  StreamARN: string
  StreamStatus: string
  StreamModeDetails?: { StreamMode?: string }
  OpenShardCount?: number
  RetentionPeriodHours?: number
}

export interface ShardInfo {
  ShardId: string
  ParentShardId?: string
  HashKeyRange: { StartingHashKey: string; EndingHashKey: string }
  SequenceNumberRange: { EndingSequenceNumber?: string }
}

export interface RecordPage {
  Records: {
    Data: string
    PartitionKey: string
    SequenceNumber: string
    ApproximateArrivalTimestamp: number
  }[]
  NextShardIterator?: string
  MillisBehindLatest: number
  ChildShards?: { ShardId: string }[]
}

/** The Kinesis API of the service that runs on a data directory. */
export class KinesisApi {
  readonly #endpoint: Endpoint

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint
  }

  async call<Answer>(operation: string, body: object): Promise<Answer> {
    try {
      return (await callJson(this.#endpoint, systemClock(), 'kinesis', operation, body)) as Answer
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      throw new OperatingError('The Kinesis API has refused it.', {
        code: error.code,
        why: error.message,
        next: 'Correct what it names; --help shows what the verb takes.',
      })
    }
  }

  async streams(): Promise<StreamSummary[]> {
    const names = await this.#all<string>('ListStreams', {}, 'StreamNames')
    return Promise.all(names.map((name) => this.stream(name)))
  }

  async stream(name: string): Promise<StreamSummary> {
    const { StreamDescriptionSummary: summary } = await this.call<{
      StreamDescriptionSummary: StreamSummary
    }>('DescribeStreamSummary', { StreamName: name })
    return summary
  }

  shards(name: string): Promise<ShardInfo[]> {
    return this.#all<ShardInfo>('ListShards', { StreamName: name }, 'Shards')
  }

  async #all<Item>(operation: string, body: object, member: string): Promise<Item[]> {
    const items: Item[] = []
    let asked = body
    for (;;) {
      const answer = await this.call<Record<string, unknown>>(operation, asked)
      items.push(...((answer[member] ?? []) as Item[]))
      const { NextToken: token } = answer
      if (typeof token !== 'string') return items
      asked = { NextToken: token }
    }
  }
}

export async function kinesisOf(dataDir: string): Promise<KinesisApi> {
  const { report, accessKey } = await askStatus(dataDir)
  return new KinesisApi({
    ...report.local,
    credentials: accessKey,
    scope: { region: report.region, service: 'kinesis' },
  })
}
