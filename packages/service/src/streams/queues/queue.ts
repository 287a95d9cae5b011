import { type Clock, Deferred, type Random } from '@sluice/effects'
import { Mutex } from '../../fleet/mutex.ts'
import { parseSequenceNumber } from '../sequence-number.ts'
import { isKept, keptShards } from '../shards.ts'
import type { StoredRecord, Stream } from '../stream.ts'
import { StreamMeter } from '../stream-meter.ts'
import { type ShardRecord, shardIdOf } from '../stream-record.ts'
import { FreshShards } from './fresh-shards.ts'
import { type ItemChange, type QueueItem, QueueItems } from './queue-items.ts'
import type { QueueJournal } from './queue-journal.ts'
import type { QueueRecord } from './queue-record.ts'
import { formatHandle, parseHandle } from './receipt-handle.ts'

interface QueueContext {
  stream: Pick<Stream, 'endOffset' | 'news' | 'offsetAt' | 'read' | 'record'>
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
  /** Whoever asks has gone when it is aborted, and takes nothing more. */
  signal?: AbortSignal | undefined
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
/** So often those are looked for whose time in the stream is over. */
const forgetMs = 600_000

/**
 * A queue that is ACTIVE: whoever receives a record has it to themselves until they acknowledge it or its time is over. What is
 * received is so in memory at once, so that nobody else takes the same, and is answered when the journal has it. What is done
 * by receipt handle is so when the journal has it; until then nobody is given the record.
 */
export class Queue {
  /** What is received and acknowledged, as metrics. */
  readonly meter = new StreamMeter()
  readonly #context: QueueContext
  readonly #items = new QueueItems()
  readonly #fresh: FreshShards
  /** Records are looked for by one after the other. */
  readonly #taking = new Mutex()
  readonly #wakeUps = new Set<() => void>()
  /** Of what is being changed by receipt handle. */
  readonly #writes = new Map<QueueItem, Promise<unknown>>()
  #record: QueueRecord
  #opening: Promise<void> | null = null
  #isEnded = false
  /** Whether the next receive looks for what nobody has received before it looks for what was received before. */
  #isTurnOfNew = false
  #forgottenAtMs = Number.NEGATIVE_INFINITY

