import type { NewRecord } from '../metadata/records.ts'

/** What a manager has decided: the records to write, and the answer for when they are committed. */
export interface Decision<Response> {
  readonly records: readonly NewRecord[]
  readonly response: Response
}

/** A protocol outcome other than success. */
export interface Refusal {
  readonly error: number
  readonly message: string
}

export function refusal(error: number, message: string): Refusal {
  return { error, message }
}

export function isRefusal(value: object): value is Refusal {
  return 'error' in value && 'message' in value
}

/** One batch of the metadata log holds a decision whole, so a decision has a limit. */
export const partitionsPerRequestMax = 10_000
