import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { encodeResponseFrame } from '../frame.ts'
import { Reader } from '../reader.ts'
import { Produce } from '../schema/00-produce.ts'
import { Fetch } from '../schema/01-fetch.ts'
import { Writer } from '../writer.ts'
import { encodeFetchResponseInSteps, type FetchedPartition } from './fetch-response.ts'
import { readProduceRequest } from './produce-request.ts'
import { encodeProduceSuccess } from './produce-response.ts'

const examples = new URL('../../../../test/data/kafka-messages/examples/api/', import.meta.url)

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
      const byHand = readProduceRequest(new Reader(buffer), version)
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
        byId: version >= 13,
        topics: [topic],
        partitions: outcomes.map((_, index) => ({ topic: 0, index, records: Buffer.alloc(0) })),
      }
      const bySchema = encodeResponseFrame(Produce, version, 42, {
        throttleTimeMs: 1_500,
        responses: [
          {
            ...(version >= 13 ? { topicId: id } : { name: topic }),
            partitionResponses: outcomes.map((outcome, index) => ({ index, errorCode: 0, ...outcome })),
          },
        ],
      })
      expect(encodeProduceSuccess(version, 42, 1_500, request, outcomes).toString('hex')).toBe(
        bySchema.toString('hex'),
      )
    }
  })
})

describe('the hand-written cursor of Fetch', () => {
  it('writes every example response as the schema does', () => {
    for (const { hex, version, kind } of examplesOf('01-fetch.jsonl', 'response')) {
      const example = Fetch.response.decode(new Reader(Buffer.from(hex, 'hex')), version)
      // What the cursor never writes: an error of the whole, snapshots, preferred replicas.
      example.errorCode = 0
      for (const topic of example.responses)
        for (const partition of topic.partitions) {
          partition.preferredReadReplica = -1
          partition.snapshotId = { endOffset: -1, epoch: -1 }
        }
      const writer = new Writer()
      Fetch.response.encode(writer, version, withoutNullRecords(example))
      const encoding = encodeFetchResponseInSteps({
        version,
        correlationId: 1,
        throttleTimeMs: example.throttleTimeMs,
        sessionId: example.sessionId,
        nodeEndpoints: example.nodeEndpoints,
        partitions: example.responses.flatMap((topic) =>
          topic.partitions.map((partition) =>
            fetched(version >= 13 ? topic.topicId : topic.topic, partition),
          ),
        ),
      })
      let step = encoding.next()
      while (!step.done) step = encoding.next()
      const frame = Buffer.concat(
        step.value.map((part) => (part instanceof Uint8Array ? part : part.content)),
      )
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

/** What stands for a range of a file. */
interface Slice {
  readonly length: number
  readonly content: Buffer
}

function fetched(topicKey: string, partition: PartitionResponse): FetchedPartition<Slice> {
  const content = partition.records ?? Buffer.alloc(0)
  const { divergingEpoch, currentLeader } = partition
  return {
    wanted: { topicKey, partition: partition.partitionIndex },
    error: partition.errorCode,
    highWatermark: partition.highWatermark,
    lastStableOffset: partition.lastStableOffset,
    logStartOffset: partition.logStartOffset,
    records: content.length > 0 ? { length: content.length, content } : null,
    abortedTransactions: partition.abortedTransactions,
    preferredReadReplica: partition.preferredReadReplica,
    divergingEpoch: divergingEpoch.epoch === -1 && divergingEpoch.endOffset === -1 ? null : divergingEpoch,
    currentLeader: currentLeader.leaderId === -1 && currentLeader.leaderEpoch === -1 ? null : currentLeader,
  }
}
