import { type Clock, Deferred, type Random } from '@sluice/effects'
import { Mutex } from '../../fleet/mutex.ts'
import { parseSequenceNumber } from '../sequence-number.ts'
import { keptShards } from '../shards.ts'
import type { StoredRecord, Stream } from '../stream.ts'
import { StreamMeter } from '../stream-meter.ts'
import { type ShardRecord, shardIdOf } from '../stream-record.ts'
import { type ItemChange, type QueueItem, QueueItems } from './queue-items.ts'
import type { QueueJournal } from './queue-journal.ts'
import type { QueueRecord } from './queue-record.ts'
import { formatHandle, parseHandle } from './receipt-handle.ts'

interface QueueContext {
  stream: Pick<Stream, 'endOffset' | 'news' | 'read' | 'record'>
  journal: Pick<QueueJournal, 'replay' | 'write'>
  clock: Clock
  random: Random
}

/** A record as it is delivered once. */
export interface Received {
  handle: string
  record: StoredRecord
  firstReceivedAtMs: number
  receives: number
}

interface Receive {
  /** Dead letters, or the others. */
  isDead: boolean
  countMax: number
  waitMs: number
  visibilitySeconds: number | undefined
}

/** What a receive has come to so far. */
interface Taking {
  receive: Receive
  received: Received[]
  changes: ItemChange[]
  /** Done from the last one on, these leave everything as it was before. */
  undo: (() => void)[]
}

/** What becomes of a receipt handle: null where it was done, else why not. */
export type HandleOutcome = null | 'invalid' | 'gone' | 'not kept'

/** AWS's: of one queue. */
export const inFlightMax = 120_000
/** As far as is counted. */
const countedMax = 1_000_000
const receivedBytesMax = 10_485_760
/** So often whoever waits looks whether the time of day has come to something. */
const lookMs = 1_000

/**
 * A queue that is ACTIVE: whoever receives a record has it to themselves until they acknowledge it or its time is over. Decisions
 * are taken in memory at once, so that nobody else takes the same, and are answered when the journal has them.
 */
export class Queue {
  /** What is received and acknowledged, as metrics. */
  readonly meter = new StreamMeter()
  readonly #context: QueueContext
  readonly #items = new QueueItems()
  /** Records are looked for by one after the other. */
  readonly #taking = new Mutex()
  readonly #wakeUps = new Set<() => void>()
  /** Shards of whose next record this is told. */
  readonly #heard = new Set<number>()
  #record: QueueRecord
  #opening: Promise<void> | null = null
  #isEnded = false
  #turn = 0

  constructor(record: QueueRecord, context: QueueContext) {
    this.#record = record
    this.#context = context
  }

  /** What is kept of it has changed. */
  changed(record: QueueRecord): void {
    this.#record = record
  }

