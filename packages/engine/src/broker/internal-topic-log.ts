import { ErrorCode } from '@sluice/wire'
import type { Clock } from '@sluice/effects'
import type { CoordinatorLog } from '../coordinator/coordinator-log.ts'
import { allReplicas } from '../replication/append.ts'
import type { Partitions } from '../replication/partitions.ts'
import type { TransactionalFacts, TransactionClaim } from '../storage/producer-check.ts'
import { readExactly } from '../server/response-stream.ts'

const readChunkBytes = 1_048_576

/** The partitions of an internal topic as its coordinator writes and loads them. */
export class InternalTopicLog implements CoordinatorLog {
  readonly #topic: string
  readonly #partitions: Partitions
  readonly #clock: Clock
  readonly #maxMessageBytes: () => number

  constructor(options: {
    topic: string
    partitions: Partitions
    clock: Clock
    maxMessageBytes: () => number
  }) {
    this.#topic = options.topic
    this.#partitions = options.partitions
    this.#clock = options.clock
    this.#maxMessageBytes = options.maxMessageBytes
  }

  get maxMessageBytes(): number {
    return this.#maxMessageBytes()
  }

  /** A write of its own: what else is staged for the partition goes with it. */
  append(index: number, batch: Buffer, transactionVersion = 0): Promise<ErrorCode> {
    const partition = this.#partitions.get(this.#topic, index)
    if (!partition) return Promise.resolve(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    return new Promise((resolve) => {
      partition.append({
        records: batch,
        origin: 'coordinator',
        transactionVersion,
        acks: allReplicas,
        // An append that timed out could still be committed: the runtime's own time-out answers the client.
        timeoutMs: Infinity,
        nowMs: this.#clock.now(),
        index: 0,
        sink: { appended: (_, { error }) => resolve(error) },
      })
      partition.commit()
    })
  }

  committed(index: number): Promise<ErrorCode> {
    const partition = this.#partitions.get(this.#topic, index)
    if (!partition) return Promise.resolve(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    return new Promise((resolve) => {
      partition.awaitCommit({ committed: () => resolve(ErrorCode.NONE), failed: resolve })
    })
  }

  refusal(index: number, of: TransactionalFacts, claim: TransactionClaim): ErrorCode {
    const partition = this.#partitions.get(this.#topic, index)
    return partition ? partition.log.refusal(of, claim) : ErrorCode.NOT_LEADER_OR_FOLLOWER
  }

  *read(index: number): Iterable<Buffer> {
    const partition = this.#partitions.get(this.#topic, index)
    if (!partition) return
    const { log } = partition
    // What is above the high watermark will be committed, and nobody would replay it later.
    const { logEndOffset } = log
    for (let offset = log.logStartOffset; offset < logEndOffset; ) {
      const slice = log.read(offset, readChunkBytes, logEndOffset, true)
      if (!slice) return
      const chunk = Buffer.allocUnsafe(slice.length)
      try {
        readExactly(slice, 0, chunk, 0, slice.length)
      } finally {
        slice.release()
      }
      yield chunk
      offset = slice.endOffset
    }
  }
}
