import { DescribeLimitsCommand, type KinesisClient } from '@aws-sdk/client-kinesis'
import { expect } from 'vitest'
import type { CreateQueueInput } from '../queue-shapes.ts'

/* Queues of streams, asked for by an SDK that does not know them: it signs, sends, and understands what is refused. */

export interface TestRecord {
  ReceiptHandle: string
  RecordId: string
  PartitionKey: string
  /** Base64. */
  Data: string
  ReceiveCount: number
  ApproximateArrivalTimestamp: number
  FirstReceiveTimestamp: number
}

/** What queues answer, of all operations. */
interface Answer {
  QueueRecords: TestRecord[]
  Successful: { ReceiptHandle: string }[]
  Failed: { ReceiptHandle: string; ErrorCode: string; ErrorMessage: string }[]
  QueueSummaries: { QueueName: string; Streams: { StreamCreationTimestamp: number }[] }[]
  NextToken?: string
  StreamDescriptionSummary: { ConsumerCount: number; QueueCount?: number }
  QueueDescription: {
    QueueARN: string
    QueueStatus: string
    StreamConfigurationList: { StartingPosition: { Type: string; Timestamp?: number } }[]
  }
}

interface SdkRequest {
  headers: Record<string, string>
  body: unknown
}

interface SdkResponse {
  statusCode: number
  body: AsyncIterable<Buffer>
}

/** As the wire has names and values. */
export async function ask(kinesis: KinesisClient, operation: string, input: object): Promise<Answer> {
  const command = new DescribeLimitsCommand()
  let answer: unknown
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as SdkRequest
      request.headers['x-amz-target'] = `Kinesis_20131202.${operation}`
      request.body = JSON.stringify(input)
      request.headers['content-length'] = String(Buffer.byteLength(String(request.body)))
      return next(args)
    },
    { step: 'build' },
  )
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const response = result.response as SdkResponse
      if (response.statusCode !== 200) return result
      const chunks: Buffer[] = []
      for await (const chunk of response.body) chunks.push(chunk)
      const text = String(Buffer.concat(chunks))
      answer = text === '' ? {} : JSON.parse(text)
      return { ...result, output: { $metadata: {} } as never }
    },
    { step: 'deserialize', priority: 'low' },
  )
  // Of what it does not know it would say that something is missing.
  await kinesis.send(command).catch((error: Error) => {
    if (answer === undefined) throw error
  })
  return answer as Answer
}

export const textOf = ({ Data }: TestRecord) => Buffer.from(Data, 'base64').toString()
export const textsOf = (records: readonly TestRecord[]) => records.map(textOf)

/** One that is ACTIVE; its ARN. */
export async function makeQueue(
  kinesis: KinesisClient,
  StreamARN: string,
  change: Partial<CreateQueueInput> & { start?: object } = {},
): Promise<string> {
  const { start: StartingPosition, ...rest } = change
  const list = [{ StreamARN, ...(StartingPosition && { StartingPosition }) }]
  const { QueueDescription: made } = await ask(kinesis, 'CreateQueue', {
    QueueName: 'work',
    StreamConfigurationList: list,
    ...rest,
  })
  expect(made.QueueStatus).toBe('CREATING')
  const { QueueARN } = made
  const status = async () => (await ask(kinesis, 'DescribeQueue', { QueueARN })).QueueDescription.QueueStatus
  await expect.poll(status, { timeout: 20_000 }).toBe('ACTIVE')
  return QueueARN
}
