import type { AcceptedDifference } from '../oracle/comparison.ts'

/**
 * Where the embedded engine answers differently from Apache Kafka, and is meant to. One that is no longer met fails
 * the comparison: it has to go.
 */
export const acceptedDifferences: readonly AcceptedDifference[] = []
