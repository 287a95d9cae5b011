import type { DimensionFilter, ListMetricsInput, ListMetricsOutput } from '@aws-sdk/client-cloudwatch'
import type { Series } from '../../../fleet/monitoring/metric-store.ts'
import { metricOf, page } from '../metric-shapes.ts'
import type { Services } from '../services.ts'

const pageSize = 500
/** What `RecentlyActive` may say, PT3H alone. */
const recentMs = 3 * 3_600_000

/** What had a value within the time that values are kept; a filter without a value asks for the dimension alone. */
export const listMetrics =
  ({ monitoring, clock }: Services) =>
  (input: ListMetricsInput): ListMetricsOutput => {
    const { Namespace: namespace, MetricName: name, Dimensions: filters = [] } = input
    const since = input.RecentlyActive === undefined ? 0 : clock.now() - recentMs
    const metrics = monitoring.metrics
      .list()
      .filter((one) => namespace === undefined || one.namespace === namespace)
      .filter((one) => name === undefined || one.name === name)
      .filter((one) => one.lastAtMs >= since && filters.every((filter) => passes(one, filter)))
    const { items, nextToken } = page(metrics, pageSize, input.NextToken)
    return { Metrics: items.map(metricOf), NextToken: nextToken }
  }

function passes({ dimensions }: Series, { Name = '', Value }: DimensionFilter): boolean {
  const value = dimensions[Name]
  return value !== undefined && (Value === undefined || Value === value)
}
