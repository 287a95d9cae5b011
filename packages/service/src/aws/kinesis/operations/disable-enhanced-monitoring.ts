import type { DisableEnhancedMonitoringInput, EnhancedMonitoringOutput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { enhancedMonitoring, metricsIn } from '../enhanced-monitoring.ts'
import { activeStreamOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Wants these metrics of single shards no more. */
export const disableEnhancedMonitoring =
  (services: Pick<Services, 'streams'>) =>
  (input: DisableEnhancedMonitoringInput): EnhancedMonitoringOutput => {
    const stream = activeStreamOf(services, input)
    const before = stream.record.shardMetrics
    const gone = new Set(metricsIn(input.ShardLevelMetrics))
    const shardMetrics = before.filter((name) => !gone.has(name))
    stored(() => services.streams.describe(stream, { shardMetrics }))
    return enhancedMonitoring(stream.record, before)
  }
