/*
 * PushTelemetry, version 0: metrics of a client, for whoever receives them (KIP-714).
 *
 * - 89 before the client's interval is over, 117 with a subscription id that is not its own any more, 76 for a compression that
 *   does not exist, 118 for more than telemetry.max.bytes, compressed or not, 87 for what cannot be decompressed.
 */
import { PushTelemetry } from '@sluice/wire'
import { handler } from '../handler.ts'

export const pushTelemetry = handler(PushTelemetry, 'none', async (request, context) => ({
  errorCode: await context.broker.clientMetrics.push(request, context),
}))
