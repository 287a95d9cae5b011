import { describe, expect, it } from 'vitest'
import { placesIn } from './named-places.ts'

const nameOf = (id: string) => (id === 'id of orders' ? 'orders' : undefined)
const orders = { topic: 'orders', partition: null }

describe('the topics that a request names', () => {
  it.each([
    ['Metadata', { topics: [{ topicId: '', name: 'orders' }] }, [orders]],
    ['by an id', { topics: [{ topicId: 'id of orders', name: null }] }, [orders]],
    [
      'Produce',
      { topicData: [{ name: 'orders', partitionData: [{ index: 1 }] }] },
      [orders, { topic: 'orders', partition: 1 }],
    ],
    [
      'ElectLeaders',
      { topicPartitions: [{ topic: 'orders', partitions: [2] }] },
      [orders, { topic: 'orders', partition: 2 }],
    ],
    ['AddPartitionsToTxn', { v3AndBelowTopics: [{ name: 'orders', partitions: [] }] }, [orders]],
    ['ConsumerGroupHeartbeat', { subscribedTopicNames: ['orders'], topicPartitions: null }, [orders]],
    ['DeleteTopics', { topicNames: ['orders'] }, [orders]],
    ['CreateTopics', { topics: [{ name: 'orders', configs: [{ name: 'retention.ms' }] }] }, [orders]],
    ['JoinGroup', { groupId: 'g', protocols: [{ name: 'range', metadata: Buffer.alloc(0) }] }, []],
    ['AlterUserScramCredentials', { upsertions: [{ name: 'test' }] }, []],
  ])('%s', (_, request, places) => {
    expect(placesIn(request, nameOf)).toEqual(places)
  })
})
