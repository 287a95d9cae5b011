import { fetchPartition, IsolationLevel } from '@sluice/client'
import {
  batchesIn,
  controlRecordType,
  ControlRecordType,
  ErrorCode,
  errorInfo,
  type Int64,
  readRecords,
  RecordBatch,
} from '@sluice/wire'
import type { Ledger } from '../ledger.ts'
import type { TransactionBook } from '../transaction-book.ts'
import { type ClientWorld, ClusterClient, type KnownPartition } from './cluster-client.ts'

interface CommittedReaderOptions {
  readonly topic: string
  readonly index: number
  readonly thinkMsMax: number
}

type FetchedPartition = Awaited<ReturnType<typeof fetchPartition>>

/** Reads what is committed of one partition from its beginning on, and leaves out what the broker says is aborted. */
export class CommittedReader {
  readonly #options: CommittedReaderOptions
  readonly #client: ClusterClient
  readonly #ledger: Ledger
  readonly #book: TransactionBook
  #position = 0
  #isStopping = false

  constructor(world: ClientWorld, ledger: Ledger, book: TransactionBook, options: CommittedReaderOptions) {
    this.#client = new ClusterClient(world)
    this.#ledger = ledger
    this.#book = book
    this.#options = options
  }

  /** Everything below is read. */
  get position(): number {
    return this.#position
  }

  get partition(): string {
    return `${this.#options.topic}-${this.#options.index}`
  }

  stop(): void {
    this.#isStopping = true
  }

  async run(): Promise<void> {
    const { scheduler, random } = this.#client.world
    const { topic, index, thinkMsMax } = this.#options
    while (!this.#isStopping) {
      try {
        const known = await this.#client.find(topic, index)
        if (known) await this.#fetch(known)
        else await this.#client.recover(topic)
      } catch {
        await this.#client.recover(topic)
      }
      await scheduler.sleep(random.int(thinkMsMax))
    }
    await this.#client.close()
  }

  async #fetch({ topicId, leader, leaderEpoch }: KnownPartition): Promise<void> {
    const { topic, index } = this.#options
    const connection = await this.#client.broker(leader)
    await connection.negotiate()
    const answer = await fetchPartition(connection, topic, index, this.#position, {
      topicId,
      currentLeaderEpoch: leaderEpoch,
      isolationLevel: IsolationLevel.readCommitted,
      maxWaitMs: 50,
      partitionMaxBytes: 4_096,
    })
    if (answer.errorCode === ErrorCode.NONE) return this.#take(answer, leader)
    this.#client.tell(`${this.partition}: ${errorInfo(answer.errorCode).name} from broker ${leader}`)
    return this.#client.recover(topic)
  }

  #take({ records, abortedTransactions, lastStableOffset }: FetchedPartition, leader: number): void {
    if (!records || records.length === 0) return
    const { name, story } = this.#client.world
    const reader = `${name}, from broker ${leader},`
    const first = this.#position
    const aborting = (abortedTransactions ?? []).toSorted(
      (a, b) => Number(a.firstOffset) - Number(b.firstOffset),
    )
    const aborted = new Set<Int64>()
    for (const { at } of batchesIn(records)) {
      const lastOffset = RecordBatch.nextOffset(records, at) - 1
      const producerId = RecordBatch.producerId(records, at)
      while (aborting[0] && Number(aborting[0].firstOffset) <= lastOffset)
        aborted.add((aborting.shift() as { producerId: Int64 }).producerId)
      if (lastOffset < this.#position) continue
      if (lastOffset >= Number(lastStableOffset))
        return story.violated(
          `${this.partition}: ${reader} gets offset ${lastOffset}, and ${lastStableOffset} is the last stable one`,
        )
      if (RecordBatch.isControl(records, at)) this.#endOf(records, at, aborted)
      else if (!aborted.has(producerId)) this.#show(records, at, reader)
      this.#position = lastOffset + 1
    }
    if (this.#position > first)
      this.#client.tell(`reads ${this.partition} from ${first} to ${this.#position} from broker ${leader}`)
  }

  /** The next transaction of this producer is one of its own. */
  #endOf(records: Buffer, at: number, aborted: Set<Int64>): void {
    const [marker] = readRecords(records, at)
    if (controlRecordType(marker?.key ?? null) === ControlRecordType.abort)
      aborted.delete(RecordBatch.producerId(records, at))
  }

  #show(records: Buffer, at: number, reader: string): void {
    if (this.#ledger.isForgiven(this.partition)) return
    for (const { offset, value } of readRecords(records, at)) {
      if (offset < this.#position) continue
      const text = value?.toString('latin1') ?? ''
      this.#ledger.promised(this.partition, Number(offset), text, reader)
      this.#book.shown(this.partition, Number(offset), text, reader)
    }
  }
}
