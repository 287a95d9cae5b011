import { type Connection, createTopic, listOffset, OffsetSpec } from '@sluice/client'
import {
  buildBatchSync,
  encodeRequestFrame,
  ErrorCode,
  type Input,
  Produce,
  type RequestOf,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Log } from '../storage/log.ts'
import { handlers } from './api-table.ts'
import { TestBroker } from './testing/test-broker.ts'

let test: TestBroker
let client: Connection
beforeEach(async () => {
  test = await new TestBroker().open()
  client = await test.connect()
  await createTopic(client, 'events', { partitions: 2 })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await test.close()
})

const batch = () => buildBatchSync({ records: [{ key: null, value: Buffer.from('x') }] })

function request(topics: Record<string, number[]>, options: Input<RequestOf<typeof Produce>> = {}) {
  return {
    acks: 1,
    timeoutMs: 1_000,
    topicData: Object.entries(topics).map(([name, indexes]) => ({
      name,
      partitionData: indexes.map((index) => ({ index, records: batch() })),
    })),
    ...options,
  }
}

async function errors(topics: Record<string, number[]>, options: Input<RequestOf<typeof Produce>> = {}) {
  const { responses } = await client.send(Produce, 12, request(topics, options))
  return responses.map((topic) => topic.partitionResponses.map(({ errorCode }) => errorCode))
}

describe('a produce', () => {
  it('has an outcome for each of its partitions, in their order', async () => {
    expect(await errors({ events: [0, 9, 1], missing: [0], __consumer_offsets: [0] })).toEqual([
      [ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.NONE],
      [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [ErrorCode.INVALID_TOPIC_EXCEPTION],
    ])
  })

  it('is refused as a whole with acks that do not exist', async () => {
    expect(await errors({ events: [0, 1] }, { acks: 2 })).toEqual([
      [ErrorCode.INVALID_REQUIRED_ACKS, ErrorCode.INVALID_REQUIRED_ACKS],
    ])
    expect(await listOffset(client, 'events', 0, OffsetSpec.latest)).toMatchObject({ offset: 0 })
  })

  it('is refused as a whole where one batch is transactional and no transactional id is given', async () => {
    const transactional = buildBatchSync({
      records: [{ value: 'x' }],
      isTransactional: true,
      producerId: 5,
      producerEpoch: 0,
      baseSequence: 0,
    })
    const topicData = [
      {
        name: 'events',
        partitionData: [
          { index: 0, records: batch() },
          { index: 1, records: transactional },
        ],
      },
    ]
    expect(await errors({}, { topicData })).toEqual([
      [ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED],
    ])
    for (const index of [0, 1])
      expect(await listOffset(client, 'events', index, OffsetSpec.latest)).toMatchObject({ offset: 0 })
  })

  it('is answered without partitions', async () => {
    expect(await errors({})).toEqual([])
  })

  it('has no answer with acks=0; the connection closes when it fails', async () => {
    client.sendWithoutAnswer(Produce, 12, request({ events: [0] }, { acks: 0 }))
    expect(await listOffset(client, 'events', 0, OffsetSpec.latest)).toMatchObject({ offset: 1 })
    client.sendWithoutAnswer(Produce, 12, request({ missing: [0] }, { acks: 0 }))
    await client.closed
  })

  it('is written together with those that come in the same read', async () => {
    const frame = (acks: number) =>
      encodeRequestFrame(Produce, 12, 1, null, request({ events: [0] }, { acks }))
    const commit = vi.spyOn(Log.prototype, 'commit')
    await client.sendFrame(Buffer.concat([frame(0), frame(0), frame(1)]))
    expect(commit).toHaveBeenCalledOnce()
    expect(await listOffset(client, 'events', 0, OffsetSpec.latest)).toMatchObject({ offset: 3 })
  })

  it('is pipelined, as only commits of offsets are', () => {
    const pipelined = [...handlers.values()].filter((one) => one.pipelined)
    expect(pipelined.map(({ api }) => api.name)).toEqual(['Produce', 'OffsetCommit'])
  })
})
