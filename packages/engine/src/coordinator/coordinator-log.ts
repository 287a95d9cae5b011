/** The partitions of one internal topic, as a coordinator sees them: it leads those that it has loaded. */
export interface CoordinatorLog {
  /** Appends one record batch as leader; resolves when it is committed, rejects with `{ error: ErrorCode }`. */
  append(partition: number, batch: Buffer): Promise<void>
  /**
   * All batches from the log's start to its end, whole ones in chunks. To the end, not to the high watermark: what
   * this leader has in its log will be committed, and nobody would replay it later.
   */
  read(partition: number): AsyncIterable<Buffer> | Iterable<Buffer>
  /** Largest batch that the topic takes. */
  readonly maxMessageBytes: number
}
