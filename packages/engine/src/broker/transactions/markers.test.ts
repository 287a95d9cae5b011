import { Deferred, silentLogger, TestClock } from '@sluice/effects'
import { type Api, ErrorCode, type RequestOf, WriteTxnMarkers } from '@sluice/wire'
import { beforeEach, expect, test } from 'vitest'
import type { AppendRequest } from '../../replication/append.ts'
import { Markers } from './markers.ts'

const me = 1
const other = 2
const written = { left: new Map(), isFenced: false }

/** A request that waits for its answer. */
interface Sent {
  readonly markers: RequestOf<typeof WriteTxnMarkers>['markers']
  readonly answer: Deferred<unknown>
}

let sent: Sent[]
let staged: string[]
let waiting: AppendRequest[]
let commits: number
let markers: Markers

beforeEach(() => {
  sent = []
  staged = []
  waiting = []
  commits = 0
  const clock = new TestClock()
  const partition = (name: string) => ({
    append: (request: AppendRequest) => {
      staged.push(name)
      waiting.push(request)
    },
  })
  markers = new Markers({
    nodeId: me,
    clock,
    logger: silentLogger,
    calendar: { steady: clock },
    config: { int: () => 30_000 },
    metadata: { topic: () => ({ partitions: [{ leader: me }, { leader: me }, { leader: other }] }) },
    groups: {},
    partitions: {
      get: (topic: string, index: number) => partition(`${topic}-${index}`),
      commitStaged: () => {
        commits++
        for (const { sink } of waiting.splice(0)) sink.appended(0, { error: ErrorCode.NONE } as never)
      },
    },
    peers: {
      request: (leader: number, api: Api, _version: number, request: unknown) => {
        expect([leader, api]).toEqual([other, WriteTxnMarkers])
        const answer = new Deferred<unknown>()
        sent.push({ ...(request as Sent), answer })
        return answer.promise
      },
    },
  } as never)
})

const write = (producerId: number, ...indexes: number[]) =>
  markers.write(
    { producerId, producerEpoch: 0, coordinatorEpoch: 0, commit: true, transactionVersion: 2 },
    new Map([['events', new Set(indexes)]]),
  )

/** As its leader answers: each of them with this code. */
function answerAll({ markers: asked, answer }: Sent, errorCode: ErrorCode = ErrorCode.NONE): void {
  const topicsOf = ({ topics }: Sent['markers'][number]) =>
    topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
    }))
  // In whatever order.
  const results = asked.map((marker) => ({ producerId: marker.producerId, topics: topicsOf(marker) }))
  answer.resolve({ markers: results.toReversed() })
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const producersOf = (request: Sent | undefined) => request?.markers.map(({ producerId }) => producerId)

test('what is asked for together is staged before any of it is written', async () => {
  const both = [write(7, 0, 1), write(8, 1)]
  expect(await Promise.all(both)).toEqual([written, written])
  expect(staged).toEqual(['events-0', 'events-1', 'events-1'])
  expect(commits).toBe(1)
})

test('another leader is asked once for all, and what comes before its answer goes with the next request', async () => {
  const first = [write(7, 2), write(8, 2)]
  await turn()
  const second = [write(9, 2), write(10, 2)]
  await turn()
  expect(sent.map(producersOf)).toEqual([[7, 8]])
  answerAll(sent[0] as Sent)
  expect(await Promise.all(first)).toEqual([written, written])
  await turn()
  expect(sent.map(producersOf)).toEqual([
    [7, 8],
    [9, 10],
  ])
  answerAll(sent[1] as Sent)
  expect(await Promise.all(second)).toEqual([written, written])
})

test('each has its own outcome; what a leader does not answer, or not speak of, is left', async () => {
  const all = [write(7, 0, 2), write(8, 2)]
  await turn()
  const topics = [
    { name: 'events', partitions: [{ partitionIndex: 2, errorCode: ErrorCode.INVALID_PRODUCER_EPOCH }] },
  ]
  sent[0]?.answer.resolve({ markers: [{ producerId: 8, topics }] })
  const left = new Map([['events', new Set([2])]])
  expect(await Promise.all(all)).toEqual([
    { left, isFenced: false },
    { left: new Map(), isFenced: true },
  ])
  const unanswered = write(9, 2)
  await turn()
  sent[1]?.answer.reject(new Error('the connection is closed'))
  expect(await unanswered).toEqual({ left, isFenced: false })
  // And it is asked again.
  const again = write(9, 2)
  await turn()
  answerAll(sent[2] as Sent)
  expect(await again).toEqual(written)
})
