import { fetchPartition, listOffset, OffsetSpec } from '@sluice/client'
import { batchesIn, ErrorCode, errorInfo, readRecords } from '@sluice/wire'
import { isCompacted } from '../compaction.ts'
import type { Ledger } from '../ledger.ts'
import { type ClientWorld, ClusterClient, type KnownPartition } from './cluster-client.ts'

interface ConsumerOptions {
  readonly topic: string
  readonly index: number
  /** Reads from whatever replica the leader names for it. */
  readonly rack: string
  /** Of how many fetches one goes to any replica at all; 0: none. */
  readonly oneInAnywhere: number
  readonly thinkMsMax: number
}

/** Reads one partition from its beginning on, without gaps, and notes what it has read. */
export class Consumer {
  readonly #options: ConsumerOptions
  readonly #client: ClusterClient
  readonly #ledger: Ledger
  #position = 0
  #preferred: number | null = null
  #isStopping = false

  constructor(world: ClientWorld, ledger: Ledger, options: ConsumerOptions) {
    this.#client = new ClusterClient(world)
    this.#ledger = ledger
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
        this.#preferred = null
        await this.#client.recover(topic)
      }
      await scheduler.sleep(random.int(thinkMsMax))
    }
    await this.#client.close()
  }

  async #fetch(known: KnownPartition): Promise<void> {
    const { topic, index, rack, oneInAnywhere } = this.#options
    const { random } = this.#client.world
    const anywhere = oneInAnywhere > 0 && random.int(oneInAnywhere) === 0
    const broker = anywhere
      ? (known.replicas[random.int(known.replicas.length)] as number)
      : (this.#preferred ?? known.leader)
    const connection = await this.#client.broker(broker)
    await connection.negotiate()
    const asked = this.#position
    const answer = await fetchPartition(connection, topic, index, asked, {
      topicId: known.topicId,
      currentLeaderEpoch: known.leaderEpoch,
      rackId: rack,
      maxWaitMs: 50,
      partitionMaxBytes: 4_096,
    })
    const { errorCode } = answer
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) return this.#findRange(broker, known)
    if (errorCode !== ErrorCode.NONE) {
      this.#preferred = null
      this.#client.tell(`${this.partition}: ${errorInfo(errorCode).name} from broker ${broker}`)
      return this.#client.recover(topic)
    }
    if (answer.preferredReadReplica >= 0) {
      this.#preferred = answer.preferredReadReplica
      return
    }
    const highWatermark = Number(answer.highWatermark)
    if (highWatermark > 0) this.#ledger.committedUpTo(this.partition, highWatermark)
    this.#take(answer.records, broker, highWatermark)
  }

  #take(records: Buffer | null, broker: number, highWatermark: number): void {
    if (!records || records.length === 0) return
    const { name, story } = this.#client.world
    const first = this.#position
    for (const { at } of batchesIn(records))
      for (const { offset, value } of readRecords(records, at)) {
        if (offset < this.#position) continue
        const mayHaveGaps =
          isCompacted(this.#options.topic) || this.#position < this.#ledger.deletedBelow(this.partition)
        const isGap = offset > this.#position && !mayHaveGaps
        if (isGap && !this.#ledger.isForgiven(this.partition))
          return story.violated(
            `${this.partition}: ${name} reads from ${this.#position} on and gets ${offset} from broker ${broker}`,
          )
        if (offset >= highWatermark)
          return story.violated(
            `${this.partition}: ${name} gets ${offset} from broker ${broker}, whose high watermark is ${highWatermark}`,
          )
        this.#ledger.promised(
          this.partition,
          offset,
          value?.toString('latin1') ?? '',
          `${name}, from broker ${broker},`,
        )
        this.#position = offset + 1
      }
    this.#client.tell(`reads ${this.partition} from ${first} to ${this.#position} from broker ${broker}`)
  }

  /** What is read may have been deleted, or the replica not be so far; what is committed never goes. */
  async #findRange(broker: number, known: KnownPartition): Promise<void> {
    const { topic, index } = this.#options
    this.#preferred = null
    const leader = await this.#client.broker(known.leader)
    const { offset: start } = await listOffset(leader, topic, index, OffsetSpec.earliest)
    this.#client.tell(
      `${this.partition}: ${this.#position} is out of range for broker ${broker}; the log begins at ${start}`,
    )
    if (start > this.#position) this.#position = Number(start)
    else await this.#client.recover(topic)
  }
}
