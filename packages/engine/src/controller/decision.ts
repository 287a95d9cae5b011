import type { ErrorCode } from '@sluice/wire'
import type { NewRecord } from '../metadata/records.ts'

/** What a manager has decided: the records to write, and the answer for when they are committed. */
export interface Decision<Response> {
  readonly records: readonly NewRecord[]
  readonly response: Response
  /**
   * The records are in the log and replayed: what a manager remembers of them beside the image. A decision may be dropped
   * and made anew, or not be written, so none of that is remembered before.
   */
  written?(): void
}

/** A protocol outcome other than success. */
export class Refusal {
  readonly error: ErrorCode
  readonly message: string

  constructor(error: ErrorCode, message: string) {
    this.error = error
    this.message = message
  }
}

/** As Apache Kafka counts, before anything is planned. */
export const partitionsPerRequestMax = 10_000

/** One batch of the metadata log holds a decision whole, so a decision that clients ask for has a limit: Apache Kafka's. */
const recordsPerRequestMax = 10_000

/** A decision would be larger than one may be: nothing of it happens. */
export class ExcessiveDecision extends Error {
  override name = 'ExcessiveDecision'
}

/** The records of what a client asks for. */
export class RequestedRecords {
  readonly all: NewRecord[] = []

  push(...records: readonly NewRecord[]): void {
    if (this.all.length + records.length > recordsPerRequestMax)
      throw new ExcessiveDecision('Unable to perform excessively large batch operation.')
    this.all.push(...records)
  }
}
