import type { Admin, ITopicConfig } from 'kafkajs'
import { until } from './timeline.ts'

/**
 * Makes topics, and waits until each partition is led. Brokers hear of a topic one after the other: to a question at the wrong
 * one kafkajs's own wait gives up.
 */
export async function createTopics(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics: [...topics], waitForLeaders: false })
  const names = topics.map(({ topic }) => topic)
  await until('leaders of all partitions', 60_000, async () => {
    const known = await admin.fetchTopicMetadata({ topics: names }).catch(() => undefined)
    const led = known?.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
    return led || undefined
  })
}
