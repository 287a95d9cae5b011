import type { EnhancedMonitoringOutput, MetricsName } from '@aws-sdk/client-kinesis'
import type { StreamRecord } from '../../streams/stream-record.ts'
import { shardMetricNames } from './constraints.ts'

/** The names that a request means; ALL is every one. */
export function metricsIn(names: readonly string[] = []): string[] {
  return names.includes('ALL') ? shardMetricNames.filter((name) => name !== 'ALL') : [...names]
}

export function enhancedMonitoring(
  { name, arn, shardMetrics }: StreamRecord,
  before: readonly string[],
): EnhancedMonitoringOutput {
  return {
    StreamName: name,
    StreamARN: arn,
    CurrentShardLevelMetrics: [...before] as MetricsName[],
    DesiredShardLevelMetrics: [...shardMetrics] as MetricsName[],
  }
}
