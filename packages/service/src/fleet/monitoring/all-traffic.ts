import type { BrokerFigures, TrafficFigures } from '../engines/cluster-view.ts'

/** Of all topics that a broker has, and of those that it had. */
export function allTraffic({ topics, deletedTopics }: BrokerFigures): TrafficFigures {
  const sum = { ...deletedTopics } as Record<keyof TrafficFigures, number>
  for (const traffic of Object.values(topics))
    for (const name of Object.keys(sum) as (keyof TrafficFigures)[]) sum[name] += traffic[name]
  return sum
}