  constructor(record: QueueRecord, context: QueueContext) {
    this.#record = record
    this.#context = context
    this.#fresh = new FreshShards(context.stream, () => this.#wake())
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
    await this.#taking.run(() => this.#forget())
    const shards = this.#hasBegun ? keptShards(stream.record, clock.now()) : []
    const left = await Promise.all(
      shards.map(async (shard) => (await stream.endOffset(shard)) - (await this.#nextOf(shard))),
    )
    const fresh = left.reduce((sum, one) => sum + Math.max(0, one), 0)
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
      const woken = this.#listen(receive.signal)
      try {
        const received = await this.#taking.run(() => this.#take(receive))
        const leftMs = untilMs - clock.monotonic()
        const isOver = received === null || leftMs <= 0 || this.#isOver(receive)
        if (received?.length === 0 && isOver) this.meter.count('EmptyReceives', 1)
        if (isOver || received.length > 0) return received
        const dueMs = Math.max(0, this.#items.nextVisibleMs - clock.now())
        await this.#sleep(Math.min(leftMs, dueMs, lookMs), woken.promise)
      } finally {
        woken.end()
      }
    }
  }

  /** Its journal may be gone, or whoever asks. */
  #isOver({ signal }: Receive): boolean {
    return this.#isEnded || signal?.aborted === true
  }

  #listen(signal: AbortSignal | undefined): { promise: Promise<void>; end: () => void } {
    const { promise, resolve } = new Deferred<void>()
    const wake = () => resolve()
    this.#wakeUps.add(wake)
    signal?.addEventListener('abort', wake)
    const end = () => {
      this.#wakeUps.delete(wake)
      signal?.removeEventListener('abort', wake)
    }
    return { promise, end }
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
    if (this.#isOver(asked)) return []
    await this.#reveal()
    // What has become visible just now is not in flight any more.
    const receive = { ...asked, countMax: Math.min(asked.countMax, inFlightMax - this.#items.inFlight) }
    const taking: Taking = { receive, received: [], changes: [], undo: [] }
    try {
      await this.#takeInTurn(taking)
      await this.#context.journal.write(taking.changes)
    } catch (error) {
      for (const undo of taking.undo.reverse()) undo()
      throw error
    }
    const { received } = taking
    if (received.length > 0) {
      if (!receive.isDead) this.#isTurnOfNew = !this.#isTurnOfNew
      this.meter.count('ReceivedQueueRecords', received.length)
    }
    return receive.countMax > 0 ? received : null
  }

  /**
   * What comes again and what is new take turns, so that neither keeps the other away. Where as many come again as may be in
   * flight, the new ones wait: nobody acknowledges anything, and what is known of records is in memory.
   */
  async #takeInTurn(taking: Taking): Promise<void> {
    const isNewFirst = this.#isTurnOfNew && this.#items.visible(false) < inFlightMax
    if (isNewFirst && !taking.receive.isDead) await this.#takeNew(taking)
    await this.#takeAgain(taking)
    if (!isNewFirst && !taking.receive.isDead) await this.#takeNew(taking)
  }

  /** Lets those be visible whose time has come; resolves when it is written which of them have become dead letters. */
  #reveal(): Promise<void> {
    const died = this.#items.reveal(this.#context.clock.now(), this.#record.attributes.maxReceiveCount)
    if (died.length > 0) this.#wake()
    return this.#context.journal.write(died.map((item) => ({ ...placeOf(item), item })))
  }

  /** Those whose time in the stream is over are done with, for dead letters that nobody asks for would stay otherwise. */
  async #forget(): Promise<void> {
    const { stream, clock, journal } = this.#context
    if (this.#isEnded || clock.now() < this.#forgottenAtMs + forgetMs) return
    this.#forgottenAtMs = clock.now()
    const old: QueueItem[] = []
    for (const number of this.#items.shards()) {
      const shard = this.#keptShard(number)
      const firstKept = shard ? await stream.offsetAt(shard, 0) : Number.POSITIVE_INFINITY
      old.push(...this.#items.removeBelow(number, firstKept))
    }
    await journal.write(old.map((item) => ({ ...placeOf(item), item: null })))
  }

  /** What was received before and is visible. */
  async #takeAgain(taking: Taking): Promise<void> {
    const { receive, changes, undo } = taking
    for (
      let item = this.#items.firstVisible(receive.isDead);
      item && hasRoom(taking);
      item = this.#items.firstVisible(receive.isDead)
    ) {
      const record = await this.#recordAt(item)
      // It may have been acknowledged, or hidden, meanwhile.
      if (this.#items.firstVisible(receive.isDead) !== item) continue
      if (!record) {
        // Its time in the stream is over.
        this.#items.remove(item)
        changes.push({ ...placeOf(item), item: null })
        continue
      }
      const before = item
      undo.push(() => this.#items.put(before))
      this.#deliver(item, record, taking)
    }
  }

  async #takeNew(taking: Taking): Promise<void> {
    const { stream, clock } = this.#context
    const { receive, received, changes, undo } = taking
    if (!this.#hasBegun) return
    while (hasRoom(taking)) {
      const shard = this.#fresh.next()
      if (!shard) return
      undo.push(() => this.#fresh.add(shard))
      if (!isKept(shard, stream.record, clock.now())) continue
      const next = await this.#nextOf(shard)
      const countMax = receive.countMax - received.length
      const bytesMax = receivedBytesMax - bytesOf(received)
      const page = await stream.read(shard, next, { countMax, bytesMax })
      const reached = page.next ?? shard.closed?.endOffset ?? next
      if (reached === next) continue
      this.#fresh.add(shard)
      this.#items.advance(shard.number, reached)
      undo.push(() => this.#items.advance(shard.number, next))
      changes.push({ shard: shard.number, next: reached })
      for (const record of page.records) {
        const place = { shard: shard.number, offset: offsetOf(record) }
        undo.push(() => this.#forgetItem(place))
        this.#deliver(
          { ...place, receives: 0, firstReceivedAtMs: clock.now(), isDead: false },
          record,
          taking,
        )
      }
    }
  }

  #forgetItem({ shard, offset }: ItemPlace): void {
    const item = this.#items.of(shard, offset)
    if (item) this.#items.remove(item)
  }

  #deliver(
    before: Omit<QueueItem, 'handle' | 'visibleAtMs'>,
    record: StoredRecord,
    { receive, received, changes }: Taking,
  ): void {
    const { clock, random } = this.#context
    const { visibilitySeconds = this.#record.attributes.visibilitySeconds } = receive
    const item: QueueItem = {
      ...before,
      receives: before.receives + 1,
      visibleAtMs: clock.now() + visibilitySeconds * 1_000,
      handle: Buffer.from(random.bytes(12)).toString('hex'),
    }
    this.#items.put(item)
    changes.push({ ...placeOf(item), item })
    const { firstReceivedAtMs, receives } = item
    received.push({ handle: formatHandle(this.#record.uuid, item), record, firstReceivedAtMs, receives })
  }

  /** Undefined where its time in the stream is over. */
  async #recordAt({ shard: number, offset }: QueueItem): Promise<StoredRecord | undefined> {
    const { stream } = this.#context
    const shard = this.#keptShard(number)
    if (!shard) return undefined
    const [record] = (await stream.read(shard, offset, { countMax: 1, bytesMax: receivedBytesMax })).records
    return record && offsetOf(record) === offset ? record : undefined
  }

  #keptShard(number: number): ShardRecord | undefined {
    const { stream, clock } = this.#context
    const shard = stream.record.shards[number]
    return shard && isKept(shard, stream.record, clock.now()) ? shard : undefined
  }

  /** It may have been asked to begin at a time that is still to come. Others have begun, also where clocks are put back. */
  get #hasBegun(): boolean {
    const { type, timestampMs } = this.#record.start
    return type !== 'AT_TIMESTAMP' || this.#context.clock.now() >= (timestampMs ?? 0)
  }

  /** Where it goes on in a shard. */
  async #nextOf(shard: ShardRecord): Promise<number> {
    const known = this.#items.next(shard.number) ?? this.#record.begins?.[shardIdOf(shard.number)]
    return known ?? this.#context.stream.offsetAt(shard, this.#record.start.timestampMs ?? 0)
  }

  /** It is not delivered again. One that is done with already may be acknowledged once more. */
  acknowledge(handle: string, isDead: boolean): Promise<HandleOutcome> {
    return this.#with(handle, isDead, null)
  }

  /** It is visible in so many seconds. */
  hide(handle: string, isDead: boolean, seconds: number): Promise<HandleOutcome> {
    const visibleAtMs = this.#context.clock.now() + seconds * 1_000
    return this.#with(handle, isDead, (item) => ({ ...item, visibleAtMs }))
  }

  /** A dead letter is delivered as at the beginning. */
  restore(handle: string): Promise<HandleOutcome> {
    const visibleAtMs = this.#context.clock.now()
    return this.#with(handle, true, (item) => ({
      ...item,
      receives: 0,
      isDead: false,
      visibleAtMs,
      handle: '',
    }))
  }

