import type { ErrorCode } from '@sluice/wire'
import type { TransactionalFacts, TransactionClaim } from '../storage/producer-check.ts'

/** The partitions of one internal topic, as a coordinator sees them: it leads those that it has loaded. */
export interface CoordinatorLog {
  /**
   * Writes one record batch as leader, at once. Resolves with 0 when it is committed, else with why it is not; a
   * throw and a rejection are bugs.
   */
  append(partition: number, batch: Buffer, transactionVersion: number): Promise<ErrorCode>
  /** Why the log would not take this of a transaction as it stands now; 0 where it would. */
  refusal(partition: number, of: TransactionalFacts, claim: TransactionClaim): ErrorCode
  /**
   * All batches from the log's start to its end, whole ones in chunks. To the end, not to the high watermark: what
   * this leader has in its log will be committed, and nobody would replay it later.
   */
  read(partition: number): AsyncIterable<Buffer> | Iterable<Buffer>
  /** Resolves with 0 when all that stands in the log now is committed, else with why it may not be. */
  committed(partition: number): Promise<ErrorCode>
  /** Largest batch that the topic takes. */
  readonly maxMessageBytes: number
}
