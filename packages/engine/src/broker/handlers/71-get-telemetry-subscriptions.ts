/*
 * GetTelemetrySubscriptions, version 0: which metrics a client is to push, and how often (KIP-714).
 *
 * - Listed by ApiVersions where metric.reporters names a receiver (broker/client-metrics), answered in any case, as on Apache
 *   Kafka.
 */
import { GetTelemetrySubscriptions } from '@sluice/wire'
import { handler } from '../handler.ts'

export const getTelemetrySubscriptions = handler(
  GetTelemetrySubscriptions,
  'none',
  ({ clientInstanceId }, context) => context.broker.clientMetrics.subscriptionsOf(clientInstanceId, context),
)