  /** `change` says what is known of the record from now on; without it the record is done with. */
  async #with(
    handle: string,
    isDead: boolean,
    change: ((item: QueueItem) => QueueItem) | null,
  ): Promise<HandleOutcome> {
    await this.#open()
    const place = parseHandle(handle)
    if (place?.queue !== this.#record.uuid || place.offset >= (this.#items.next(place.shard) ?? 0))
      return 'invalid'
    // One after the other: each changes what the one before has made of the record.
    for (let before = this.#writing(place); before; before = this.#writing(place)) await before
    const item = this.#items.of(place.shard, place.offset)
    if (item && (item.handle !== place.handle || item.isDead !== isDead)) return 'gone'
    if (!item && change) return 'gone'
    const changed = (item && change?.(item)) ?? null
    const written = this.#context.journal.write([{ ...placeOf(place), item: changed }]).then(
      () => true,
      () => false,
    )
    if (!item) return (await written) ? null : 'not kept'
    this.#items.hold(item)
    this.#writes.set(item, written)
    const isWritten = await written
    this.#writes.delete(item)
    // It may have been forgotten meanwhile.
    if (this.#items.of(item.shard, item.offset) === item) this.#settle(item, isWritten, changed)
    return isWritten ? null : 'not kept'
  }

  #writing({ shard, offset }: ItemPlace): Promise<unknown> | undefined {
    const item = this.#items.of(shard, offset)
    return item && this.#writes.get(item)
  }

  #settle(item: QueueItem, isWritten: boolean, changed: QueueItem | null): void {
    if (!isWritten) this.#items.put(item)
    else if (changed) this.#items.put(changed)
    else {
      this.#items.remove(item)
      this.meter.count('AcknowledgedQueueRecords', 1)
    }
    this.#wake()
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

function hasRoom({ receive, received }: Taking): boolean {
  return received.length < receive.countMax && bytesOf(received) < receivedBytesMax
}

function bytesOf(received: readonly Received[]): number {
  return received.reduce((sum, { record }) => sum + record.data.length, 0)
}