  /** Whoever waits for its records is answered, and nobody gets any more of them. */
  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  /** How many records are in which state, as of now; by CloudWatch's names. */
  async count(): Promise<Readonly<Record<string, number>>> {
    const { stream, clock } = this.#context
    await this.#open()
    await this.#reveal()
    const shards = keptShards(stream.record, clock.now())
    const ends = await Promise.all(shards.map((shard) => stream.endOffset(shard)))
    const fresh = shards.reduce(
      (sum, shard, at) => sum + Math.max(0, (ends[at] ?? 0) - this.#nextOf(shard)),
      0,
    )
    return {
      VisibleQueueRecords: Math.min(fresh + this.#items.visible(false), countedMax),
      InFlightQueueRecords: this.#items.inFlight,
      VisibleDeadLetterQueueRecords: Math.min(this.#items.visible(true), countedMax),
    }
  }

  /** Up to so many, as soon as there is one; none when the time is over, and null where too many are in flight. */
  async receive(receive: Receive): Promise<Received[] | null> {
    const { clock } = this.#context
    await this.#open()
    const untilMs = clock.monotonic() + receive.waitMs
    for (;;) {
      const woken = this.#listen()
      try {
        const received = await this.#taking.run(() => this.#take(receive))
        const leftMs = untilMs - clock.monotonic()
        const isOver = received === null || leftMs <= 0 || this.#isEnded
        if (received?.length === 0 && isOver) this.meter.count('EmptyReceives', 1)
        if (isOver || received.length > 0) return received
        const dueMs = Math.max(0, this.#items.nextVisibleMs - clock.now())
        await this.#sleep(Math.min(leftMs, dueMs, lookMs), woken.promise)
      } finally {
        this.#wakeUps.delete(woken.resolve)
      }
    }
  }

  #listen(): Deferred<void> {
    const woken = new Deferred<void>()
    this.#wakeUps.add(woken.resolve)
    return woken
  }

  async #sleep(ms: number, woken: Promise<void>): Promise<void> {
    const over = new Deferred<void>()
    const timer = this.#context.clock.schedule(ms, () => over.resolve())
    await Promise.race([over.promise, woken])
    timer.cancel()
  }

  #wake(): void {
    for (const wake of this.#wakeUps) wake()
  }

  /** Where it cannot be read or kept, nothing has been received. */
  async #take(asked: Receive): Promise<Received[] | null> {
    // Its journal may be gone.
    if (this.#isEnded) return []
    await this.#reveal()
    // What has become visible just now is not in flight any more.
    const receive = { ...asked, countMax: Math.min(asked.countMax, inFlightMax - this.#items.inFlight) }
    const taking: Taking = { receive, received: [], changes: [], undo: [] }
    try {
      await this.#takeAgain(taking)
      if (!receive.isDead) await this.#takeNew(taking)
      await this.#context.journal.write(taking.changes)
    } catch (error) {
      for (const undo of taking.undo.reverse()) undo()
      throw error
    }
    const { received } = taking
    if (received.length > 0) this.meter.count('ReceivedQueueRecords', received.length)
    return receive.countMax > 0 ? received : null
  }

  /** Lets those be visible whose time has come; resolves when it is written which of them have become dead letters. */
  #reveal(): Promise<void> {
    const died = this.#items.reveal(this.#context.clock.now(), this.#record.attributes.maxReceiveCount)
    if (died.length > 0) this.#wake()
    return this.#context.journal.write(died.map((item) => ({ ...placeOf(item), item })))
  }

  /** What was received before and is visible. */
  async #takeAgain(taking: Taking): Promise<void> {
    const { receive, received, changes, undo } = taking
    for (
      let item = this.#items.firstVisible(receive.isDead);
      item;
      item = this.#items.firstVisible(receive.isDead)
    ) {
      if (received.length >= receive.countMax || bytesOf(received) >= receivedBytesMax) return
      const record = await this.#recordAt(item)
      // It may have been acknowledged, or hidden, meanwhile.
      if (this.#items.firstVisible(receive.isDead) !== item) continue
      if (!record) {
        // Its time in the stream is over.
        this.#items.remove(item)
        changes.push({ ...placeOf(item), item: null })
        continue
      }
      const [again, before] = [item, { ...item }]
      undo.push(() => this.#items.put(Object.assign(again, before)))
      this.#deliver(item, record, taking)
    }
  }

  async #takeNew(taking: Taking): Promise<void> {
    const { stream, clock } = this.#context
    const { receive, received, changes, undo } = taking
    for (const shard of this.#inTurn()) {
      const countMax = receive.countMax - received.length
      const bytesMax = receivedBytesMax - bytesOf(received)
      if (countMax <= 0 || bytesMax <= 0) return
      this.#hear(shard)
      const next = this.#nextOf(shard)
      const page = await stream.read(shard, next, { countMax, bytesMax })
      const reached = page.next ?? shard.closed?.endOffset ?? next
      if (reached === next) continue
      this.#items.advance(shard.number, reached)
      undo.push(() => this.#items.advance(shard.number, next))
      changes.push({ shard: shard.number, next: reached })
      for (const record of page.records) {
        const item = {
          shard: shard.number,
          offset: offsetOf(record),
          receives: 0,
          firstReceivedAtMs: clock.now(),
          visibleAtMs: 0,
          handle: '',
          isDead: false,
        }
        undo.push(() => this.#items.remove(item))
        this.#deliver(item, record, taking)
      }
    }
  }

  /** All shards, another one first each time: none has to wait until those before it are empty. */
  #inTurn(): ShardRecord[] {
    const { stream, clock } = this.#context
    const shards = keptShards(stream.record, clock.now())
    const first = this.#turn++ % shards.length
    return [...shards.slice(first), ...shards.slice(0, first)]
  }

  #deliver(item: QueueItem, record: StoredRecord, { receive, received, changes }: Taking): void {
    const { clock, random } = this.#context
    const { visibilitySeconds = this.#record.attributes.visibilitySeconds } = receive
    item.receives++
    item.visibleAtMs = clock.now() + visibilitySeconds * 1_000
    item.handle = Buffer.from(random.bytes(12)).toString('hex')
    this.#items.put(item)
    changes.push({ ...placeOf(item), item })
    const { firstReceivedAtMs, receives } = item
    received.push({ handle: formatHandle(this.#record.uuid, item), record, firstReceivedAtMs, receives })
  }

  async #recordAt({ shard: number, offset }: QueueItem): Promise<StoredRecord | undefined> {
    const { stream, clock } = this.#context
    const shard = keptShards(stream.record, clock.now()).find((one) => one.number === number)
    if (!shard) return undefined
    const [record] = (await stream.read(shard, offset, { countMax: 1, bytesMax: receivedBytesMax })).records
    return record && offsetOf(record) === offset ? record : undefined
  }

  #nextOf({ number }: ShardRecord): number {
    return this.#items.next(number) ?? this.#record.begins?.[shardIdOf(number)] ?? 0
  }

  /** Whoever waits is told of the shard's next record. */
  #hear(shard: ShardRecord): void {
    if (this.#heard.has(shard.number)) return
    this.#heard.add(shard.number)
    void this.#context.stream.news(shard).then(() => {
      this.#heard.delete(shard.number)
      this.#wake()
    })
  }

  /** It is not delivered again. One that is done with already may be acknowledged once more. */
  acknowledge(handle: string, isDead: boolean): Promise<HandleOutcome> {
    return this.#with(handle, isDead, (item, place) => {
      if (item) {
        this.#items.remove(item)
        this.meter.count('AcknowledgedQueueRecords', 1)
      }
      // Once more where it is done with: the journal may not have that yet.
      return [{ ...place, item: null }]
    })
  }

  /** It is visible in so many seconds. */
  hide(handle: string, isDead: boolean, seconds: number): Promise<HandleOutcome> {
    return this.#with(handle, isDead, (item) => {
      if (!item) return null
      item.visibleAtMs = this.#context.clock.now() + seconds * 1_000
      this.#items.put(item)
      this.#wake()
      return [{ ...placeOf(item), item }]
    })
  }

  /** A dead letter is delivered as at the beginning. */
  restore(handle: string): Promise<HandleOutcome> {
    return this.#with(handle, true, (item) => {
      if (!item) return null
      Object.assign(item, { receives: 0, isDead: false, visibleAtMs: this.#context.clock.now(), handle: '' })
      this.#items.put(item)
      this.#wake()
      return [{ ...placeOf(item), item }]
    })
  }

  /** `change` is given none where the record is done with, and answers null where that is too late. */
  async #with(
    handle: string,
    isDead: boolean,
    change: (item: QueueItem | undefined, place: ItemPlace) => ItemChange[] | null,
  ): Promise<HandleOutcome> {
    await this.#open()
    const place = parseHandle(handle)
    if (place?.queue !== this.#record.uuid || place.offset >= (this.#items.next(place.shard) ?? 0))
      return 'invalid'
    const item = this.#items.of(place.shard, place.offset)
    if (item && (item.handle !== place.handle || item.isDead !== isDead)) return 'gone'
    const changes = change(item, placeOf(place))
    if (!changes) return 'gone'
    try {
      await this.#context.journal.write(changes)
      return null
    } catch {
      // It is as nobody knows; it comes again when its time is over.
      if (item) this.#items.put(item)
      return 'not kept'
    }
  }

  /** Learns once what was written of it. */
  async #open(): Promise<void> {
    this.#opening ??= this.#context.journal.replay((change) => this.#items.replay(change))
    try {
      await this.#opening
    } catch (error) {
      this.#opening = null
      throw error
    }
  }
}

type ItemPlace = Pick<QueueItem, 'offset' | 'shard'>

function placeOf({ shard, offset }: ItemPlace): ItemPlace {
  return { shard, offset }
}

function offsetOf({ sequenceNumber }: StoredRecord): number {
  return Number(parseSequenceNumber(sequenceNumber)?.place ?? 1n) - 1
}

function bytesOf(received: readonly Received[]): number {
  return received.reduce((sum, { record }) => sum + record.data.length, 0)
}
