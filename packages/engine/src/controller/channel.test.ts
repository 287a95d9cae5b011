import { NodeGuard, TestClock } from '@sluice/effects'
import { BrokerHeartbeat, CreateTopics, ErrorCode, TopicRecord } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import type { RecordsListener } from '../metadata/controller-channel.ts'
import { type LoggedRecord, newRecord, sealRecord } from '../metadata/records.ts'
import { type ChannelTarget, InlineChannel } from './channel.ts'
import { MetadataGoneError } from './metadata-log.ts'

const awayMsMax = 30_000

/** A controller of one epoch that creates every topic, until it has stopped. */
class Target implements ChannelTarget {
  stopped = false
  /** Records before this offset are not in the log any more. */
  keptFrom = 0
  /** What subscribers asked for. */
  readonly asked: number[] = []
  readonly #records: LoggedRecord[]
  listener: RecordsListener = () => {}

  constructor(...records: LoggedRecord[]) {
    this.#records = records
  }

  async handle(api: typeof CreateTopics, version: number): Promise<Buffer | null> {
    if (this.stopped) return null
    return api.response.encodeToBuffer(version, { topics: [{ name: 'made', errorCode: 0 }] })
  }

  async subscribe(listener: RecordsListener, after: number) {
    this.asked.push(after)
    if (after >= 0 && after + 1 < this.keptFrom) throw new MetadataGoneError('only in snapshots')
    const missed = this.#records.filter(({ offset }) => offset > after)
    if (missed.length > 0) listener(missed)
    this.listener = listener
    return () => {
      this.listener = () => {}
    }
  }
}

function record(offset: number): LoggedRecord {
  const sealed = sealRecord(newRecord(TopicRecord, { name: `topic-${offset}` }))
  return { ...sealed.decoded, offset, epoch: 1 }
}

function opened() {
  const clock = new TestClock()
  return { clock, channel: new InlineChannel({ clock, awayMsMax }) }
}

const create = (channel: InlineChannel) =>
  channel
    .request(CreateTopics, 7, { topics: [{ name: 'made' }], timeoutMs: 1000 })
    .then(({ topics }) => topics[0]?.errorCode)

describe('a request', () => {
  it('waits for a controller that is away, and is its to decide', async () => {
    const { channel, clock } = opened()
    const answer = create(channel)
    await clock.advance(awayMsMax - 1)
    await channel.connect(new Target())
    expect(await answer).toBe(ErrorCode.NONE)
    expect(clock.pending).toBe(0)
  })

  it('that a controller has not decided before it stopped goes to the next one', async () => {
    const { channel, clock } = opened()
    const first = new Target()
    await channel.connect(first)
    first.stopped = true
    const answer = create(channel)
    await clock.advance(1_000)
    channel.disconnect(first)
    await channel.connect(new Target())
    expect(await answer).toBe(ErrorCode.NONE)
  })

  it('is answered NOT_CONTROLLER when none comes in time, or ever', async () => {
    const { channel, clock } = opened()
    const answers = [create(channel)]
    await clock.advance(awayMsMax)
    answers.push(create(channel))
    channel.close()
    expect(await Promise.all(answers)).toEqual([ErrorCode.NOT_CONTROLLER, ErrorCode.NOT_CONTROLLER])
  })

  it('does not wait when it is a heartbeat', async () => {
    const { channel } = opened()
    const response = await channel.request(BrokerHeartbeat, 1, { brokerId: 1, brokerEpoch: 2 })
    expect(response).toMatchObject({ errorCode: ErrorCode.NOT_CONTROLLER, shouldShutDown: false })
  })
})

describe('a subscriber', () => {
  it('goes on behind its last record when a controller is opened anew', async () => {
    const { channel } = opened()
    const seen: number[] = []
    const first = new Target(record(3))
    await channel.connect(first)
    const end = await channel.subscribe(
      (records) => seen.push(...records.map(({ offset }) => offset)),
      (work) => work(),
    )
    first.listener([record(4), record(5)])
    channel.disconnect(first)
    const second = new Target(record(5), record(6))
    await channel.connect(second)
    second.listener([record(7)])
    expect([first.asked, second.asked]).toEqual([[-1], [5]])
    expect(seen).toEqual([3, 4, 5, 6, 7])
    end()
    second.listener([record(8)])
    expect(seen).toHaveLength(5)
  })

  it('that cannot be told what it missed fails, and the others go on', async () => {
    const { channel } = opened()
    const first = new Target(record(3))
    await channel.connect(first)
    const failures: Error[] = []
    const seen: number[] = []
    const guard = new NodeGuard((failure) => void failures.push(failure))
    await channel.subscribe(() => {}, guard.run)
    await channel.subscribe(
      (records) => seen.push(...records.map(({ offset }) => offset)),
      (work) => work(),
    )
    first.listener([record(4)])
    const second = new Target(record(5))
    second.keptFrom = 5
    await channel.connect(second)
    expect(failures).toEqual([new MetadataGoneError('only in snapshots')])
    expect(seen).toEqual([3, 4, 5])
    expect(await create(channel)).toBe(ErrorCode.NONE)
  })

  it('hears of records in its own guard', async () => {
    const { channel } = opened()
    const target = new Target(record(3))
    await channel.connect(target)
    const failures: Error[] = []
    const guard = new NodeGuard((failure) => void failures.push(failure))
    const bug = new Error('a bug in replay')
    const other: number[] = []
    await channel.subscribe(() => {
      throw bug
    }, guard.run)
    await channel.subscribe(
      (records) => other.push(records.length),
      (work) => work(),
    )
    expect(failures).toEqual([bug])
    expect(other).toEqual([1])
  })
})
