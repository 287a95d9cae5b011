import { NodeGuard, silentLogger, TestClock } from '@sluice/effects'
import { type Api, Fetch, FetchSnapshot, metadataTopic, Reader, type ResponseOf } from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { MetadataFetcher } from './metadata-fetcher.ts'

/** An answer as it stands on the wire. */
type Answer = (api: Api, version: number) => Buffer

let fetcher: MetadataFetcher
let guard: NodeGuard
let begun: Promise<unknown>
let asked: number

afterEach(() => fetcher.end())

/** Of a controller that answers like this, one after the other, and the last way for ever. */
async function follow(...answers: Answer[]): Promise<void> {
  const clock = new TestClock()
  guard = new NodeGuard(() => {})
  asked = 0
  const send = async <A extends Api>(api: A, version: number): Promise<ResponseOf<A>> => {
    const answer = answers[Math.min(asked++, answers.length - 1)]
    if (!answer) throw new Error('the test says no answer')
    return api.response.decode(new Reader(answer(api, version)), version) as ResponseOf<A>
  }
  fetcher = new MetadataFetcher({
    nodeId: 1,
    clusterId: 'cluster',
    link: { send, close: () => {} },
    clock,
    logger: silentLogger,
    listener: () => {},
    guard: guard.run,
  })
  begun = fetcher.begin(60_000).catch((error: unknown) => error)
  for (let tries = 0; tries < 20 && !guard.failure; tries++) await clock.advance(50)
}

const fetched =
  (partition: object): Answer =>
  (_api, version) =>
    Fetch.response.encodeToBuffer(version, {
      responses: [
        {
          topic: metadataTopic,
          topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
          partitions: [{ partitionIndex: 0, highWatermark: 10, records: Buffer.alloc(0), ...partition }],
        },
      ],
    })
const torn: Answer = (api, version) => fetched({})(api, version).subarray(0, 9)
const corrupt = fetched({
  records: Buffer.concat([Buffer.from('0000000000000000000000320000000102', 'hex'), Buffer.alloc(60)]),
})
const away: Answer = () => {
  throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' })
}
const snapshotOf =
  (size: number): Answer =>
  (_api, version) =>
    FetchSnapshot.response.encodeToBuffer(version, {
      topics: [
        {
          name: metadataTopic,
          partitions: [
            {
              index: 0,
              snapshotId: { endOffset: 5, epoch: 1 },
              size,
              position: 0,
              unalignedRecords: Buffer.alloc(1_000),
            },
          ],
        },
      ],
    })

describe('a node that follows the metadata', () => {
  it.each([
    ['is no answer', torn],
    ['holds no whole records', corrupt],
  ])('fails, and says why, where all that comes %s', async (_name, answer) => {
    await follow(answer)
    expect(guard.failure?.message).toContain('what the controller sends of the metadata cannot be read: ')
    expect(await begun).toBe(guard.failure)
    expect(asked).toBe(5)
  })

  it('asks again after some answers that it cannot read, and for ever where nobody answers', async () => {
    await follow(torn, corrupt, torn, torn, fetched({ highWatermark: 0 }), torn, away)
    expect(guard.failure).toBe(null)
    expect(await begun).toBe(undefined)
    expect(asked).toBeGreaterThan(12)
  })

  it('takes no snapshot that is too large to be one', async () => {
    await follow(fetched({ snapshotId: { endOffset: 5, epoch: 1 } }), snapshotOf(2 ** 31))
    expect(guard.failure?.message).toContain(`snapshot has ${2 ** 31} bytes`)
    expect(asked).toBe(2)
  })
})
