import type { Sample } from './metric.ts'

/** What is measured of one service, once a minute. */
export interface MetricSource {
  /** CloudWatch's name for the service: `AWS/Kafka`. */
  readonly namespace: string
  /** All that there is to tell at this minute. */
  measure(atMs: number): Promise<readonly Sample[]>
}
