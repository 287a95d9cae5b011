import type { ErrorCode } from '@sluice/wire'
import type { NewRecord } from '../metadata/records.ts'

/** What a manager has decided: the records to write, and the answer for when they are committed. */
export interface Decision<Response> {
  readonly records: readonly NewRecord[]
  readonly response: Response
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

/** One batch of the metadata log holds a decision whole, so a decision has a limit. */
export const partitionsPerRequestMax = 10_000
