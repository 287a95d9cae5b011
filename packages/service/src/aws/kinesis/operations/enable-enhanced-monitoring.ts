import type { EnableEnhancedMonitoringInput, EnhancedMonitoringOutput } from '@aws-sdk/client-kinesis'
import { stored } from '../exceptions.ts'
import { enhancedMonitoring, metricsIn } from '../enhanced-monitoring.ts'
import { activeStreamOf } from '../operation.ts'
import type { Services } from '../services.ts'

/** Wants metrics of single shards, beside those that are wanted already. */
export const enableEnhancedMonitoring =
  (services: Pick<Services, 'streams'>) =>
  (input: EnableEnhancedMonitoringInput): EnhancedMonitoringOutput => {
    const stream = activeStreamOf(services, input)
    const before = stream.record.shardMetrics
    const shardMetrics = [...new Set([...before, ...metricsIn(input.ShardLevelMetrics)])]
    stored(() => services.streams.describe(stream, { shardMetrics }))
    return enhancedMonitoring(stream.record, before)
  }
