import { readdirSync, readFileSync } from 'node:fs'
import { encodeResponseFrame, Fetch, Produce, Reader, Writer } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { encodeProduceSuccess, readProduceRequest } from './00-produce.ts'
import { encodeFetchResponse, type FetchedPartition } from './01-fetch.ts'

const examples = new URL('../../../../../test/data/kafka-messages/examples/api/', import.meta.url)

interface Example {
  part: string
  version: number
  kind: string
  hex: string
}

function examplesOf(file: string, part: string): Example[] {
  return readFileSync(new URL(file, examples), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Example)
    .filter((example) => example.part === part)
}

/** Body of a response frame: without size, correlation id and, in flexible versions, the header's tags. */
function bodyOf(frame: Buffer, flexible: boolean): string {
  expect(frame.readInt32BE(0)).toBe(frame.length - 4)
  return frame.subarray(flexible ? 9 : 8).toString('hex')
}

describe('the hand-written cursor of Produce', () => {
  it('reads every example request as the schema does', () => {
    expect(readdirSync(examples)).toContain('00-produce.jsonl')
    for (const { hex, version } of examplesOf('00-produce.jsonl', 'request')) {
      const buffer = Buffer.from(hex, 'hex')
      const bySchema = Produce.request.decode(new Reader(buffer), version)
      const byHand = readProduceRequest({ buffer, start: 0, end: buffer.length }, version)
      expect(byHand.transactionalId).toEqual(bySchema.transactionalId)
      expect(byHand.acks).toBe(bySchema.acks)
      expect(byHand.timeoutMs).toBe(bySchema.timeoutMs)
      expect(byHand.topics).toEqual(
        bySchema.topicData.map(({ name, topicId }) => (version >= 13 ? topicId : name)),
      )
      expect(byHand.partitions).toEqual(
        bySchema.topicData.flatMap(({ partitionData }, topic) =>
          partitionData.map(({ index, records }) => ({ topic, index, records: records ?? Buffer.alloc(0) })),
        ),
      )
    }
  })

  it('writes responses without errors as the schema does, at every version', () => {
    const id = 'Zm9vYmFyYmF6cXV4MTIzNA'
    for (let version = Produce.minVersion; version <= Produce.maxVersion; version++) {
      const topic = version >= 13 ? id : 'events'
      const outcomes = [
        { baseOffset: 7, logAppendTimeMs: -1, logStartOffset: 0 },
        { baseOffset: 2 ** 40, logAppendTimeMs: 1_700_000_000_000, logStartOffset: 5 },
      ]
      const request = {
        transactionalId: null,
        acks: 1,
        timeoutMs: 0,
        topics: [topic],
        partitions: outcomes.map((_, index) => ({ topic: 0, index, records: Buffer.alloc(0) })),
      }
      const bySchema = encodeResponseFrame(Produce, version, 42, {
        responses: [
          {
            ...(version >= 13 ? { topicId: id } : { name: topic }),
            partitionResponses: outcomes.map((outcome, index) => ({ index, errorCode: 0, ...outcome })),
          },
        ],
      })
      expect(encodeProduceSuccess(request, outcomes, version, 42).toString('hex')).toBe(
        bySchema.toString('hex'),
      )
    }
  })
})

describe('the hand-written cursor of Fetch', () => {
  it('writes every example response as the schema does', () => {
    for (const { hex, version, kind } of examplesOf('01-fetch.jsonl', 'response')) {
      const example = Fetch.response.decode(new Reader(Buffer.from(hex, 'hex')), version)
      // What this broker never answers: an error of the whole, throttling, snapshots, preferred replicas.
      example.throttleTimeMs = 0
      example.errorCode = 0
      for (const topic of example.responses)
        for (const partition of topic.partitions) {
          partition.preferredReadReplica = -1
          partition.snapshotId = { endOffset: -1, epoch: -1 }
        }
      const writer = new Writer()
      Fetch.response.encode(writer, version, withoutNullRecords(example))
      const parts = encodeFetchResponse({
        version,
        correlationId: 1,
        sessionId: example.sessionId,
        endpoints: example.nodeEndpoints,
        partitions: example.responses.flatMap((topic) =>
          topic.partitions.map((partition) =>
            fetched(version >= 13 ? topic.topicId : topic.topic, partition),
          ),
        ),
      })
      const frame = Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : contentOf(part))))
      expect(bodyOf(frame, version >= 12), `version ${version} ${kind}`).toBe(writer.finish().toString('hex'))
    }
  })
})

type Response = ReturnType<typeof Fetch.response.decode>
type PartitionResponse = Response['responses'][number]['partitions'][number]

/** A broker sends empty records, never null ones. */
function withoutNullRecords(response: Response): Response {
  for (const topic of response.responses)
    for (const partition of topic.partitions) partition.records ??= Buffer.alloc(0)
  return response
}

const contents = new Map<object, Buffer>()

function contentOf(slice: object): Buffer {
  return contents.get(slice) as Buffer
}

function fetched(topicKey: string, partition: PartitionResponse): FetchedPartition {
  const records = partition.records as Buffer
  const slice = { length: records.length, position: 0, endOffset: 0, release() {} } as never as NonNullable<
    FetchedPartition['records']
  >
  contents.set(slice, records)
  const { divergingEpoch, currentLeader } = partition
  return {
    wanted: {
      topicKey,
      partition: partition.partitionIndex,
      fetchOffset: 0,
      partitionMaxBytes: 0,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      sentHighWatermark: -2,
      sentLogStartOffset: -2,
    },
    error: partition.errorCode,
    highWatermark: partition.highWatermark,
    lastStableOffset: partition.lastStableOffset,
    logStartOffset: partition.logStartOffset,
    records: records.length > 0 ? slice : null,
    abortedTransactions: partition.abortedTransactions,
    divergingEpoch: divergingEpoch.epoch === -1 && divergingEpoch.endOffset === -1 ? null : divergingEpoch,
    currentLeader: currentLeader.leaderId === -1 && currentLeader.leaderEpoch === -1 ? null : currentLeader,
  }
}
