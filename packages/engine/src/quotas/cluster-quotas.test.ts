import { TestClock } from '@sluice/effects'
import { PartitionRecord, RegisterBrokerRecord, RemoveTopicRecord, TopicRecord } from '@sluice/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { BrokerConfig } from '../metadata/configs.ts'
import { recordVersions } from '../metadata/features.ts'
import { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord, sealRecord } from '../metadata/records.ts'
import { clusterLimits } from '../testing/cluster-limits.ts'
import { ClusterQuotas } from './cluster-quotas.ts'

const ids = { events: 'AAAAAAAAAAAAAAAAAAAABw', __consumer_offsets: 'AAAAAAAAAAAAAAAAAAAACA' }

let image: MetadataImage

beforeEach(() => {
  image = new MetadataImage()
  replay(...[1, 2, 3].map((brokerId) => newRecord(RegisterBrokerRecord, { brokerId, fenced: false })))
})

function replay(...records: NewRecord[]): void {
  image.replay(records.map((record, offset) => ({ ...sealRecord(record).decoded, offset, epoch: 1 })))
}

function lead(name: keyof typeof ids, leaders: readonly number[]): void {
  const topicId = ids[name]
  const partitions = leaders.map((leader, partitionId) => {
    const value = { topicId, partitionId, leader, replicas: [1, 2, 3], isr: [1, 2, 3], partitionEpoch: 0 }
    return newRecord(PartitionRecord, value, recordVersions.partition)
  })
  replay(newRecord(TopicRecord, { name, topicId }), ...partitions)
}

/** Those of one of the brokers, of a cluster that may take 12,000 bytes a second. */
function quotasOf(nodeId: number): ClusterQuotas {
  const config = new BrokerConfig({ image, nodeId, staticProperties: {} })
  const sampling = { sampleMs: 1_000, samplesMax: 11 }
  const limits = clusterLimits({ bytesInPerSecond: 12_000, connectionsMax: 12 })
  return new ClusterQuotas(limits, { clock: new TestClock(), nodeId, config, metadata: image, sampling })
}

/** How much of it a broker takes in the ten seconds of its samples before it slows clients down. */
function taken(quotas: ClusterQuotas): number {
  let bytes = 0
  while (quotas.produced(1_000) === 0) bytes += 1_000
  return bytes
}

describe('a broker’s share of what its cluster may do', () => {
  it('is as much of the bytes as it leads of the partitions, and all shares are the whole', () => {
    lead('events', [1, 1, 1, 1, 2, 3])
    // It is not there that the bytes of clients go.
    lead('__consumer_offsets', [3, 3, 3, 3, 3, 3])
    expect([1, 2, 3].map((id) => taken(quotasOf(id)))).toEqual([80_000, 20_000, 20_000])
  })

  it('moves with the leaders', () => {
    lead('events', [1, 1, 1, 2, 2, 3])
    const quotas = quotasOf(3)
    expect(taken(quotas)).toBe(20_000)
    replay(newRecord(RemoveTopicRecord, { topicId: ids.events }))
    // What it has taken it has taken.
    expect(taken(quotas)).toBe(19_000)
    lead('events', [3, 3, 3, 3, 1, 2])
    expect(taken(quotas)).toBe(39_000)
  })

  it('is something where it leads nothing', () => {
    lead('events', [1, 1, 1, 1, 2, 2])
    expect(taken(quotasOf(3))).toBe(17_000)
  })

  it('is an even one of the connections', () => {
    lead('events', [1, 1, 1, 1, 1, 1])
    expect([1, 2, 3].map((id) => quotasOf(id).shareOf(12))).toEqual([4, 4, 4])
  })
})
