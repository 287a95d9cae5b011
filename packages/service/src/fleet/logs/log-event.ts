/** What one who writes a log has to say. */
export interface LogEvent {
  timestampMs: number
  message: string
}

/** One as a stream keeps it, a line of JSON. */
export interface StoredEvent extends LogEvent {
  /** Its place in the stream, counted from 0 over the stream's whole life. */
  sequence: number
  ingestedAtMs: number
}
