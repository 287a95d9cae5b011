import { batchesIn, ErrorCode, RecordBatch } from '@sluice/wire'
import type { CoordinatorLog } from '../coordinator-log.ts'

/** Appends to an internal topic in memory; they can be held back or refused. */
export class MemoryCoordinatorLog implements CoordinatorLog {
  maxMessageBytes = 1_048_588
  readonly batches: { partition: number; batch: Buffer }[] = []
  /** Answers the next appends in place of the log. */
  refuseWith: ErrorCode | null = null
  refusesTransactionsWith: ErrorCode = ErrorCode.NONE
  #held: (() => void)[] | null = null

  refusal(): ErrorCode {
    return this.refusesTransactionsWith
  }

  async append(partition: number, batch: Buffer): Promise<ErrorCode> {
    if (this.refuseWith !== null) return this.refuseWith
    // Offsets as a leader assigns them, so that a load sees them in order.
    batch.writeBigInt64BE(BigInt(this.#recordCount(partition)), 0)
    if (this.#held) await new Promise<void>((resolve) => this.#held?.push(resolve))
    this.batches.push({ partition, batch })
    return ErrorCode.NONE
  }

  async committed(): Promise<ErrorCode> {
    if (this.#held) await new Promise<void>((resolve) => this.#held?.push(resolve))
    return ErrorCode.NONE
  }

  *read(partition: number): Generator<Buffer> {
    for (const each of this.batches) if (each.partition === partition) yield each.batch
  }

  /** From now on commits wait for `release`. */
  hold(): void {
    this.#held = []
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const resolve of held) resolve()
  }

  get heldAppends(): number {
    return this.#held?.length ?? 0
  }

  #recordCount(partition: number): number {
    let count = 0
    for (const batches of this.read(partition))
      for (const { at } of batchesIn(batches)) count += RecordBatch.count(batches, at)
    return count
  }
}
