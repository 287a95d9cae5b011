/** Who sends a request, as far as a group remembers it. */
export interface GroupRequestContext {
  readonly apiVersion: number
  readonly clientId: string | null
  /** As Apache Kafka writes it: `/127.0.0.1`. */
  readonly clientHost: string
}
