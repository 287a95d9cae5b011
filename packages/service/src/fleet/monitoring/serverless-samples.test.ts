import { expect, it } from 'vitest'
import type { BrokerFigures } from '../engines/cluster-view.ts'
import type { Reading } from './reading.ts'
import { samplesOf } from './samples.ts'

const traffic = { bytesIn: 0, messagesIn: 0, bytesOut: 0, replicationBytesIn: 0, replicationBytesOut: 0 }

function broker(nodeId: number, bytesIn: number): BrokerFigures {
  return {
    nodeId,
    topics: { events: { ...traffic, bytesIn, messagesIn: bytesIn / 100 } },
    deletedTopics: traffic,
    requests: {},
    connections: { created: 0, closed: 0, byListener: { CLIENT_IAM: 4 } },
    partitions: { count: 3, leaders: 1, users: 3, underReplicated: 0, underMinIsr: 0 },
  }
}

const offset = { group: 'readers', topic: 'events', partition: 0, committedOffset: 4, endOffset: 10 }

function reading(atMs: number, figures: BrokerFigures[]): Reading {
  const spec = { serverless: { VpcConfigs: [] }, enhancedMonitoring: 'DEFAULT' } as never
  return { atMs, record: { name: 'orders', spec }, overview: null, storage: [], offsets: [offset], figures }
}

it('of a serverless cluster tell of topics and groups, and of no broker', () => {
  const before = reading(0, [broker(1, 1_000), broker(2, 500)])
  const now = reading(10_000, [broker(1, 2_000), broker(2, 100), broker(3, 900)])
  const samples = samplesOf(now, before)
  expect(new Set(samples.flatMap(({ dimensions }) => Object.keys(dimensions)))).toEqual(
    new Set(['Cluster Name', 'Topic', 'Consumer Group']),
  )
  // One has started anew, and one has joined: they count from nothing.
  const dimensions = { 'Cluster Name': 'orders', Topic: 'events' }
  expect(samples).toContainEqual({ name: 'BytesInPerSec', dimensions, value: 200 })
  expect(samples).toContainEqual({ name: 'MessagesInPerSec', dimensions, value: 2 })
  expect(samples).toContainEqual({
    name: 'SumOffsetLag',
    dimensions: { ...dimensions, 'Consumer Group': 'readers' },
    value: 6,
  })
  expect(samplesOf(now, undefined).map(({ name }) => name)).toEqual([
    'MaxOffsetLag',
    'SumOffsetLag',
    'EstimatedMaxTimeLag',
  ])
})
